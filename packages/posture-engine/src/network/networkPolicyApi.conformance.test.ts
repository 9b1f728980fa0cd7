import { decide, protocolOf } from '../decisions';
import { ClusterSnapshot, KubernetesObject } from '../snapshot';
import { describeConformance, readConformance } from '../testing/conformance';
import { connectionsOf } from './connections';

const FILE = 'network-policy-api/v1alpha1.json';

interface Cases {
  pods: {
    namespace: string;
    name: string;
    ip: string;
    labels: Record<string, string>;
    ports: object[];
    hostNetwork: boolean;
  }[];
  policies: KubernetesObject[];
  cases: {
    id: string;
    subtest: string;
    policies: number[];
    namespaceLabels: Record<string, Record<string, string>>;
    client: { namespace: string; pod: string };
    server: { namespace: string; pod: string };
    protocol: string;
    port: number;
    expectConnect: boolean;
  }[];
}

function snapshotOf(
  { pods, policies }: Cases,
  { policies: inForce, namespaceLabels }: Cases['cases'][number],
): ClusterSnapshot {
  return ClusterSnapshot.create({
    cluster: 'conformance',
    objects: [
      ...Object.entries(namespaceLabels).map(([name, labels]) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels },
      })),
      {
        // Upstream's tests select the nodes by this label, which every node has.
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'node', labels: { 'kubernetes.io/os': 'linux' } },
      },
      ...pods.map(({ namespace, name, ip, labels, ports, hostNetwork }) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace, name, labels },
        spec: {
          nodeName: 'node',
          hostNetwork,
          containers: [{ name: 'main', ports }],
        },
        status: { podIPs: [{ ip }] },
      })),
      ...inForce.map(index => policies[index]),
    ],
  });
}

describeConformance(FILE, () => {
  const data = readConformance<Cases>(FILE);

  it.each(data?.cases.map(entry => [entry.id, entry.subtest, entry]) ?? [])(
    '%s %s',
    (_id, _subtest, entry) => {
      if (!data || typeof entry === 'string') {
        throw new Error(`${FILE} cannot be read`);
      }
      const snapshot = snapshotOf(data, entry);
      expect(snapshot.coverage.problems).toEqual([]);
      const connections = snapshot.derive(connectionsOf);
      const classOf = ({
        namespace,
        pod,
      }: {
        namespace: string;
        pod: string;
      }) =>
        connections.universe.podClasses.find(({ pods }) =>
          pods.some(view => view.namespace === namespace && view.name === pod),
        );
      const source = classOf(entry.client);
      const destination = classOf(entry.server);
      const protocol = protocolOf(entry.protocol);
      if (!source || !destination || !protocol) {
        throw new Error(JSON.stringify(entry));
      }
      const { verdict } = decide(connections, {
        source,
        destination,
        protocol,
        port: entry.port,
      });
      const { allowed } = connections.edge(source, destination);
      expect({
        verdict,
        inRelation: allowed.has(protocol, entry.port),
      }).toEqual({
        verdict: entry.expectConnect ? 'allow' : 'deny',
        inRelation: entry.expectConnect,
      });
    },
  );
});
