/**
 * What a Linkerd proxy lets out of the cluster: EgressNetworks name addresses
 * and refuse or allow what no route of theirs takes
 * (`outbound/index/egress_network.rs`). Where none is about an address, it is
 * passed on as it is.
 */
import {
  ClusterSnapshot,
  Resource,
  describeObject,
  referenceTo,
} from '../../snapshot';
import {
  ALL_IPV4,
  ALL_IPV6,
  AddressRange,
  blocksOf,
  placeOf,
} from '../../decisions/addresses';
import { blockOf, isWithin } from '../authorization/addresses';
import type { Member } from '../client';
import {
  OutboundAnswer,
  direct,
  unknownOutbound,
} from '../client/outbound/outboundAnswer';
import { compareAge } from '../precedence';
import { Networks, isInside, networksOf } from './clientAuthorization';
import { linkerdOutboundBypass, subnetsPast } from './linkerdCapture';
import { requireLinkerd } from './linkerdMesh';
import { LINKERD_GROUP, refersTo } from './references';

type EgressNetwork = Resource<'EgressNetwork'>;

/** Its EgressNetworks count for namespaces that have none of their own. */
const EVERYBODYS = 'linkerd-egress';

const ROUTES = [
  'HTTPRoute',
  'HTTPRoute.policy.linkerd.io',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
] as const;

export function linkerdOutside(
  { workload, pod }: Member,
  { address, port }: { address: string; port: number },
  snapshot: ClusterSnapshot,
): OutboundAnswer {
  const place = placeOf(address);
  const past =
    linkerdOutboundBypass(workload, pod, port, snapshot) ??
    subnetsPast(workload, pod, place, snapshot);
  if (past) {
    return {
      ...direct(address, port),
      outcome: 'uncaptured',
      decidedBy: [{ layer: 'pod', object: past.object, field: past.field }],
      reason: 'it is sent past the proxy of the client',
    };
  }
  const gap = snapshot.coverage.gap('EgressNetwork', [
    pod.namespace,
    EVERYBODYS,
  ]);
  if (gap) {
    return unknownOutbound(gap.reason);
  }
  const network = egressNetworkOf(pod.namespace, place, snapshot);
  if (!network) {
    return {
      ...direct(address, port),
      outcome: 'passed-on',
      reason: 'no EgressNetwork is about it, so Linkerd passes it on as it is',
    };
  }
  const named = describeObject(referenceTo(network));
  const decidedBy: OutboundAnswer['decidedBy'] = [
    {
      layer: 'linkerd-policy',
      object: referenceTo(network),
      field: 'spec.trafficPolicy',
    },
  ];
  if (network.spec?.trafficPolicy === 'Allow') {
    return {
      ...direct(address, port),
      outcome: 'passed-on',
      decidedBy,
      reason: `${named} lets out what none of its routes takes`,
    };
  }
  const routes = ROUTES.flatMap(kind => snapshot.all(kind)).filter(route =>
    isFor(route, network),
  );
  const unseen = ROUTES.map(kind => snapshot.coverage.gap(kind)).find(Boolean);
  if (unseen || routes.length > 0) {
    return unknownOutbound(
      unseen?.reason ??
        `${named} refuses what none of its routes takes, and what ${describeObject(
          referenceTo(routes[0]),
        )} lets out is not decided here`,
    );
  }
  return {
    outcome: 'refused',
    endpoints: [],
    decidedBy,
    reason: `${named} refuses what none of its routes takes, and it has none`,
  };
}

function isFor(
  { metadata, spec }: Resource<(typeof ROUTES)[number]>,
  network: EgressNetwork,
): boolean {
  return (spec?.parentRefs ?? []).some(
    parent =>
      refersTo(parent, LINKERD_GROUP, 'EgressNetwork') &&
      parent.name === network.metadata.name &&
      (parent.namespace ?? metadata.namespace) === network.metadata.namespace,
  );
}

interface Candidate {
  network: EgressNetwork;
  networks: Networks;
}

/** Those of the client's own namespace alone, if there are any; else those for everybody. */
function candidatesOf(
  namespace: string,
  snapshot: ClusterSnapshot,
): readonly Candidate[] {
  const own = snapshot.deriveIn(namespace, egressNetworksIn);
  return own.length > 0 || namespace === EVERYBODYS
    ? own
    : snapshot.deriveIn(EVERYBODYS, egressNetworksIn);
}

/** Without networks it is about everything outside of the cluster's. */
function egressNetworksIn(
  snapshot: ClusterSnapshot,
  namespace: string,
): Candidate[] {
  return snapshot.inNamespace('EgressNetwork', namespace).map(network => {
    const { clusterNetworks } = requireLinkerd(snapshot);
    const ofFamily = (ipv6: boolean) =>
      clusterNetworks.filter(cidr => cidr.includes(':') === ipv6);
    return {
      network,
      networks: networksOf(
        network.spec?.networks ?? [
          { cidr: '0.0.0.0/0', except: ofFamily(false) },
          { cidr: '::/0', except: ofFamily(true) },
        ],
      ),
    };
  });
}

/** The one with the narrowest network around an address; of several the oldest. */
function egressNetworkOf(
  namespace: string,
  place: bigint | undefined,
  snapshot: ClusterSnapshot,
): EgressNetwork | undefined {
  if (place === undefined) {
    return undefined;
  }
  const [best] = candidatesOf(namespace, snapshot)
    .flatMap(({ network, networks }) => {
      const sizes = networks.blocks
        .filter(block => isInside({ ...networks, blocks: [block] }, place))
        .map(({ block, except }) =>
          except.reduce((size, hole) => size - sizeOf(hole), sizeOf(block)),
        )
        .sort(compareSizes);
      return sizes.length > 0 ? [{ network, size: sizes[0] }] : [];
    })
    .sort(
      (left, right) =>
        compareSizes(left.size, right.size) ||
        compareAge(left.network, right.network),
    );
  return best?.network;
}

function compareSizes(left: bigint, right: bigint): number {
  return Number(left > right) - Number(left < right);
}

function sizeOf({ from, to }: AddressRange): bigint {
  return to - from + 1n;
}

/** One address of each part of the world outside that EgressNetworks tell apart for a namespace; none where there are no such objects. */
export function addressesOutside(
  { namespace }: { namespace: string },
  snapshot: ClusterSnapshot,
): string[] {
  const ranges = candidatesOf(namespace, snapshot).flatMap(({ networks }) =>
    networks.blocks.flatMap(({ block, except }) => [block, ...except]),
  );
  if (ranges.length === 0) {
    return [];
  }
  const inside = requireLinkerd(snapshot).clusterNetworks.flatMap(
    cidr => blockOf(cidr) ?? [],
  );
  const starts = [
    ALL_IPV4.from,
    ALL_IPV6.from,
    ...[...ranges, ...inside].flatMap(({ from, to }) => [from, to + 1n]),
  ];
  return [...new Set(starts)]
    .filter(
      place =>
        place <= ALL_IPV6.to && !inside.some(block => isWithin(place, block)),
    )
    .flatMap(place => blocksOf({ from: place, to: place }))
    .map(block => block.split('/')[0]);
}
