/** What both capability checks share. Names count as they are written: `all` and `CAP_CHOWN` are not `ALL` and `CHOWN`. */
import { Offence, PlacedContainer } from '../check';
import { containerOffence } from '../pod';

/** The capabilities that a container adds and that are not allowed. */
export function addedCapabilities(
  placed: PlacedContainer,
  allowed: readonly string[],
): Offence[] {
  const added = placed.container.securityContext?.capabilities?.add ?? [];
  return added.flatMap((capability, index) =>
    allowed.includes(capability)
      ? []
      : [
          containerOffence(
            placed,
            `securityContext.capabilities.add[${index}]`,
            capability,
          ),
        ],
  );
}
