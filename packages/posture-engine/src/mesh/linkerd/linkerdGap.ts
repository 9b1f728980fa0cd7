/** What of Linkerd's own objects could not be seen, so that no decision about it may be made. */
import { ClusterSnapshot, CoverageGap, KindName } from '../../snapshot';
import { LINKERD_CONFIG, linkerdMeshOf } from './linkerdMesh';
import { LINKERD_GROUP, refersTo } from './references';

/** Everything that says who gets in at a pod. */
export const LINKERD_POLICIES = [
  'Server',
  'ServerAuthorization',
  'AuthorizationPolicy.policy.linkerd.io',
  'HTTPRoute',
  'HTTPRoute.policy.linkerd.io',
  'GRPCRoute',
] as const satisfies readonly KindName[];

/** Authentications of other namespaces may be referred to. */
export const LINKERD_AUTHENTICATIONS = [
  'MeshTLSAuthentication',
  'NetworkAuthentication',
] as const satisfies readonly KindName[];

/** Why what is decided in a namespace is not fully known; undefined where it is. */
export function linkerdGap(
  namespace: string,
  snapshot: ClusterSnapshot,
): CoverageGap | undefined {
  return snapshot.deriveIn(namespace, gapIn).gap;
}

function gapIn(
  snapshot: ClusterSnapshot,
  namespace: string,
): { gap: CoverageGap | undefined } {
  const { coverage } = snapshot;
  const gaps = [
    configGap(snapshot),
    ...LINKERD_POLICIES.map(kind => coverage.gap(kind, [namespace])),
    ...LINKERD_AUTHENTICATIONS.map(kind =>
      coverage.gap(kind, namespacesReferredTo(kind, namespace, snapshot)),
    ),
  ];
  return { gap: gaps.find(gap => gap !== undefined) };
}

/** Linkerd's own settings decide on ports that no Server selects, and are part of every identity. */
function configGap(snapshot: ClusterSnapshot): CoverageGap | undefined {
  const { controlPlaneNamespace } = snapshot.derive(linkerdMeshOf);
  return snapshot.coverage.gap(
    'ConfigMap',
    [controlPlaneNamespace],
    LINKERD_CONFIG,
  );
}

function namespacesReferredTo(
  kind: string,
  own: string,
  snapshot: ClusterSnapshot,
): string[] {
  const found = new Set<string>();
  for (const { spec } of snapshot.inNamespace(
    'AuthorizationPolicy.policy.linkerd.io',
    own,
  )) {
    for (const reference of spec?.requiredAuthenticationRefs ?? []) {
      if (refersTo(reference, LINKERD_GROUP, kind)) {
        found.add(reference.namespace || own);
      }
    }
  }
  return [...found];
}
