/** No process may gain more rights than its parent, such as through a set-user-ID program. Unset means true. */
import { AdmittedPod, PodSecurityCheck, Refusal } from '../check';
import { containerOffence, exceptWindows, refuse, setters } from '../pod';

function checkEscalation({ containers }: AdmittedPod): Refusal | undefined {
  return refuse(
    containers
      .filter(
        ({ container }) =>
          container.securityContext?.allowPrivilegeEscalation !== false,
      )
      .map(placed =>
        containerOffence(
          placed,
          'securityContext.allowPrivilegeEscalation',
          placed.container.securityContext?.allowPrivilegeEscalation,
        ),
      ),
    offences =>
      `${setters(
        offences,
      )} must set securityContext.allowPrivilegeEscalation to false`,
  );
}

export const allowPrivilegeEscalation: PodSecurityCheck = {
  id: 'allowPrivilegeEscalation',
  level: 'restricted',
  versions: [
    { since: 8, checkPod: checkEscalation },
    { since: 25, checkPod: exceptWindows(checkEscalation) },
  ],
};
