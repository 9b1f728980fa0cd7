/** A host process container on Windows is a process of the node. */
import { PodSecurityCheck } from '../check';
import { containerOffence, refuse, setters } from '../pod';

const FIELD = 'securityContext.windowsOptions.hostProcess';

export const windowsHostProcess: PodSecurityCheck = {
  id: 'windowsHostProcess',
  level: 'baseline',
  versions: [
    {
      since: 0,
      checkPod: ({ containers, spec }) =>
        refuse(
          [
            ...(spec.securityContext?.windowsOptions?.hostProcess
              ? [{ field: `spec.${FIELD}`, value: true }]
              : []),
            ...containers
              .filter(
                ({ container }) =>
                  container.securityContext?.windowsOptions?.hostProcess,
              )
              .map(placed => containerOffence(placed, FIELD, true)),
          ],
          offences => `${setters(offences)} must not set ${FIELD} to true`,
        ),
    },
  ],
};
