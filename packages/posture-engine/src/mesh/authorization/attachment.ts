/**
 * Which AuthorizationPolicies and RequestAuthentications a proxy enforces: by
 * selector in a sidecar and ztunnel, by `targetRefs` in a waypoint, by both in
 * a gateway. Found once for each pod and place.
 */
import { ClusterSnapshot, PodView } from '../../snapshot';
import { SelectorIndex } from '../../selectors';
import {
  AuthorizationPolicy,
  RequestAuthentication,
} from '../../snapshot/kinds';
import {
  attachedPolicies,
  isDryRun,
  policiesIn,
  targetsOf,
} from '../authorizationPolicy';
import { requireMesh } from '../mesh';
import { entryOf } from '../podFields';
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

/** Gateways that were made of a Gateway object carry its name; the second label is that of older versions. */
const GATEWAY_NAMES = [
  'gateway.networking.k8s.io/gateway-name',
  'istio.io/gateway-name',
];

interface Reference {
  group?: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** Policies that are in force there, without dry runs. */
export function enforcedPolicies(
  pod: PodView,
  enforcer: Enforcer,
  snapshot: ClusterSnapshot,
): AuthorizationPolicy[] {
  if (typeof enforcer === 'object') {
    return attachedTo(enforcer, snapshot, policiesIn).filter(
      policy => !isDryRun(policy),
    );
  }
  const selecting = attachedPolicies(
    pod,
    enforcer === 'ztunnel' ? 'ambient' : 'sidecar',
    snapshot,
  );
  return [
    ...selecting.flatMap(({ policy, ignored }) => (ignored ? [] : policy)),
    ...(enforcer === 'gateway'
      ? policiesIn(pod.namespace, snapshot).filter(
          policy => !isDryRun(policy) && targetsGateway(policy, pod),
        )
      : []),
  ];
}

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
      snapshot
        .deriveIn(namespace, authenticationIndexOf)
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

function authenticationIndexOf(
  snapshot: ClusterSnapshot,
  namespace: string,
): SelectorIndex<RequestAuthentication> {
  return SelectorIndex.create(
    authenticationsIn(namespace, snapshot),
    ({ spec }) => ({ matchLabels: spec?.selector?.matchLabels }),
  );
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
    ({ kind, name }) => kind === 'Gateway' && name === waypoint.name,
  );
  if (target) {
    add(
      target.namespace,
      ({ kind, name }) => kind === target.kind && name === target.name,
    );
  }
  add(
    rootNamespace,
    ({ kind, name }) => kind === 'GatewayClass' && name === WAYPOINT_CLASS,
  );
  return [...found];
}

function targetsGateway(policy: Targeting, pod: PodView): boolean {
  const names = GATEWAY_NAMES.flatMap(
    label => entryOf(pod.labels, label) ?? [],
  );
  return targetsOf(policy).some(
    ({ group, kind, name }: Reference) =>
      kind === 'Gateway' &&
      group !== 'networking.istio.io' &&
      names.includes(name),
  );
}
