/**
 * Every `modes` row that the real istiod gave for sidecars, and those of
 * ambient as its policies say them, against the rows of the command line.
 */
import { ClusterSnapshot, KubernetesObject } from '../snapshot';
import {
  describeConformance,
  readConformanceLines,
} from '../testing/conformance';
import { inboundPorts } from './inboundPorts';

interface Scenario {
  name: string;
  objects: KubernetesObject[];
  meshConfig: Record<string, unknown>;
  modes: { pod: string; port: number; mode: string | null }[];
}

/** Rows that objects alone cannot give, and what else the scenario had. */
const EXCEPTIONS: Record<string, string> = {
  'interceptionMode NONE':
    'the mode was given to the proxy as node metadata; the Pod object does not say it',
  'interceptionMode NONE, Sidecar ingress':
    'the mode was given to the proxy as node metadata; the Pod object does not say it',
  'Sidecar ingress tls SIMPLE, DISABLE (ENABLE_TLS_ON_SIDECAR_INGRESS=true)':
    "a feature flag of istiod, visible in no object: the port is then the application's own TLS",
  'Sidecar ingress tls SIMPLE, portLevel DISABLE (ENABLE_TLS_ON_SIDECAR_INGRESS=true)':
    "a feature flag of istiod, visible in no object: the port is then the application's own TLS",
  'Sidecar ingress tls MUTUAL, portLevel DISABLE (ENABLE_TLS_ON_SIDECAR_INGRESS=true)':
    "a feature flag of istiod, visible in no object: the port is then the application's own TLS",
};

function modeOfRow(
  snapshot: ClusterSnapshot,
  { pod, port }: { pod: string; port: number },
): string | null {
  const workload = snapshot.workloads.find(
    ({ reference: { namespace, name } }) => `${namespace}/${name}` === pod,
  );
  if (!workload) {
    throw new Error(`no workload ${pod}`);
  }
  const rows = inboundPorts(workload, snapshot);
  const row =
    rows.find(candidate => candidate.port === port) ??
    rows.find(candidate => candidate.port === null);
  return row?.mode ?? null;
}

function snapshotOf({ objects, meshConfig }: Scenario): ClusterSnapshot {
  return ClusterSnapshot.create({
    cluster: 'conformance',
    objects,
    settings: { meshConfig },
  });
}

describe.each([
  ['istio/istiod.jsonl.gz', 1387],
  ['istio/ambient.jsonl.gz', 4105],
  ['istio/edges.jsonl.gz', 75],
])('%s', (file, count) => {
  describeConformance(file, () => {
    const scenarios = readConformanceLines<Scenario>(file).filter(
      ({ name }) => !(name in EXCEPTIONS),
    );

    it.each(scenarios.filter(({ modes }) => modes.length > 0))(
      '$name',
      scenario => {
        const snapshot = snapshotOf(scenario);
        expect(
          scenario.modes.map(row => ({
            ...row,
            mode: modeOfRow(snapshot, row),
          })),
        ).toEqual(scenario.modes);
      },
    );

    it(`holds ${count} rows`, () => {
      expect(scenarios.flatMap(({ modes }) => modes)).toHaveLength(count);
    });
  });
});
