/** Cilium's names for kinds of peers. */
export const ENTITIES: ReadonlySet<string> = new Set([
  'all',
  'cluster',
  'health',
  'host',
  'ingress',
  'init',
  'kube-apiserver',
  'none',
  'remote-node',
  'unmanaged',
  'world',
]);
