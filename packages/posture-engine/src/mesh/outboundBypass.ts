/**
 * What a pod sends past its own sidecar, whatever the destination: such
 * connections have neither mTLS nor an identity, and nothing in the mesh's
 * configuration shows them. Per Istio's `istio-iptables`; ztunnel reads none
 * of it.
 */
import { ClusterSnapshot, PodView, Workload } from '../snapshot';
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
  /** Nothing at all is captured. */
  everything: boolean;
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
            named: [...ranges, ...alsoPorts.map(port => `port ${port}`)],
            everything: ranges.length + alsoPorts.length === 0,
            ...included,
          },
        ]),
    // iptables returns early for these on the way out too, not on the way in alone.
    ...excluding('exclude-interfaces', read('-c', 'excludeInterfaces'), []),
  ];
}
