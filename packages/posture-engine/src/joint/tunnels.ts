/**
 * What the network makes of tunnels: it sees a connection to the port of HBONE,
 * whichever port is called inside. Through a waypoint there are two of them.
 */
import { GroupEdge, PortSet } from '../decisions';

const HBONE_PORT = 15_008;
const ANY_TCP = PortSet.allOf('TCP');

/** What a tunnel along these edges opens: all ports, or none. Undefined where one of them is closed. */
export function tunnelEdge(
  legs: readonly (GroupEdge | undefined)[],
): GroupEdge | undefined {
  let together: GroupEdge = {
    allowed: ANY_TCP,
    conditional: [],
    unknown: PortSet.none,
    reasons: [],
  };
  for (const leg of legs) {
    const next = leg && withLeg(together, leg);
    if (!next) {
      return undefined;
    }
    together = next;
  }
  return together;
}

function withLeg(before: GroupEdge, leg: GroupEdge): GroupEdge | undefined {
  const isThere = (ports: PortSet) => ports.has('TCP', HBONE_PORT);
  if (isThere(leg.allowed)) {
    return before;
  }
  const conditions = leg.conditional.flatMap(part =>
    isThere(part.ports) ? part.conditions : [],
  );
  if (conditions.length > 0) {
    const [earlier] = before.conditional;
    return before.unknown.isEmpty
      ? {
          ...before,
          allowed: PortSet.none,
          conditional: [
            {
              ports: ANY_TCP,
              conditions: earlier
                ? earlier.conditions.flatMap(one =>
                    conditions.map(other => `${one} and ${other}`),
                  )
                : conditions,
            },
          ],
        }
      : before;
  }
  return isThere(leg.unknown)
    ? {
        allowed: PortSet.none,
        conditional: [],
        unknown: ANY_TCP,
        reasons: [...before.reasons, ...leg.reasons],
      }
    : undefined;
}
