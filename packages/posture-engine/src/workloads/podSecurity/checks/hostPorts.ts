/** No port of the node may be taken. */
import { PodSecurityCheck } from '../check';
import { containerOffence, plural, refuse, setters, unique } from '../pod';

export const hostPorts: PodSecurityCheck = {
  id: 'hostPorts',
  level: 'baseline',
  versions: [
    {
      since: 0,
      checkPod: ({ containers }) =>
        refuse(
          containers.flatMap(placed =>
            (placed.container.ports ?? []).flatMap(({ hostPort }, index) =>
              hostPort
                ? [
                    containerOffence(
                      placed,
                      `ports[${index}].hostPort`,
                      hostPort,
                    ),
                  ]
                : [],
            ),
          ),
          offences => {
            const ports = unique(offences.map(({ value }) => Number(value)));
            return `${setters(offences)} must not use hostPort${plural(
              ports,
            )} ${ports.join(', ')}`;
          },
        ),
    },
  ],
};
