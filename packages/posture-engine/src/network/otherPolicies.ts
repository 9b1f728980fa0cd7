/**
 * Policies of other kinds that nothing here evaluates yet. Where one of them
 * could turn what NetworkPolicies say of a pod in a direction, nobody can tell
 * the outcome; where it could not, it must not be in the way.
 */
import {
  CalicoPolicy,
  CiliumPolicy,
  ClusterSnapshot,
  KindName,
  LabelSelector,
  PodView,
  TieredPolicy,
} from '../snapshot';
import { matchesSelector } from '../selectors';
import type { Direction, Isolation } from './networkPolicy';

export type OtherPolicy = TieredPolicy | CiliumPolicy | CalicoPolicy;

/** The kinds that are looked at, and where: what a control must need that asks {@link policiesThatMayOverrule}. */
export const OTHER_POLICY_KINDS: readonly {
  kind: KindName;
  in: 'namespace' | 'cluster';
}[] = [
  { kind: 'AdminNetworkPolicy', in: 'cluster' },
  { kind: 'BaselineAdminNetworkPolicy', in: 'cluster' },
  { kind: 'ClusterNetworkPolicy', in: 'cluster' },
  { kind: 'CiliumNetworkPolicy', in: 'namespace' },
  { kind: 'CiliumClusterwideNetworkPolicy', in: 'cluster' },
  { kind: 'NetworkPolicy.projectcalico.org', in: 'namespace' },
  { kind: 'GlobalNetworkPolicy.projectcalico.org', in: 'cluster' },
  { kind: 'NetworkPolicy.crd.projectcalico.org', in: 'namespace' },
  { kind: 'GlobalNetworkPolicy.crd.projectcalico.org', in: 'cluster' },
];

/** What NetworkPolicies come to for a pod in one direction. */
export interface Outcome {
  isolation: Isolation;
  /** Not isolated, or isolated by a policy whose rules let everybody through. */
  open: boolean;
}

/** The policies that could turn the outcome: open what is closed, or close what is open. */
export function policiesThatMayOverrule(
  snapshot: ClusterSnapshot,
  pod: PodView,
  outcome: Outcome,
): OtherPolicy[] {
  const { direction } = outcome.isolation;
  const inNamespace = <
    K extends
      | 'CiliumNetworkPolicy'
      | 'NetworkPolicy.projectcalico.org'
      | 'NetworkPolicy.crd.projectcalico.org',
  >(
    kind: K,
  ) => snapshot.inNamespace(kind, pod.namespace);
  const labels = () => snapshot.namespaceLabels(pod.namespace);
  return [
    ...[
      ...snapshot.all('AdminNetworkPolicy'),
      ...snapshot.all('BaselineAdminNetworkPolicy'),
      ...snapshot.all('ClusterNetworkPolicy'),
    ].filter(
      policy =>
        tierCouldChange(policy, outcome) && isSubject(policy, pod, labels()),
    ),
    ...[
      ...inNamespace('CiliumNetworkPolicy'),
      ...snapshot.all('CiliumClusterwideNetworkPolicy'),
    ].filter(policy => ciliumCouldChange(policy, outcome, pod)),
    ...[
      ...inNamespace('NetworkPolicy.projectcalico.org'),
      ...snapshot.all('GlobalNetworkPolicy.projectcalico.org'),
      ...inNamespace('NetworkPolicy.crd.projectcalico.org'),
      ...snapshot.all('GlobalNetworkPolicy.crd.projectcalico.org'),
    ].filter(policy => calicoCouldChange(policy, direction)),
  ];
}

/** Before NetworkPolicies, allowing opens what is closed and denying closes what is open; after them, only pods that none selects are left to decide. */
function tierCouldChange(
  { kind, spec }: TieredPolicy,
  { isolation: { direction, policies }, open }: Outcome,
): boolean {
  const baseline =
    kind === 'BaselineAdminNetworkPolicy' ||
    spec?.tier?.toLowerCase() === 'baseline';
  if (policies.length > 0 && baseline) {
    return false;
  }
  const harmless = open ? ['Allow', 'Accept', 'Pass'] : ['Deny', 'Pass'];
  return (spec?.[direction] ?? []).some(
    ({ action }) => action === undefined || !harmless.includes(action),
  );
}

function isSubject(
  { spec }: TieredPolicy,
  pod: PodView,
  namespaceLabels: Readonly<Record<string, string>>,
): boolean {
  const { namespaces, pods } = spec?.subject ?? {};
  if (pods) {
    return (
      matchesSelector(pods.namespaceSelector ?? {}, namespaceLabels) &&
      matchesSelector(pods.podSelector ?? {}, pod.labels)
    );
  }
  return !namespaces || matchesSelector(namespaces, namespaceLabels);
}

/** Cilium joins its policies with NetworkPolicies: a section isolates, its rules let through, and only its denials never do. */
function ciliumCouldChange(
  { spec, specs }: CiliumPolicy,
  { isolation: { direction, policies }, open }: Outcome,
  pod: PodView,
): boolean {
  return [...(spec ? [spec] : []), ...(specs ?? [])].some(rule => {
    if (rule.nodeSelector || !ciliumCouldSelect(rule.endpointSelector, pod)) {
      return false; // of nodes, or of other pods
    }
    const allows = direction === 'ingress' ? rule.ingress : rule.egress;
    const denies = direction === 'ingress' ? rule.ingressDeny : rule.egressDeny;
    if (!open) {
      return Boolean(allows?.length);
    }
    return policies.length > 0
      ? Boolean(denies?.length)
      : Boolean(allows || denies);
  });
}

/** Labels may carry a source (`k8s:app`, `any:app`); what is not a label of the pod's own may be one that Cilium adds. */
function ciliumCouldSelect(
  selector: LabelSelector | undefined,
  pod: PodView,
): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => {
    // `k8s.io/role` is a label too: only a colon ends the name of a source.
    const label = key.replace(/^(k8s|any):/, '');
    if (label === 'io.kubernetes.pod.namespace') {
      return value === pod.namespace;
    }
    return Object.hasOwn(pod.labels, label)
      ? pod.labels[label] === value
      : /^((k8s|any)\.|io\.cilium|io\.kubernetes|reserved)|:/.test(label);
  });
}

/** Calico's selectors are expressions, and its order decides: any of its policies may. Those that mirror NetworkPolicies say nothing new. */
function calicoCouldChange(
  { apiVersion, metadata: { name }, spec }: CalicoPolicy,
  direction: Direction,
): boolean {
  // Only Calico's own API server shows mirrors; what is stored by that name is a policy like any other.
  if (
    name.startsWith('knp.default.') &&
    apiVersion.startsWith('projectcalico.org/')
  ) {
    return false;
  }
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const implied = [
    ...(spec?.ingress || !spec?.egress ? ['Ingress'] : []),
    ...(spec?.egress ? ['Egress'] : []),
  ];
  return (spec?.types?.length ? spec.types : implied).includes(type);
}
