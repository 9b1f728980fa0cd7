/**
 * What the outbound clusters that the real istiod computed do to each endpoint
 * of each Service, for sidecars, ambient clients and Services without addresses.
 */
import { ClusterSnapshot, KubernetesObject } from '../../snapshot';
import {
  describeConformance,
  readConformanceLines,
} from '../../testing/conformance';
import { transportToService } from './clientTransport';
import { endpointsOf } from './endpoints';

interface Row {
  from: string;
  to: string;
  service: string;
  port: number;
  transport: string;
  tunnel?: string;
}

interface Scenario {
  name: string;
  objects: KubernetesObject[];
  meshConfig: Record<string, unknown>;
  clients: Row[];
}

function answerTo(snapshot: ClusterSnapshot, row: Row): Row {
  const [namespace, name] = row.service.split('/');
  const service = snapshot.get('Service', name, namespace);
  const port = service?.spec?.ports?.find(
    candidate => candidate.port === row.port,
  );
  const client = snapshot.workloads
    .flatMap(workload => workload.pods.map(pod => ({ workload, pod })))
    .find(({ pod }) => `${pod.namespace}/${pod.name}` === row.from);
  const endpoint =
    service &&
    endpointsOf(service, snapshot).find(
      ({ pod }) => `${pod.namespace}/${pod.name}` === row.to,
    );
  if (!service || !port || !client || !endpoint) {
    return { ...row, transport: 'not in the snapshot' };
  }
  const { transport, tunnel } = transportToService(
    client,
    { service, port },
    endpoint,
    snapshot,
  );
  const { tunnel: _, ...rest } = row;
  // Only sidecars' clusters were recorded with their tunnels.
  return {
    ...rest,
    transport,
    ...(row.tunnel !== undefined && tunnel ? { tunnel } : {}),
  };
}

describe.each([
  ['istio/istiod.jsonl.gz', 2574],
  ['istio/ambient.jsonl.gz', 8260],
  ['istio/edges.jsonl.gz', 119],
])('%s', (file, count) => {
  describeConformance(file, () => {
    const scenarios = readConformanceLines<Scenario>(file).filter(
      ({ clients }) => clients.length > 0,
    );

    it.each(scenarios)('$name', ({ objects, meshConfig, clients }) => {
      const snapshot = ClusterSnapshot.create({
        cluster: 'conformance',
        objects,
        settings: { meshConfig },
      });
      expect(clients.map(row => answerTo(snapshot, row))).toEqual(clients);
    });

    it(`holds ${count} rows`, () => {
      expect(scenarios.flatMap(({ clients }) => clients)).toHaveLength(count);
    });
  });
});
