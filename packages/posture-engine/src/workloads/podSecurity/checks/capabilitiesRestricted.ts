/** Every container drops ALL capabilities and adds at most NET_BIND_SERVICE. */
import { AdmittedPod, Offence, PodSecurityCheck, Refusal } from '../check';
import {
  containerOffence,
  exceptWindows,
  quoted,
  refuse,
  setters,
  unique,
} from '../pod';
import { addedCapabilities } from './capabilities';

function checkCapabilities({ containers }: AdmittedPod): Refusal | undefined {
  const keeping: Offence[] = [];
  const adding: Offence[] = [];
  for (const placed of containers) {
    const drop = placed.container.securityContext?.capabilities?.drop;
    if (!drop?.includes('ALL')) {
      keeping.push(
        containerOffence(placed, 'securityContext.capabilities.drop', drop),
      );
    }
    adding.push(...addedCapabilities(placed, ['NET_BIND_SERVICE']));
  }
  return refuse([...keeping, ...adding], () =>
    [
      ...(keeping.length > 0
        ? [
            `${setters(
              keeping,
            )} must drop "ALL" in securityContext.capabilities.drop`,
          ]
        : []),
      ...(adding.length > 0
        ? [
            `${setters(adding)} must not add ${quoted(
              unique(adding.map(({ value }) => String(value))),
            )} in securityContext.capabilities.add`,
          ]
        : []),
    ].join('; '),
  );
}

export const capabilitiesRestricted: PodSecurityCheck = {
  id: 'capabilities_restricted',
  level: 'restricted',
  versions: [
    {
      since: 22,
      checkPod: checkCapabilities,
      replaces: ['capabilities_baseline'],
    },
    {
      since: 25,
      checkPod: exceptWindows(checkCapabilities),
      replaces: ['capabilities_baseline'],
    },
  ],
};
