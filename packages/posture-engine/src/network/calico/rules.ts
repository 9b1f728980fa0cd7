/**
 * A rule of a policy, as it bears on one pod: whom it surely concerns, and whom
 * it may concern for all that anybody can tell from the objects.
 */
import {
  ClassSet,
  DecidingField,
  Direction,
  PodClass,
  PortSet,
  TierRule,
  Universe,
} from '../../decisions';
import { CalicoRule, ClusterSnapshot, describeObject } from '../../snapshot';
import type { Endpoints } from './Endpoints';
import { EntityContext, EntityMatch, entityMatch } from './entity';
import type { Policy } from './policies';
import { RulePorts, namesIn, portsFor, rulePorts } from './ports';

export type RuleEffect = 'allow' | 'deny' | 'pass';

interface Part {
  peers: ClassSet;
  ports: PortSet;
}

export interface RuleForPod {
  effect: RuleEffect;
  sure: readonly Part[];
  /** Where it may match, and why nobody can tell. */
  doubtful: readonly Part[];
  reason: string;
  decidedBy: DecidingField;
}

export interface CompiledRule {
  /** How the pod's own side meets it; part of what makes two pods' answers equal. */
  ownSide(pod: PodClass): OwnSide;
  forPod(pod: PodClass, own: OwnSide): RuleForPod;
}

/** `some`: with some addresses of the pod. */
export type OwnSide = 'all' | 'some' | 'none' | 'doubtful';

const EFFECTS: Readonly<Record<string, RuleEffect | 'log'>> = {
  allow: 'allow',
  deny: 'deny',
  pass: 'pass',
  log: 'log',
};

/** Fields that are followed here; the last is for people. */
const FIELDS: readonly string[] = [
  'action',
  'ipVersion',
  'protocol',
  'notProtocol',
  'source',
  'destination',
  'icmp',
  'notICMP',
  'http',
  'metadata',
];

const NO_NAMES: ReadonlyMap<string, PortSet> = new Map();

const SEVERAL_FAMILIES =
  'it matches some of the addresses only that the pods have';
const NO_ADDRESS = 'it goes by addresses, and the pods have none yet';

export interface RulePlace {
  snapshot: ClusterSnapshot;
  endpoints: Endpoints;
  policy: Policy;
  direction: Direction;
  index: number;
}

/** Undefined for a rule that decides nothing: Log, and what is for other protocols than TCP, UDP and SCTP. */
export function compileRule(
  rule: CalicoRule,
  { snapshot, endpoints, policy, direction, index }: RulePlace,
): CompiledRule | undefined {
  const effect = EFFECTS[rule.action?.toLowerCase() ?? ''];
  const ports = rulePorts(rule);
  if (effect === 'log' || (!('problem' in ports) && ports.protocols.isEmpty)) {
    return undefined;
  }
  const place = (side: EntityContext['side']): EntityContext => ({
    snapshot,
    endpoints,
    namespace: policy.namespace,
    side,
    ofPeer: (side === 'source') === (direction === 'ingress'),
    ipVersion: rule.ipVersion,
  });
  const source = entityMatch(rule.source ?? {}, place('source'));
  const destination = entityMatch(rule.destination ?? {}, place('destination'));
  const [own, peer] =
    direction === 'ingress' ? [destination, source] : [source, destination];
  const doubt = doubtOf(rule, effect, ports) ?? peer.doubt;
  const decidedBy: DecidingField = {
    layer: 'calico-policy',
    direction,
    object: policy.object,
    field: `spec.${direction}[${index}]`,
  };
  return {
    ownSide: ({ id }) => {
      if (own.all.has(id)) {
        return 'all';
      }
      if (own.some.has(id)) {
        return 'some';
      }
      return own.open.has(id) ? 'doubtful' : 'none';
    },
    forPod(pod, side) {
      const partsFor = (peers: ClassSet) =>
        partsOf(peers, ports, peer, pod, direction, endpoints);
      const maybe = ClassSet.union([peer.some, peer.open]);
      const sure =
        effect === undefined || doubt !== undefined
          ? ClassSet.none
          : surePeers(effect, side, peer);
      const rest = maybe.subtract(sure);
      const because = doubt ?? whyDoubtful(side, own, peer, rest);
      return {
        // Of an unknown action all is in doubt, as it is where passing on is.
        effect: effect ?? 'pass',
        sure: partsFor(sure),
        doubtful: partsFor(rest),
        reason: `nobody can tell whom ${decidedBy.field} of ${describeObject(
          policy.object,
        )} concerns: ${because}`,
        decidedBy,
      };
    },
  };
}

/** Whoever gets in with one address gets in; whoever is kept out must be with all. */
function surePeers(
  effect: RuleEffect,
  side: OwnSide,
  peer: EntityMatch,
): ClassSet {
  if (side === 'doubtful') {
    return ClassSet.none;
  }
  if (effect === 'allow') {
    return peer.some;
  }
  return side === 'some' ? ClassSet.none : peer.all;
}

function whyDoubtful(
  side: OwnSide,
  own: EntityMatch,
  peer: EntityMatch,
  peers: ClassSet,
): string {
  if (side === 'doubtful') {
    return own.doubt ?? NO_ADDRESS;
  }
  return peer.open.intersects(peers) ? NO_ADDRESS : SEVERAL_FAMILIES;
}

function doubtOf(
  rule: CalicoRule,
  effect: RuleEffect | undefined,
  ports: RulePorts | { problem: string },
): string | undefined {
  const strange = Object.keys(rule).find(field => !FIELDS.includes(field));
  if (effect === undefined) {
    return `nobody knows the action "${rule.action ?? ''}"`;
  }
  if (strange !== undefined) {
    return `its field ${strange} is not followed here`;
  }
  if ('problem' in ports) {
    return `it ${ports.problem}`;
  }
  if (rule.http !== undefined) {
    return 'its match on HTTP counts only where Calico looks into requests, and without that everything matches';
  }
  if (rule.source?.ports?.length || rule.source?.notPorts?.length) {
    return 'it goes by the port from which a connection comes';
  }
  return rule.icmp === undefined && rule.notICMP === undefined
    ? undefined
    : 'it has a match on ICMP without the protocol';
}

/** The peers, by the ports that the rule means for them. */
function partsOf(
  peers: ClassSet,
  ports: RulePorts | { problem: string },
  peer: EntityMatch,
  subject: PodClass,
  direction: Direction,
  { universe }: Endpoints,
): Part[] {
  const fixed = (of: PortSet) =>
    of.isEmpty || peers.isEmpty ? [] : [{ peers, ports: of }];
  if ('problem' in ports) {
    return fixed(PortSet.all);
  }
  if (direction === 'ingress') {
    return fixed(portsFor(ports, subject.namedPorts));
  }
  if (namesIn(ports).length === 0 && !peer.ports) {
    return fixed(portsFor(ports, NO_NAMES));
  }
  if (peer.ports) {
    return partsByService(peers, ports, peer.ports, universe);
  }
  // Hosts have no named ports, and neither have pods on their network.
  let groups: { peers: ClassSet; named: ReadonlyMap<string, PortSet> }[] = [
    { peers, named: NO_NAMES },
  ];
  for (const name of new Set(namesIn(ports))) {
    groups = groups.flatMap(group => {
      const meant = universe.byNamedPort(
        name,
        group.peers.intersect(universe.podNetwork),
      );
      return [
        {
          ...group,
          peers: group.peers.subtract(
            ClassSet.union(meant.map(part => part.peers)),
          ),
        },
        ...meant.map(part => ({
          peers: part.peers,
          named: new Map([...group.named, [name, part.ports]]),
        })),
      ];
    });
  }
  return groups
    .map(({ peers: of, named }) => ({
      peers: of,
      ports: portsFor(ports, named),
    }))
    .filter(part => !part.peers.isEmpty && !part.ports.isEmpty);
}

/** Where each destination has ports of its own. */
function partsByService(
  peers: ClassSet,
  ports: RulePorts,
  portsBehind: (pod: PodClass) => PortSet,
  universe: Universe,
): Part[] {
  const groups = new Map<string, { ports: PortSet; ids: number[] }>();
  for (const id of peers) {
    const endpoint = universe.get(id);
    if (endpoint.kind === 'pods') {
      const meant = portsFor(
        ports,
        endpoint.hostNetwork ? NO_NAMES : endpoint.namedPorts,
      ).intersect(portsBehind(endpoint));
      if (!meant.isEmpty) {
        const group = groups.get(meant.key) ?? { ports: meant, ids: [] };
        group.ids.push(id);
        groups.set(meant.key, group);
      }
    }
  }
  return [...groups.values()].map(({ ports: of, ids }) => ({
    peers: ClassSet.of(ids),
    ports: of,
  }));
}

/** The rule as a tier has it, where every doubt is taken for a match or for none. */
export function settle(
  { effect, sure, doubtful, reason, decidedBy }: RuleForPod,
  reading: 'open' | 'shut',
): TierRule[] {
  const as = (given: TierRule['effect'], parts: readonly Part[]): TierRule[] =>
    parts.map(part => ({ effect: given, ...part, decidedBy }));
  if (effect === 'pass') {
    return [
      ...as('pass', sure),
      ...as('unknown', doubtful).map(rule => ({ ...rule, reason })),
    ];
  }
  const counts = (effect === 'allow') === (reading === 'open');
  return as(effect, counts ? [...sure, ...doubtful] : sure);
}
