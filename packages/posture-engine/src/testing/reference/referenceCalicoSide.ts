/** Whether one side of a rule of Calico means an end of a connection, address by address. */
import { parse, parseCIDR } from 'ipaddr.js';
import {
  CalicoEntity,
  CalicoRule,
  ClusterSnapshot,
  PodView,
} from '../../snapshot';
import type { Peer } from './referenceNetwork';
import { selects } from './referenceSelector';

type Labels = Readonly<Record<string, string>>;

/** `partly`: with some of its addresses. */
export type Match = 'yes' | 'no' | 'partly';

export function sideMatches(
  snapshot: ClusterSnapshot,
  peer: Peer,
  entity: CalicoEntity,
  { ipVersion }: CalicoRule,
  namespace: string | undefined,
): Match {
  const addresses = typeof peer === 'string' ? [peer] : peer.ips;
  const named = Object.keys(entity).some(field =>
    /[sS]elector|serviceAccounts/.test(field),
  );
  const found = addresses.filter(address => {
    const carriers: Labels[] = !named
      ? []
      : [
          ...(typeof peer === 'string' || peer.spec.hostNetwork
            ? []
            : [labelsOf(snapshot, peer)]),
          ...snapshot
            .all('NetworkSet.projectcalico.org')
            .filter(({ spec }) => inSome(address, spec?.nets))
            .map(({ metadata }) => ({
              ...namespaceLabels(snapshot, metadata.namespace ?? ''),
              ...metadata.labels,
              'projectcalico.org/namespace': metadata.namespace ?? '',
            })),
          ...snapshot
            .all('GlobalNetworkSet.projectcalico.org')
            .filter(({ spec }) => inSome(address, spec?.nets))
            .map(({ metadata }) => metadata.labels ?? {}),
        ];
    const { selector, notSelector, namespaceSelector, serviceAccounts } =
      entity;
    const positive = carriers.some(
      labels =>
        selects(selector, labels) &&
        (!serviceAccounts?.names?.length ||
          serviceAccounts.names.includes(
            labels['projectcalico.org/serviceaccount'],
          )) &&
        selects(serviceAccounts?.selector, strip(labels, 'pcsa.')) &&
        inNamespaces(labels, namespaceSelector, namespace),
    );
    const hasPositive =
      selector ||
      namespaceSelector ||
      serviceAccounts ||
      (namespace !== undefined && notSelector);
    return (
      (!hasPositive || positive) &&
      !(notSelector && carriers.some(labels => selects(notSelector, labels))) &&
      (!entity.nets?.length || inSome(address, entity.nets)) &&
      !inSome(address, entity.notNets) &&
      (ipVersion === undefined || parse(address).kind() === `ipv${ipVersion}`)
    );
  });
  if (found.length === 0) {
    return 'no';
  }
  return found.length === addresses.length ? 'yes' : 'partly';
}

function inNamespaces(
  labels: Labels,
  namespaceSelector: string | undefined,
  namespace: string | undefined,
): boolean {
  const own = labels['projectcalico.org/namespace'] as string | undefined;
  switch (namespaceSelector) {
    case undefined:
      return namespace === undefined || own === namespace;
    case 'global()':
      return own === undefined;
    case 'all()':
      return own !== undefined;
    default:
      return selects(namespaceSelector, strip(labels, 'pcns.'));
  }
}

function inSome(address: string, nets: readonly string[] | undefined): boolean {
  const parsed = parse(address);
  return (nets ?? []).some(net => {
    const [network, prefix] = parseCIDR(
      net.includes('/') ? net : `${net}/${net.includes(':') ? 128 : 32}`,
    );
    return parsed.kind() === network.kind() && parsed.match(network, prefix);
  });
}

function namespaceLabels(snapshot: ClusterSnapshot, namespace: string) {
  return {
    ...withPrefix(snapshot.namespaceLabels(namespace), 'pcns.'),
    'pcns.projectcalico.org/name': namespace,
  };
}

export function labelsOf(snapshot: ClusterSnapshot, pod: PodView): Labels {
  const account = pod.spec.serviceAccountName ?? 'default';
  return {
    ...namespaceLabels(snapshot, pod.namespace),
    ...withPrefix(
      snapshot.get('ServiceAccount', account, pod.namespace)?.metadata.labels ??
        {},
      'pcsa.',
    ),
    'pcsa.projectcalico.org/name': account,
    ...pod.labels,
    'projectcalico.org/namespace': pod.namespace,
    'projectcalico.org/orchestrator': 'k8s',
    'projectcalico.org/serviceaccount': account,
  };
}

function withPrefix(labels: Labels, prefix: string): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [prefix + key, value]),
  );
}

export function strip(labels: Labels, prefix: string): Labels {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
