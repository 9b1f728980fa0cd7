/**
 * What a pod sends past its own sidecar, whatever the destination: such
 * connections have neither mTLS nor an identity, and nothing in the mesh's
 * configuration shows them. Per Istio's `istio-iptables`; ztunnel reads none
 * of it.
 */
import { ClusterSnapshot, PodView, Workload } from '../snapshot';
import { placeOf } from '../decisions/addresses';
import { blockOf, isWithin } from './authorization/addresses';
import { interceptionModeOf } from './capture';
import { initArguments, listOf } from './initArguments';
import { FieldValue, metadataEvidence } from './podFields';

export interface OutboundBypass extends FieldValue {
  kind:
    | 'interception-mode'
    | 'exclude-interfaces'
    | 'exclude-ports'
    | 'exclude-ranges'
    | 'include-ranges';
  /** The ports, ranges or interfaces that are named; for `include-ranges` those that are captured all the same. */
  named: readonly string[];
  /** For `include-ranges`: ports that are captured whatever the address. */
  ports?: readonly string[];
  /** Nothing at all is captured. */
  everything: boolean;
}

/** Where iptables looks at them, so that the first that applies counts. */
const ORDER: readonly OutboundBypass['kind'][] = [
  'interception-mode',
  'exclude-interfaces',
  'exclude-ports',
  'exclude-ranges',
  'include-ranges',
];

/**
 * What sends one connection past the proxy, if anything does. That an interface
 * is excluded counts for all: which one a connection leaves by is not seen.
 */
export function outboundBypass(
  { workload, pod }: { workload: Workload; pod: PodView },
  port: number,
  address: string | undefined,
  snapshot: ClusterSnapshot,
): OutboundBypass | undefined {
  const found = snapshot.derive(foundOf);
  let inOrder = found.get(pod);
  if (!inOrder) {
    inOrder = outboundBypasses(workload, pod, snapshot).sort(
      (left, right) => ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind),
    );
    found.set(pod, inOrder);
  }
  return inOrder.find(bypass => applies(bypass, port, address));
}

/** Each of a pod's calls is asked about. */
function foundOf(): WeakMap<PodView, readonly OutboundBypass[]> {
  return new WeakMap();
}

function applies(
  { kind, named, everything, ports }: OutboundBypass,
  port: number,
  address: string | undefined,
): boolean {
  const listed = (items: readonly string[]) =>
    items.some(item => item === '*' || Number(item) === port);
  switch (kind) {
    case 'exclude-ports':
      return listed(named);
    case 'exclude-ranges':
      return everything || lies(address, named);
    case 'include-ranges':
      return !listed(ports ?? []) && !lies(address, named);
    default:
      return true;
  }
}

function lies(address: string | undefined, ranges: readonly string[]): boolean {
  const place = address === undefined ? undefined : placeOf(address);
  return (
    place !== undefined &&
    ranges.some(range => {
      const block = blockOf(range);
      return block !== undefined && isWithin(place, block);
    })
  );
}

const PREFIX = 'traffic.sidecar.istio.io/';
const ALL_PORTS: readonly string[] = ['*'];
const ALL_RANGES: readonly string[] = ['*', '0.0.0.0/0', '::/0'];

/** The ways out past the sidecar of a pod that has one. */
export function outboundBypasses(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): OutboundBypass[] {
  const mode = interceptionModeOf(workload, pod, snapshot);
  if (mode.value === 'NONE') {
    return [
      { kind: 'interception-mode', named: [], everything: true, ...mode },
    ];
  }
  const told = initArguments(pod);
  const read = (flag: string, annotation: string): FieldValue =>
    told(flag) ??
    metadataEvidence(workload, pod, 'annotations', `${PREFIX}${annotation}`);
  const excluding = (
    kind: OutboundBypass['kind'],
    evidence: FieldValue,
    all: readonly string[],
  ): OutboundBypass[] => {
    const named = listOf(evidence);
    return named.length > 0
      ? [
          {
            kind,
            named,
            everything: named.some(item => all.includes(item)),
            ...evidence,
          },
        ]
      : [];
  };
  const included = read('-i', 'includeOutboundIPRanges');
  const ranges = listOf(included);
  const alsoPorts = listOf(read('-q', 'includeOutboundPorts'));
  return [
    ...excluding(
      'exclude-ports',
      read('-o', 'excludeOutboundPorts'),
      ALL_PORTS,
    ),
    ...excluding(
      'exclude-ranges',
      read('-x', 'excludeOutboundIPRanges'),
      ALL_RANGES,
    ),
    ...(included.value === null || ranges.includes('*')
      ? []
      : [
          {
            kind: 'include-ranges' as const,
            named: ranges,
            ports: alsoPorts,
            everything: ranges.length + alsoPorts.length === 0,
            ...included,
          },
        ]),
    // iptables returns early for these on the way out too, not on the way in alone.
    ...excluding('exclude-interfaces', read('-c', 'excludeInterfaces'), []),
  ];
}
