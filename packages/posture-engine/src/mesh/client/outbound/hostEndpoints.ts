/**
 * What stands behind a host: pods, and endpoints that somebody wrote down. Of
 * ServiceEntries with the same host in one namespace all endpoints count.
 */
import { ClusterSnapshot, PodView, ServiceEntry } from '../../../snapshot';
import { WrittenEndpoint } from '../../../snapshot/kinds';
import { matchesLabels } from '../../../selectors';
import { placeOf } from '../../../decisions/addresses';
import { entryOf } from '../../podFields';
import { endpointPort } from '../../portProtocol';
import { endpointsOf } from '../endpoints';
import { Member } from '../transport';
import { HostPort, RegistryHost, registryOf, resolutionOf } from './registry';

/** One place that traffic for a host is sent to. */
export interface HostEndpoint {
  /** An address, or a name that the proxy looks up. */
  address: string;
  port: number;
  /** A pod, or what is written about a machine that is none. */
  of: Member | { written: WrittenEndpoint; namespace: string };
}

const TLS_MODE = 'security.istio.io/tlsMode';

/** Whether a written endpoint says that a proxy of the mesh stands before it. */
export function takesMutualTls({
  labels = {},
  serviceAccount,
}: WrittenEndpoint): boolean {
  const mode = entryOf(labels, TLS_MODE);
  return mode === undefined ? Boolean(serviceAccount) : mode === 'istio';
}

/** Of all that have a host's name in its namespace, the endpoints count together. */
export function endpointsBehind(
  host: RegistryHost,
  port: HostPort,
  snapshot: ClusterSnapshot,
): HostEndpoint[] {
  const entries = new Set(
    (snapshot.derive(registryOf).byHost.get(host.host) ?? []).flatMap(
      ({ source, namespace }) =>
        'entry' in source && namespace === host.namespace ? source.entry : [],
    ),
  );
  const endpoints = [
    ...endpointsOfService(host, port, snapshot),
    ...[...entries].flatMap(entry =>
      endpointsOfEntry(entry, host, port, snapshot),
    ),
  ];
  // Only where the proxy looks names up may an endpoint be one.
  return host.resolution === 'dns'
    ? endpoints
    : endpoints.filter(({ address }) => placeOf(address) !== undefined);
}

/** Those of {@link endpointsBehind} that are addresses. */
export function addressesBehind(
  host: RegistryHost,
  port: HostPort,
  snapshot: ClusterSnapshot,
): string[] {
  return endpointsBehind(host, port, snapshot).flatMap(({ address }) =>
    placeOf(address) === undefined ? [] : [address],
  );
}

function endpointsOfService(
  { source, namespace, resolution }: RegistryHost,
  port: HostPort,
  snapshot: ClusterSnapshot,
): HostEndpoint[] {
  if (!('service' in source)) {
    return [];
  }
  const { service } = source;
  const written = service.spec?.ports?.find(
    candidate => candidate.port === port.number && candidate.protocol === 'TCP',
  );
  if (!written) {
    return [];
  }
  const pods = endpointsOf(service, snapshot).flatMap(member => {
    const number = endpointPort(member.pod, written);
    const [address] = member.pod.ips;
    return number === undefined || address === undefined
      ? []
      : [{ address, port: number, of: member }];
  });
  const { selector = {} } = service.spec ?? {};
  // One without an address of its own leads to pods alone.
  const machines =
    Object.keys(selector).length === 0 || resolution === 'none'
      ? []
      : machinesIn(namespace, selector, snapshot);
  const target =
    typeof written.targetPort === 'number' ? written.targetPort : written.port;
  return [
    ...pods,
    ...machines.flatMap(entry =>
      entry.address
        ? [
            {
              address: entry.address,
              port: entryOf(entry.ports ?? {}, port.name ?? '') ?? target,
              of: { written: entry, namespace },
            },
          ]
        : [],
    ),
  ];
}

function endpointsOfEntry(
  { spec = {} }: ServiceEntry,
  { host, namespace, resolution }: RegistryHost,
  { name, number }: HostPort,
  snapshot: ClusterSnapshot,
): HostEndpoint[] {
  const written = spec.ports?.find(candidate =>
    resolution === 'dns'
      ? candidate.number === number
      : candidate.name === name,
  );
  if (!written) {
    return [];
  }
  const target = written.targetPort ?? written.number ?? number;
  const portOf = ({ ports = {} }: WrittenEndpoint) =>
    entryOf(ports, written.name ?? '') ?? target;
  const machine = (entry: WrittenEndpoint): HostEndpoint[] =>
    entry.address
      ? [
          {
            address: entry.address,
            port: portOf(entry),
            of: { written: entry, namespace },
          },
        ]
      : [];
  if (spec.workloadSelector) {
    const { labels = {} } = spec.workloadSelector;
    return [
      ...podsIn(namespace, labels, snapshot).map(member => ({
        address: member.pod.ips[0],
        port: target,
        of: member,
      })),
      ...machinesIn(namespace, labels, snapshot)
        .filter(
          ({ address }) =>
            resolutionOf(spec.resolution) === 'dns' ||
            placeOf(address ?? '') !== undefined,
        )
        .flatMap(machine),
    ];
  }
  const endpoints = spec.endpoints ?? [];
  return endpoints.length === 0 && resolutionOf(spec.resolution) === 'dns'
    ? [{ address: host, port: target, of: { written: {}, namespace } }]
    : endpoints.flatMap(machine);
}

function podsIn(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  snapshot: ClusterSnapshot,
): Member[] {
  const hasAddress = ({ ips }: PodView) => ips.length > 0;
  return snapshot
    .workloadsIn(namespace)
    .flatMap(workload =>
      workload.pods
        .filter(pod => hasAddress(pod) && matchesLabels(labels, pod.labels))
        .map(pod => ({ workload, pod })),
    );
}

/** WorkloadEntries with some labels, their own and those in their spec, which count less. */
function machinesIn(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  snapshot: ClusterSnapshot,
): WrittenEndpoint[] {
  return snapshot.inNamespace('WorkloadEntry', namespace).flatMap(found => {
    const entry = {
      ...found.spec,
      labels: { ...found.spec?.labels, ...found.metadata.labels },
    };
    return matchesLabels(labels, entry.labels) ? [entry] : [];
  });
}
