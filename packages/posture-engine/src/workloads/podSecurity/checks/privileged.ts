/** Privileged containers switch off most of what separates them from the node. */
import { PodSecurityCheck } from '../check';
import { containerOffence, refuse, setters } from '../pod';

export const privileged: PodSecurityCheck = {
  id: 'privileged',
  level: 'baseline',
  versions: [
    {
      since: 0,
      checkPod: ({ containers }) =>
        refuse(
          containers
            .filter(({ container }) => container.securityContext?.privileged)
            .map(placed =>
              containerOffence(placed, 'securityContext.privileged', true),
            ),
          offences =>
            `${setters(
              offences,
            )} must not set securityContext.privileged to true`,
        ),
    },
  ],
};
