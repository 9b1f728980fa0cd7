/**
 * Which AuthorizationPolicies and RequestAuthentications a proxy enforces: by
 * selector in a sidecar and ztunnel, by `targetRefs` in a waypoint, by both in
 * a gateway. Found once for each pod and place.
 */
import { ClusterSnapshot, PodView, remembered } from '../../snapshot';
import { SelectorIndex } from '../../selectors';
import {
  AuthorizationPolicy,
  RequestAuthentication,
} from '../../snapshot/kinds';
import {
  actionOf,
  attachedPolicies,
  isDryRun,
  policiesIn,
  targetsOf,
} from '../authorizationPolicy';
import { requireMesh } from '../mesh';
import { GATEWAY_NAMES, entryOf } from '../podFields';
import { WAYPOINT_CLASS } from '../waypoint';

/** The proxy of a pod that asks policies: its sidecar, ztunnel on its node, or the gateway that it is. */
export type PodEnforcer = 'sidecar' | 'ztunnel' | 'gateway';

/** A waypoint, and the Service or ServiceEntry whose traffic it is asked about; none where the pod itself was called. */
export interface WaypointEnforcer {
  waypoint: { namespace: string; name: string };
  target?: {
    kind: 'Service' | 'ServiceEntry';
    namespace: string;
    name: string;
  };
}

export type Enforcer = PodEnforcer | WaypointEnforcer;

interface Reference {
  group?: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** Policies that are in force there. */
export function enforcedPolicies(
  pod: PodView,
  enforcer: Enforcer,
  snapshot: ClusterSnapshot,
): AuthorizationPolicy[] {
  if (typeof enforcer === 'object') {
    return attachedTo(enforcer, snapshot, policiesIn).filter(isInForce);
  }
  const selecting = attachedPolicies(
    pod,
    enforcer === 'ztunnel' ? 'ambient' : 'sidecar',
    snapshot,
  );
  return [
    ...selecting.flatMap(({ policy, ignored }) =>
      ignored === undefined ||
      (ignored === 'dry-run' && enforcer !== 'ztunnel' && isInForce(policy))
        ? policy
        : [],
    ),
    ...(enforcer === 'gateway'
      ? policiesIn(pod.namespace, snapshot).filter(
          policy => isInForce(policy) && targetsGateway(policy, pod),
        )
      : []),
  ];
}

/** Dry runs are not, except of CUSTOM policies, which Envoy may enforce all the same. */
function isInForce(policy: AuthorizationPolicy): boolean {
  return !isDryRun(policy) || actionOf(policy) === 'CUSTOM';
}

const indexOf = remembered(
  (authentications: readonly RequestAuthentication[]) =>
    SelectorIndex.create(authentications, ({ spec }) => ({
      matchLabels: spec?.selector?.matchLabels,
    })),
);

/** RequestAuthentications that are in force there; ztunnel reads no tokens. */
export function enforcedAuthentications(
  pod: PodView,
  enforcer: Enforcer,
  snapshot: ClusterSnapshot,
): RequestAuthentication[] {
  if (typeof enforcer === 'object') {
    return attachedTo(enforcer, snapshot, authenticationsIn);
  }
  if (enforcer === 'ztunnel') {
    return [];
  }
  const { rootNamespace } = requireMesh(snapshot);
  return [
    ...[...new Set([rootNamespace, pod.namespace])].flatMap(namespace =>
      indexOf(authenticationsIn(namespace, snapshot))
        .matching(pod.labels)
        .filter(authentication => targetsOf(authentication).length === 0),
    ),
    ...(enforcer === 'gateway'
      ? authenticationsIn(pod.namespace, snapshot).filter(authentication =>
          targetsGateway(authentication, pod),
        )
      : []),
  ];
}

function authenticationsIn(
  namespace: string,
  snapshot: ClusterSnapshot,
): readonly RequestAuthentication[] {
  return snapshot.inNamespace('RequestAuthentication', namespace);
}

type Targeting = Parameters<typeof targetsOf>[0];

/** What a waypoint reads: by the Service in its namespace, by the Gateway in the waypoint's, by the class in the root namespace. */
function attachedTo<T extends Targeting>(
  { waypoint, target }: WaypointEnforcer,
  snapshot: ClusterSnapshot,
  listIn: (namespace: string, snapshot: ClusterSnapshot) => readonly T[],
): T[] {
  const { rootNamespace } = requireMesh(snapshot);
  const found = new Set<T>();
  const add = (
    namespace: string,
    matches: (reference: Reference) => boolean,
  ) => {
    for (const policy of listIn(namespace, snapshot)) {
      if (targetsOf(policy).some(matches)) {
        found.add(policy);
      }
    }
  };
  add(
    waypoint.namespace,
    reference =>
      means(reference, 'Gateway', [waypoint.name]) &&
      [undefined, '', waypoint.namespace].includes(reference.namespace),
  );
  if (target) {
    add(target.namespace, reference =>
      means(reference, target.kind, [target.name]),
    );
  }
  add(rootNamespace, reference =>
    means(reference, 'GatewayClass', [WAYPOINT_CLASS]),
  );
  return [...found];
}

function targetsGateway(policy: Targeting, pod: PodView): boolean {
  const names = GATEWAY_NAMES.flatMap(
    label => entryOf(pod.labels, label) ?? [],
  );
  return targetsOf(policy).some(reference =>
    means(reference, 'Gateway', names),
  );
}

const GATEWAY_API: readonly string[] = ['gateway.networking.k8s.io'];

/** Groups by kind; no group at all is the core one. */
const TARGET_GROUPS: Readonly<Record<string, readonly string[]>> = {
  Gateway: GATEWAY_API,
  GatewayClass: GATEWAY_API,
  Service: ['', 'core'],
  ServiceEntry: ['networking.istio.io'],
};

/** Whether a reference is to one of these objects, its group included: a Gateway without one is none. */
function means(
  { group = '', kind, name }: Reference,
  wanted: string,
  names: readonly string[],
): boolean {
  return (
    kind === wanted &&
    names.includes(name) &&
    (TARGET_GROUPS[kind] ?? []).includes(group)
  );
}
