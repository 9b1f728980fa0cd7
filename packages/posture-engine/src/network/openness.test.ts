import { opennessOf, decideAbout } from './openness';
import { connectionsOf } from './connections';
import { ClusterSnapshot } from '../snapshot';
import { parseManifests } from '../manifests';

function openness(policies: string) {
  const { objects, problems } = parseManifests(
    `
apiVersion: v1
kind: Pod
metadata: {name: orders, namespace: shop, labels: {app: orders}}
spec: {containers: [{name: app}]}
${policies}`,
    'test.yaml',
  );
  expect(problems).toEqual([]);
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object }) => object),
  });
  const connections = snapshot.derive(connectionsOf);
  const [podClass] = connections.universe.podClasses;
  return {
    connections,
    podClass,
    ...opennessOf(connections, podClass, 'ingress'),
  };
}

function ingress(from: string) {
  const found = openness(`
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: rules, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [${from}], ports: [{port: 8080}]}]}`);
  return [
    ...(found.pods.allowed.isEmpty ? [] : ['pods']),
    ...(found.outside.allowed.isEmpty ? [] : ['outside']),
  ];
}

const block = (...cidrs: string[]) =>
  cidrs.map(cidr => `{ipBlock: {cidr: '${cidr}'}}`).join();

describe('openness to nobody in particular', () => {
  it('counts public addresses, in however many blocks they are written', () => {
    expect(ingress(block('0.0.0.0/1', '128.0.0.0/1'))).toContain('outside');
    expect(ingress(block('8.0.0.0/7'))).toEqual(['outside']);
    expect(ingress(block('9.0.0.0/8'))).toEqual([]);
    expect(ingress(block('8.0.0.0/8', '9.0.0.0/8'))).toEqual(['outside']);
    expect(ingress(block('2000::/3'))).toEqual(['outside']);
    // All of North America, and all of Europe.
    expect(ingress(block('2600::/12'))).toEqual(['outside']);
    expect(ingress(block('2a00::/12'))).toEqual(['outside']);
    expect(ingress(block('2001:db8::/32', '2a00:1450::/29'))).toEqual([]);
  });

  it('does not count private networks, however many of them', () => {
    expect(
      ingress(
        block('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'),
      ),
    ).toEqual([]);
  });

  it('takes a label that must only be there for one that anybody may put on', () => {
    const pods = (expressions: string) =>
      `{namespaceSelector: {}, podSelector: {matchExpressions: [${expressions}]}}`;
    expect(ingress(pods('{key: app, operator: Exists}'))).toEqual(['pods']);
    expect(
      ingress(
        pods(
          '{key: app, operator: Exists}, {key: job, operator: DoesNotExist}',
        ),
      ),
    ).toEqual(['pods']);
    expect(
      ingress(pods('{key: app, operator: In, values: [anything]}')),
    ).toEqual([]);
  });

  it('says what decides, on the side of the pod alone', () => {
    const { connections, podClass } = openness(`
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: rules, namespace: shop}
spec: {podSelector: {}, ingress: [{ports: [{port: 8080}]}]}`);
    const about = (port: number) =>
      decideAbout(connections, podClass, 'ingress', 'pods', {
        protocol: 'TCP',
        port,
      });
    expect(about(8080)).toMatchObject({
      verdict: 'allow',
      decidedBy: [{ field: 'spec.ingress[0]' }],
    });
    expect(about(8081)).toMatchObject({
      verdict: 'deny',
      decidedBy: [{ field: 'spec.policyTypes' }],
    });
  });

  it('keeps the strangers out of the pods of the snapshot', () => {
    const { universe } = openness('').connections;
    expect(universe.podClasses).toHaveLength(1);
    expect(universe.strangers.length).toBeGreaterThan(0);
    for (const stranger of universe.strangers) {
      expect(universe.podClasses).not.toContain(stranger);
    }
  });
});
