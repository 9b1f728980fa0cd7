/** Which policies of an API are meant for a pod, whether or not anything enforces them. */
import { matchesSelector } from '../../selectors';
import {
  ClusterSnapshot,
  ObjectReference,
  PodView,
  TieredPolicy,
  referenceTo,
} from '../../snapshot';
import { calicoPoliciesOf } from '../calico';
import { podLabels } from '../calico/endpointLabels';
import { matchesCalico } from '../calico/selector';
import { CILIUM_DEFAULTS, CiliumPolicies } from '../cilium';
import { computeLabels } from '../cilium/labels';
import { DIRECTIONS, policiesSelecting } from '../networkPolicy';
import type { PolicyApi } from './enforcement';

export function policiesFor(
  snapshot: ClusterSnapshot,
  pod: PodView,
  api: PolicyApi,
): readonly ObjectReference[] {
  switch (api) {
    case 'NetworkPolicy':
      return policiesSelecting(snapshot, pod).map(referenceTo);
    case 'Calico':
      return calicoPoliciesFor(snapshot, pod);
    case 'CiliumNetworkPolicy':
    case 'CiliumClusterwideNetworkPolicy':
      return ciliumPoliciesFor(snapshot, pod, api);
    default:
      return snapshot
        .all(api)
        .filter(policy => isSubject(policy, pod, snapshot))
        .map(referenceTo);
  }
}

function isSubject(
  { spec }: TieredPolicy,
  pod: PodView,
  snapshot: ClusterSnapshot,
): boolean {
  const { namespaces, pods } = spec?.subject ?? {};
  const labels = snapshot.namespaceLabels(pod.namespace);
  return pods
    ? matchesSelector(pods.namespaceSelector ?? {}, labels) &&
        matchesSelector(pods.podSelector ?? {}, pod.labels)
    : namespaces !== undefined && matchesSelector(namespaces, labels);
}

/** As Cilium would read them if it were told nothing. */
function ciliumPoliciesOf(snapshot: ClusterSnapshot): CiliumPolicies {
  return CiliumPolicies.create(snapshot, CILIUM_DEFAULTS);
}

function ciliumPoliciesFor(
  snapshot: ClusterSnapshot,
  pod: PodView,
  kind: 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy',
): ObjectReference[] {
  if (snapshot.all(kind).length === 0) {
    return [];
  }
  const identity = computeLabels(
    {
      namespace: pod.namespace,
      namespaceLabels: snapshot.namespaceLabels(pod.namespace),
      labels: pod.labels,
      pods: [pod],
    },
    CILIUM_DEFAULTS.clusterName,
  );
  const specs = DIRECTIONS.flatMap(direction =>
    snapshot
      .derive(ciliumPoliciesOf)
      .selecting(pod.namespace, identity, direction),
  );
  const objects = new Map(
    specs.map(({ object }) => [`${object.namespace} ${object.name}`, object]),
  );
  // A policy with several specs, or for both directions, is one.
  return [...objects.values()].filter(object => object.kind === kind);
}

function calicoPoliciesFor(
  snapshot: ClusterSnapshot,
  pod: PodView,
): ObjectReference[] {
  const policies = snapshot.derive(calicoPoliciesOf);
  if (policies.length === 0) {
    return [];
  }
  const labels = podLabels(snapshot, pod);
  return policies
    .filter(
      ({ namespace = pod.namespace, selector, forHostsOnly }) =>
        !forHostsOnly &&
        namespace === pod.namespace &&
        !('problem' in selector) &&
        matchesCalico(selector.selector, labels),
    )
    .map(({ object }) => object);
}
