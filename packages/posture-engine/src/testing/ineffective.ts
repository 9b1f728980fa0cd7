/** For the tests of policies without an effect: a short cluster, and what is said of its policies. */
import { parseManifests } from '../manifests';
import { IneffectivePolicy, ineffectivePolicies } from '../network/ineffective';
import { ClusterSettings, ClusterSnapshot } from '../snapshot';

/** `web` and `orders` in namespace `shop`, the latter with a port called `http`, and `scraper` in `monitoring`. */
const PODS = [
  ['shop', 'web', '10.0.0.1', 'web'],
  ['shop', 'orders', '10.0.0.2', 'http'],
  ['monitoring', 'scraper', '10.0.0.3', 'scrape'],
]
  .map(
    ([namespace, app, ip, port]) => `
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace}, labels: { team: ${namespace} } }
---
apiVersion: v1
kind: Pod
metadata: { name: ${app}, namespace: ${namespace}, labels: { app: ${app} } }
spec: { containers: [{ name: app, ports: [{ name: ${port}, containerPort: 8080 }] }] }
status: { podIP: ${ip}, podIPs: [{ ip: ${ip} }] }
`,
  )
  .join('---\n');

/** One object of the short form `kind/name` in `shop`, or of the cluster with a leading slash. */
export function policy(
  apiVersion: string,
  kind: string,
  name: string,
  spec: string,
): string {
  const place = name.startsWith('/')
    ? `name: ${name.slice(1)}`
    : `namespace: shop, name: ${name}`;
  return `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { ${place} }
${spec.startsWith('specs:') ? spec : `spec: ${spec}`}
`;
}

export function ineffectiveAmong(
  manifests: readonly string[],
  settings: ClusterSettings = {},
): IneffectivePolicy[] {
  const { objects, problems } = parseManifests(
    [PODS, ...manifests].join('---\n'),
    'test.yaml',
  );
  if (problems.length > 0) {
    throw new Error(JSON.stringify(problems));
  }
  return ineffectivePolicies(
    ClusterSnapshot.create({
      cluster: 'test',
      objects: objects.map(({ object }) => object),
      settings,
    }),
  );
}

/** `name field: because`. */
export function saidOf(
  manifests: readonly string[],
  settings: ClusterSettings = {},
): string[] {
  return ineffectiveAmong(manifests, settings).map(
    ({ object, field, because }) => `${object.name} ${field}: ${because}`,
  );
}
