/** Identities with their labels as Cilium gives them, and selectors over these: a part of the judge of the engine under Cilium. */
import { ClusterSnapshot, LabelSelector, PodView } from '../../snapshot';
import type { Peer } from './referenceNetwork';

/** One end as the other sees it. */
export interface Identity {
  /** `source:key` → value. */
  labels: Map<string, string>;
  /** Only of what is outside: blocks are for nobody else. */
  address?: string;
  pod?: PodView;
  ownNode: boolean;
}

export type Requirement = { key: string; operator: string; values: string[] };

const FILTERED = ['pod-template-hash'];

export function identityOf(
  snapshot: ClusterSnapshot,
  end: Peer,
  seenFrom: PodView,
): Identity {
  const dual = snapshot.settings.ciliumConfig?.['enable-ipv6'] !== 'false';
  const apiServers = snapshot
    .all('EndpointSlice')
    .flatMap(({ endpoints = [] }) =>
      endpoints.flatMap(({ addresses }) => addresses),
    );
  if (typeof end !== 'string' && !end.spec.hostNetwork) {
    const labels = new Map<string, string>();
    for (const [key, value] of Object.entries(end.labels)) {
      if (!FILTERED.includes(key)) {
        labels.set(`k8s:${key}`, value);
      }
    }
    for (const [key, value] of Object.entries(
      snapshot.namespaceLabels(end.namespace),
    )) {
      labels.set(`k8s:io.cilium.k8s.namespace.labels.${key}`, value);
    }
    labels.set('k8s:io.kubernetes.pod.namespace', end.namespace);
    labels.set('k8s:io.cilium.k8s.policy.cluster', 'default');
    labels.set(
      'k8s:io.cilium.k8s.policy.serviceaccount',
      end.spec.serviceAccountName ?? 'default',
    );
    return { labels, pod: end, ownNode: false };
  }
  const node = snapshot
    .all('Node')
    .find(({ metadata, status }) =>
      typeof end === 'string'
        ? status?.addresses?.some(({ address }) => address === end)
        : metadata.name === end.spec.nodeName,
    );
  const address =
    typeof end === 'string' ? end : node?.status?.addresses?.[0].address ?? '';
  const labels = new Map<string, string>();
  if (apiServers.includes(address)) {
    labels.set('reserved:kube-apiserver', '');
  }
  const ownNode = node?.metadata.name === seenFrom.spec.nodeName;
  if (node) {
    labels.set(ownNode ? 'reserved:host' : 'reserved:remote-node', '');
    return { labels, ownNode };
  }
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  labels.set(dual ? `reserved:world-${family}` : 'reserved:world', '');
  return { labels, address, ownNode: false };
}

export function inNamespace(namespace: string): Requirement {
  return {
    key: 'k8s:io.kubernetes.pod.namespace',
    operator: 'In',
    values: [namespace],
  };
}

export function requirementsOf({
  matchLabels,
  matchExpressions,
}: LabelSelector): Requirement[] {
  return [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => ({
      key,
      operator: 'In',
      values: [value],
    })),
    ...(matchExpressions ?? []).map(({ values = [], ...rest }) => ({
      ...rest,
      values,
    })),
  ];
}

export function selects(
  requirements: readonly Requirement[],
  { labels }: Identity,
): boolean {
  return requirements.every(({ key, operator, values }) => {
    const plain = key.replace(/^any:/, '');
    const value = plain.includes(':')
      ? labels.get(plain)
      : labels.get(`k8s:${plain}`);
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      default:
        return value === undefined;
    }
  });
}
