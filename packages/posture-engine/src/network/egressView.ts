/**
 * How far the outside is open to what a pod sends: the internet at large, the
 * metadata of its node, any server of DNS. The data plane is asked, on the
 * pod's own side; what the other end would refuse is nothing to rely on.
 */
import {
  AddressRange,
  ClassSet,
  Condition,
  Connections,
  PodClass,
  PortSet,
  Relation,
  RelationEntry,
  Universe,
  decideDirection,
} from '../decisions';
import type { ClusterSnapshot, PodView } from '../snapshot';
import { isAtLarge, rangesIn } from './atLarge';
import { connectionsOf } from './connections';
import { DNS_NAMESPACES, dnsOf } from './dns';
import { METADATA_ADDRESSES, METADATA_PORT } from './metadataAddresses';
import { networkFactsOf } from './networkFacts';
import { opennessOf } from './openness';

/** Whom the pod may send name lookups to, where that is more than the DNS of the cluster. */
export type DnsBreadth =
  | { to: 'internet' | 'any pod' }
  /** All of a namespace in which the DNS runs; `pod` is one that is none of it. */
  | { to: 'namespace'; namespace: string; pod: PodView };

export interface EgressView {
  /** Ports on which the internet at large is reached; those of name lookups are in `dns` where they are all. */
  internet: PortSet;
  /** Addresses of {@link METADATA_ADDRESSES} that answer. */
  metadata: readonly string[];
  dns?: DnsBreadth;
  /** Addresses outside that are somebody in particular. */
  ranges: readonly { ranges: readonly AddressRange[]; ports: PortSet }[];
  /** Names that a connection must be to, such as `to shop.example`. */
  names: readonly Condition[];
  /** What of all that nobody can tell. */
  unknown: { internet: PortSet; metadata: readonly string[] };
}

export const DNS_PORTS = PortSet.union([
  PortSet.range('UDP', 53),
  PortSet.range('TCP', 53),
]);

/** Computed once for all pods of which the same policies decide. Use as `snapshot.derive(egressViewsOf)`. */
export function egressViewsOf(snapshot: ClusterSnapshot): {
  of(podClass: PodClass): EgressView;
} {
  const connections = snapshot.derive(connectionsOf);
  const resolver = resolverIn(snapshot, connections.universe);
  const views = new Map<Relation, EgressView>();
  return {
    of(podClass) {
      const relation = connections.relation(podClass, 'egress');
      let view = views.get(relation);
      if (!view) {
        view = compute(connections, podClass, relation, resolver);
        views.set(relation, view);
      }
      return view;
    },
  };
}

/** For `Control.facts`: what besides a pod's own side its view rests on. */
export function egressFactsOf(snapshot: ClusterSnapshot) {
  const servers = new Set(snapshot.derive(dnsOf).servers.map(({ pod }) => pod));
  return {
    ...snapshot.derive(networkFactsOf),
    aroundTheDns: DNS_NAMESPACES.map(namespace => ({
      labels: snapshot.namespaceLabels(namespace),
      pods: snapshot.workloadsIn(namespace).flatMap(({ pods }) =>
        pods.map(pod => ({
          name: pod.name,
          labels: pod.labels,
          ips: pod.ips,
          hostNetwork: pod.spec.hostNetwork,
          isServer: servers.has(pod),
        })),
      ),
    })),
  };
}

/** The classes of the pods that answer name lookups, and the other pods of their namespaces. */
interface Resolver {
  servers: readonly PodClass[];
  neighbours: readonly PodClass[];
}

function resolverIn(snapshot: ClusterSnapshot, universe: Universe): Resolver {
  const servers = new Set(snapshot.derive(dnsOf).servers.map(({ pod }) => pod));
  const classes = (of: Iterable<PodView>) => [
    ...new Set([...of].flatMap(pod => universe.classOfPod(pod) ?? [])),
  ];
  const others = DNS_NAMESPACES.flatMap(namespace =>
    snapshot.workloadsIn(namespace).flatMap(({ pods }) => pods),
  ).filter(pod => !servers.has(pod) && !pod.spec.hostNetwork);
  return { servers: classes(servers), neighbours: classes(others) };
}

function compute(
  connections: Connections,
  podClass: PodClass,
  relation: Relation,
  resolver: Resolver,
): EgressView {
  const { universe } = connections;
  const { outside, pods } = opennessOf(connections, podClass, 'egress');
  const open = PortSet.union([
    outside.allowed,
    ...relation
      .filter(entry => isOpenByCondition(entry, universe))
      .map(({ ports }) => ports),
  ]);
  const onlyLookups = !open.isEmpty && DNS_PORTS.contains(open);
  const internet = onlyLookups ? PortSet.none : open;
  const lookupsAnywhere = !open.intersect(DNS_PORTS).isEmpty;
  let dns: DnsBreadth | undefined;
  if (onlyLookups) {
    dns = { to: 'internet' };
  } else if (!lookupsAnywhere && !pods.allowed.isAll) {
    dns = pods.allowed.intersect(DNS_PORTS).isEmpty
      ? neighbourReached(connections, podClass, relation, resolver)
      : { to: 'any pod' };
  }
  return {
    internet,
    metadata: metadataIn(relation, universe, entry => [
      entry.allowed,
      ...entry.conditional
        .filter(({ conditions }) => !conditions.every(isNamed))
        .map(({ peers }) => peers),
    ]),
    ...(dns ? { dns } : {}),
    ranges: ownedRanges(relation, universe),
    names: [
      ...new Set(
        relation.flatMap(({ conditional }) =>
          conditional.flatMap(({ peers, conditions }) =>
            peers.intersects(universe.external)
              ? conditions.filter(isNamed)
              : [],
          ),
        ),
      ),
    ],
    unknown: {
      internet: outside.unknown.subtract(open),
      metadata: metadataIn(relation, universe, ({ unknown }) => [unknown]),
    },
  };
}

/** By the ports on which they are reached. */
function ownedRanges(
  relation: Relation,
  universe: Universe,
): EgressView['ranges'] {
  const portsOf = new Map<number, PortSet[]>();
  for (const { allowed, ports } of relation) {
    const outside = allowed.intersect(universe.external);
    if (!isAtLarge(rangesIn(universe, outside))) {
      for (const id of outside) {
        portsOf.set(id, [...(portsOf.get(id) ?? []), ports]);
      }
    }
  }
  const groups = new Map<string, { ids: number[]; ports: PortSet }>();
  for (const [id, parts] of portsOf) {
    const ports = PortSet.union(parts);
    const group = groups.get(ports.key) ?? { ids: [], ports };
    group.ids.push(id);
    groups.set(ports.key, group);
  }
  return [...groups.values()].map(({ ids, ports }) => ({
    ranges: rangesIn(universe, ClassSet.of(ids)),
    ports,
  }));
}

/** What asks for requests, or for names that a caller only claims, is sent to whatever address the caller likes. */
function isOpenByCondition(
  { allowed, conditional }: RelationEntry,
  universe: Universe,
): boolean {
  const open = conditional.filter(
    ({ conditions }) => !conditions.every(isNamed),
  );
  return (
    open.length > 0 &&
    isAtLarge(
      rangesIn(
        universe,
        ClassSet.union([allowed, ...open.map(({ peers }) => peers)]),
      ),
    )
  );
}

/** Whether a condition holds for somebody in particular: one domain at least, not `*` or all of `*.com`. */
function isNamed(condition: Condition): boolean {
  return condition.split(' and ').some(part => {
    if (part.startsWith('with the API server')) {
      return true;
    }
    const domain = /^to (.+?)\.?$/.exec(part)?.[1];
    if (domain === undefined) {
      return false;
    }
    const labels = domain.split('.');
    const widest = labels.findLastIndex(label => label.includes('*'));
    return widest < 0 || labels.length - 1 - widest >= 2;
  });
}

function metadataIn(
  relation: Relation,
  universe: Universe,
  setsOf: (entry: RelationEntry) => readonly ClassSet[],
): string[] {
  const entry = relation.find(({ ports }) =>
    ports.has(METADATA_PORT.protocol, METADATA_PORT.port),
  );
  const sets = entry ? setsOf(entry) : [];
  return METADATA_ADDRESSES.filter(address => {
    const id = universe.classOfAddress(address)?.id;
    return id !== undefined && sets.some(set => set.has(id));
  });
}

/** What lets lookups to the DNS, and by the same word to a pod beside it. */
function neighbourReached(
  connections: Connections,
  source: PodClass,
  relation: Relation,
  { servers, neighbours }: Resolver,
): DnsBreadth | undefined {
  const protocols = (['UDP', 'TCP'] as const).filter(protocol =>
    relation.some(({ ports }) => ports.has(protocol, 53)),
  );
  for (const protocol of protocols) {
    const say = (destination: PodClass) => {
      const { verdict, decidedBy } = decideDirection(
        connections,
        { source, destination, protocol, port: 53 },
        'egress',
      );
      return verdict === 'allow' ? JSON.stringify(decidedBy) : undefined;
    };
    const words = new Set(servers.flatMap(server => say(server) ?? []));
    const neighbour = neighbours.find(other => words.has(say(other) ?? ''));
    if (neighbour) {
      const pod =
        neighbour.pods.find(({ namespace }) =>
          DNS_NAMESPACES.includes(namespace),
        ) ?? neighbour.pods[0];
      return { to: 'namespace', namespace: pod.namespace, pod };
    }
  }
  return undefined;
}
