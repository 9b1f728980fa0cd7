/** Where the mesh may answer differently after a change: in the namespaces of what changed, or anywhere. */
import { meshOf } from '../mesh';
import { OTHER_POLICY_KINDS } from '../network/otherPolicies';
import {
  ClusterSnapshot,
  KindName,
  WORKLOAD_KINDS,
  sameValue,
} from '../snapshot';

export type Touched = 'all' | ReadonlySet<string>;

/** Of these the mesh knows nothing. */
const NETWORK: ReadonlySet<KindName> = new Set<KindName>([
  'NetworkPolicy',
  ...OTHER_POLICY_KINDS.map(({ kind }) => kind),
]);

/** These concern clients and servers of their own namespace alone, unless that is the root namespace; of all others nobody need be sure. */
const OF_NAMESPACE: ReadonlySet<KindName> = new Set<KindName>([
  ...WORKLOAD_KINDS,
  'Service',
  'ServiceAccount',
  'PeerAuthentication',
  'AuthorizationPolicy',
  'RequestAuthentication',
  'DestinationRule',
]);

export function touchedMesh(
  before: ClusterSnapshot,
  after: ClusterSnapshot,
): Touched {
  const isComparable =
    sameValue(before.settings, after.settings) &&
    sameValue(before.coverage.kinds, after.coverage.kinds) &&
    sameValue(before.coverage.problems, after.coverage.problems);
  if (!isComparable) {
    return 'all';
  }
  const { rootNamespace } = after.derive(meshOf);
  const touched = new Set<string>();
  for (const [kind, namespaces] of after.changesSince(before)) {
    if (!NETWORK.has(kind)) {
      if (!OF_NAMESPACE.has(kind) || namespaces.has(rootNamespace)) {
        return 'all';
      }
      namespaces.forEach(namespace => touched.add(namespace));
    }
  }
  return touched;
}

export function isTouched(touched: Touched, namespace: string): boolean {
  return touched === 'all' || touched.has(namespace);
}
