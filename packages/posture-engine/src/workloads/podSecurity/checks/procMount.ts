/** Parts of /proc are hidden from containers by default; unmasking them is refused, except for root of a user namespace in the baseline. */
import { AdmittedPod, PodSecurityCheck, Refusal } from '../check';
import {
  containerOffence,
  exceptUserNamespaces,
  quoted,
  refuse,
  setters,
  unique,
} from '../pod';

function checkProcMount({ containers }: AdmittedPod): Refusal | undefined {
  return refuse(
    containers.flatMap(placed => {
      const procMount = placed.container.securityContext?.procMount;
      return procMount === undefined || procMount === 'Default'
        ? []
        : [containerOffence(placed, 'securityContext.procMount', procMount)];
    }),
    offences =>
      `${setters(offences)} must not set securityContext.procMount to ${quoted(
        unique(offences.map(({ value }) => String(value))),
      )}`,
  );
}

export const procMount: PodSecurityCheck = {
  id: 'procMount',
  level: 'baseline',
  versions: [
    { since: 0, checkPod: checkProcMount },
    { since: 35, checkPod: exceptUserNamespaces(checkProcMount) },
  ],
};

export const procMountRestricted: PodSecurityCheck = {
  id: 'procMount_restricted',
  level: 'restricted',
  versions: [{ since: 35, checkPod: checkProcMount, replaces: ['procMount'] }],
};
