/**
 * The NetworkPolicy tier (networking.k8s.io/v1): which policies select a pod,
 * whether it is isolated in a direction, and by which rules traffic passes.
 * Policies only ever add: what one of them lets through, no other stops.
 */
import {
  ClusterSnapshot,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  PodView,
  describeObject,
} from '../snapshot';
import { SelectorIndex, UnknownOperatorError } from '../selectors';

export type Direction = 'ingress' | 'egress';
export const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

/** One rule of a policy, with the other side under one name in both directions. */
export interface PolicyRule {
  policy: NetworkPolicy;
  direction: Direction;
  /** Path from the policy's root, such as `spec.ingress[0]`. */
  field: string;
  /** Absent: every source or destination. */
  peers?: readonly NetworkPolicyPeer[];
  /** Absent: every port of every protocol. */
  ports?: readonly NetworkPolicyPort[];
}

/** What the tier says of a pod in one direction. */
export interface Isolation {
  direction: Direction;
  /** The policies that isolate the pod; where there is none, everything passes. */
  policies: readonly NetworkPolicy[];
  /** The rules of those policies: what passes all the same. */
  rules: readonly PolicyRule[];
}

function policyIndexOf(
  snapshot: ClusterSnapshot,
  namespace: string,
): SelectorIndex<NetworkPolicy> {
  return SelectorIndex.create(
    snapshot.inNamespace('NetworkPolicy', namespace),
    ({ spec }) => spec.podSelector,
  );
}

/** The policies whose podSelector matches a pod; those of other namespaces never do. */
export function policiesSelecting(
  snapshot: ClusterSnapshot,
  pod: PodView,
): readonly NetworkPolicy[] {
  try {
    return snapshot.deriveIn(pod.namespace, policyIndexOf).matching(pod.labels);
  } catch (error) {
    throw error instanceof UnknownOperatorError
      ? new Error(
          `a network policy of namespace ${pod.namespace} cannot be read: ${error.message}`,
        )
      : error;
  }
}

/** Isolated in a direction if some selecting policy has that type; per the NetworkPolicy API. */
export function isolationOf(
  snapshot: ClusterSnapshot,
  pod: PodView,
  direction: Direction,
): Isolation {
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const policies = policiesSelecting(snapshot, pod).filter(({ spec }) =>
    spec.policyTypes.includes(type),
  );
  return {
    direction,
    policies,
    rules: policies.flatMap(policy => rulesOf(policy)[direction]),
  };
}

type Rules = Readonly<Record<Direction, readonly PolicyRule[]>>;

/** Many pods ask for the rules of one policy. */
const knownRules = new WeakMap<NetworkPolicy, Rules>();

function rulesOf(policy: NetworkPolicy): Rules {
  const known = knownRules.get(policy);
  if (known) {
    return known;
  }
  const { ingress = [], egress = [] } = policy.spec;
  const rules: Rules = {
    ingress: ingress.map(({ from, ports }, index) => ({
      policy,
      direction: 'ingress',
      field: `spec.ingress[${index}]`,
      peers: from,
      ports,
    })),
    egress: egress.map(({ to, ports }, index) => ({
      policy,
      direction: 'egress',
      field: `spec.egress[${index}]`,
      peers: to,
      ports,
    })),
  };
  knownRules.set(policy, rules);
  return rules;
}

export function describePolicy({ kind, metadata }: NetworkPolicy): string {
  return describeObject({ kind, ...metadata });
}
