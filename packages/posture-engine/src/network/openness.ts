/**
 * How far a pod is open to nobody in particular: to a pod that nobody thought
 * of (`Universe.strangers`), and to addresses outside at large. It is what the
 * data plane would do, whatever kinds of policies make it so, and however they
 * are written.
 *
 *     const connections = snapshot.derive(connectionsOf);
 *     const podClass = connections.universe.classOfPod(pod);
 *     const { pods, outside } = opennessOf(connections, podClass, 'egress');
 *     // pods.allowed, outside.allowed, outside.unknown: sets of ports
 *     // who says so, for one of those ports:
 *     decideAbout(connections, podClass, 'egress', 'outside', { protocol, port })
 *
 * Only the pod's own side is asked. What it depends on are the policies that
 * may select the pod, the labels of its namespace, and `networkFactsOf`.
 */
import {
  Condition,
  Connections,
  Decision,
  Direction,
  EndpointClass,
  PodClass,
  PortSet,
  Protocol,
  Relation,
  RelationEntry,
  TierRule,
  Universe,
  decideDirection,
} from '../decisions';
import { WITH_API_SERVER } from './cilium';
import { Addresses } from './addressCrowds';

/** `pods`: any pod of the cluster. `outside`: the internet at large. */
export type Crowd = 'pods' | 'outside';

/** Ports in none of the sets are closed. */
export interface Passage {
  allowed: PortSet;
  /** Let through if one of the conditions holds; those say what is asked for, not who asks. */
  conditional: readonly { ports: PortSet; conditions: readonly Condition[] }[];
  /** Nobody can tell. */
  unknown: PortSet;
}

export interface Openness extends Readonly<Record<Crowd, Passage>> {
  /** Ports on which pods are let through wherever most of them have their addresses, not only in some block. */
  everyPod: PortSet;
  /** Ports on which all addresses of IPv4, or all of IPv6, are let through: there are no exceptions. */
  everyAddress: PortSet;
  /** Ports on which at least half of the public ones are. */
  mostAddresses: PortSet;
}

const known = new WeakMap<Connections, Map<Relation, Openness>>();

/** Computed once for all pods of which the same policies decide. */
export function opennessOf(
  connections: Connections,
  podClass: PodClass,
  direction: Direction,
): Openness {
  const relations = known.get(connections) ?? new Map<Relation, Openness>();
  known.set(connections, relations);
  const relation = connections.relation(podClass, direction);
  let openness = relations.get(relation);
  if (!openness) {
    openness = opennessOfRelation(
      connections.universe,
      relation,
      direction,
      connections
        .answers(podClass, direction)
        .flatMap(({ rules }) => rules)
        .flatMap(rule =>
          'rivals' in rule || rule.effect !== 'deny' ? [] : rule,
        ),
    );
    relations.set(relation, openness);
  }
  return openness;
}

/** Collects ports. */
class Ports {
  readonly allowed: PortSet[] = [];
  readonly unknown: PortSet[] = [];
  readonly conditional: Passage['conditional'][number][] = [];

  get passage(): Passage {
    const allowed = PortSet.union(this.allowed);
    return {
      allowed,
      unknown: PortSet.union(this.unknown).subtract(allowed),
      conditional: this.conditional
        .map(({ ports, conditions }) => ({
          ports: ports.subtract(allowed),
          conditions,
        }))
        .filter(({ ports }) => !ports.isEmpty),
    };
  }
}

/** The same of a relation that is no pod's; `denials` are rules that deny some of it by name. */
export function opennessOfRelation(
  universe: Universe,
  relation: Relation,
  direction: Direction,
  denials: readonly TierRule[] = [],
): Openness {
  const addresses = Addresses.of(universe);
  const [first] = universe.strangers;
  const usual = universe.strangers.filter(
    ({ pods: [{ ips }] }) => ips === first.pods[0].ips,
  );
  const pods = new Ports();
  const outside = new Ports();
  const everyPod: PortSet[] = [];
  const everyAddress: PortSet[] = [];
  const mostAddresses: PortSet[] = [];
  for (const entry of relation) {
    const { ports, allowed, unknown } = entry;
    const complete = addresses.hasWholeFamily(allowed);
    if (complete) {
      everyAddress.push(ports);
    }
    if (addresses.areMost(allowed)) {
      mostAddresses.push(ports);
    }
    const isOpen = ({ id, pods: [{ ips }] }: PodClass) =>
      allowed.has(id) ||
      // Where pods are known by their addresses, theirs are among all of them.
      (complete &&
        ips.length === 0 &&
        universe.nodeClasses.length === 0 &&
        !denials.some(
          denial => denial.peers.has(id) && denial.ports.contains(ports),
        ));
    if (usual.some(isOpen) || usual.some(({ id }) => isAsked(entry, id))) {
      everyPod.push(ports);
    }
    if (universe.strangers.some(isOpen)) {
      pods.allowed.push(ports);
    } else if (universe.strangers.some(({ id }) => unknown.has(id))) {
      pods.unknown.push(ports);
    }
    if (addresses.areManyIn([allowed])) {
      outside.allowed.push(ports);
    } else if (!unknown.isEmpty && addresses.areManyIn([allowed, unknown])) {
      outside.unknown.push(ports);
    }
    addConditions(entry, universe, direction, { pods, outside });
  }
  return {
    pods: pods.passage,
    outside: outside.passage,
    everyPod: PortSet.union(everyPod),
    everyAddress: PortSet.union(everyAddress),
    mostAddresses: PortSet.union(mostAddresses),
  };
}

function isAsked({ conditional }: RelationEntry, id: number): boolean {
  return conditional.some(({ peers }) => peers.has(id));
}

function addConditions(
  { ports, allowed, conditional }: RelationEntry,
  universe: Universe,
  direction: Direction,
  { pods, outside }: Readonly<Record<Crowd, Ports>>,
): void {
  const addresses = Addresses.of(universe);
  for (const { peers, conditions } of conditional) {
    if (universe.strangers.some(({ id }) => peers.has(id))) {
      pods.conditional.push({ ports, conditions });
    }
    // A name, or the API server, is somebody in particular.
    const asks = conditions.filter(
      condition =>
        direction === 'ingress' && !condition.startsWith(WITH_API_SERVER),
    );
    if (asks.length > 0 && addresses.areManyIn([allowed, peers])) {
      outside.conditional.push({ ports, conditions: asks });
    }
  }
}

/** What decides about a crowd on one port, on the pod's own side. */
export function decideAbout(
  connections: Connections,
  podClass: PodClass,
  direction: Direction,
  crowd: Crowd,
  { protocol, port }: { protocol: Protocol; port: number },
): Decision {
  const peer = memberOf(
    connections.universe,
    connections
      .relation(podClass, direction)
      .find(({ ports }) => ports.has(protocol, port)),
    crowd,
  );
  return decideDirection(
    connections,
    {
      ...(direction === 'ingress'
        ? { source: peer, destination: podClass }
        : { source: podClass, destination: peer }),
      protocol,
      port,
    },
    direction,
  );
}

/** Who stands for a crowd: one that is let through rather than one of whom nobody can tell, and that rather than any other. */
function memberOf(
  universe: Universe,
  entry: RelationEntry | undefined,
  crowd: Crowd,
): EndpointClass {
  const { lowestFirst } = Addresses.of(universe);
  const candidates =
    crowd === 'outside'
      ? lowestFirst
      : // Strangers without an address are let through where all addresses are.
        [...universe.strangers, ...lowestFirst];
  for (const set of entry
    ? [
        entry.allowed,
        entry.unknown,
        ...entry.conditional.map(({ peers }) => peers),
      ]
    : []) {
    const found = candidates.find(({ id }) => set.has(id));
    if (found) {
      return found;
    }
  }
  return candidates[0];
}
