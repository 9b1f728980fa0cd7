/** Nobody asks to be root. A zero of the pod counts even where every container overrides it. */
import { AdmittedPod, Offence, PodSecurityCheck, Refusal } from '../check';
import {
  containerOffence,
  exceptUserNamespaces,
  refuse,
  setters,
} from '../pod';

const FIELD = 'securityContext.runAsUser';

function checkUser({ containers, spec }: AdmittedPod): Refusal | undefined {
  const offences: Offence[] = [
    ...(spec.securityContext?.runAsUser === 0
      ? [{ field: `spec.${FIELD}`, value: 0 }]
      : []),
    ...containers
      .filter(({ container }) => container.securityContext?.runAsUser === 0)
      .map(placed => containerOffence(placed, FIELD, 0)),
  ];
  return refuse(
    offences,
    () => `${setters(offences)} must not set ${FIELD} to 0`,
  );
}

export const runAsUser: PodSecurityCheck = {
  id: 'runAsUser',
  level: 'restricted',
  versions: [
    { since: 23, checkPod: checkUser },
    { since: 35, checkPod: exceptUserNamespaces(checkUser) },
  ],
};
