/** The kubelet is told to refuse to start a container as root. A bad value of the pod counts even where every container overrides it. */
import { AdmittedPod, Offence, PodSecurityCheck, Refusal } from '../check';
import {
  containerOffence,
  exceptUserNamespaces,
  refuse,
  setters,
} from '../pod';

const FIELD = 'securityContext.runAsNonRoot';

function checkNonRoot({ containers, spec }: AdmittedPod): Refusal | undefined {
  const forPod = spec.securityContext?.runAsNonRoot;
  const wrong: Offence[] =
    forPod === false ? [{ field: `spec.${FIELD}`, value: false }] : [];
  const missing: Offence[] = [];
  for (const placed of containers) {
    const own = placed.container.securityContext?.runAsNonRoot;
    if (own === false) {
      wrong.push(containerOffence(placed, FIELD, false));
    } else if (own === undefined && !forPod) {
      missing.push(containerOffence(placed, FIELD, undefined));
    }
  }
  return (
    refuse(wrong, () => `${setters(wrong)} must not set ${FIELD} to false`) ??
    refuse(
      missing,
      () => `the pod or ${setters(missing)} must set ${FIELD} to true`,
    )
  );
}

export const runAsNonRoot: PodSecurityCheck = {
  id: 'runAsNonRoot',
  level: 'restricted',
  versions: [
    { since: 0, checkPod: checkNonRoot },
    { since: 35, checkPod: exceptUserNamespaces(checkNonRoot) },
  ],
};
