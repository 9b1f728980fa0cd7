/** DestinationRules that no client's proxy follows, and parts of them that count for nothing. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { DestinationRule } from '../../snapshot/kinds';
import type { IneffectivePolicy } from '../../network/ineffective';
import {
  MergedRule,
  contestReason,
  destinationRuleOf,
} from '../client/destinationRules';
import { SERVICE_DOMAIN, matchesHost, resolveHost } from '../client/hosts';
import { RegistryHost, registryOf } from '../client/outbound/registry';
import { requireMesh } from '../mesh';
import { MeshPod, Role, meshPodsOf } from './meshPods';
import { Reason, selectionOf } from './selection';

export function ineffectiveDestinationRules(
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  const isDoubtful = (
    ['Service', 'ServiceEntry', 'DestinationRule'] as const
  ).some(kind => snapshot.coverage.gap(kind));
  return isDoubtful
    ? []
    : snapshot.all('DestinationRule').flatMap(rule => {
        const object = referenceTo(rule);
        return reasonsOf(rule, snapshot).map(reason => ({
          object,
          ...reason,
        }));
      });
}

/** Proxies that follow such rules; ztunnel does not. */
const CLIENTS: readonly Role[] = ['sidecar', 'gateway', 'waypoint'];

function reasonsOf(rule: DestinationRule, snapshot: ClusterSnapshot): Reason[] {
  const object = referenceTo(rule);
  const { namespace = 'default' } = object;
  const written = rule.spec?.host;
  if (written === undefined) {
    return [];
  }
  const pattern = resolveHost(written, namespace).toLowerCase();
  const hosts = hostsOf(pattern, snapshot);
  if (hosts.length === 0) {
    return [
      {
        field: 'spec',
        because: `no Service and no ServiceEntry in view has the host ${written}${hint(
          written,
          snapshot,
        )}`,
        provenBy: [{ object, field: 'spec.host' }],
      },
    ];
  }
  const clients = clientsOf(rule, snapshot);
  if (!clients || 'because' in clients) {
    return clients ? [clients] : [];
  }
  const found = followed(rule, hosts, clients, snapshot);
  if (!found) {
    return notFollowed(rule, hosts, clients, snapshot);
  }
  return [
    ...undecided(rule, found, hosts, clients, snapshot),
    ...missingPorts(rule, hosts),
  ];
}

function hostsOf(pattern: string, snapshot: ClusterSnapshot): RegistryHost[] {
  const { byHost } = snapshot.derive(registryOf);
  return pattern.startsWith('*')
    ? [...byHost.values()]
        .flat()
        .filter(
          ({ host }) =>
            matchesHost(pattern, host) || matchesHost(host, pattern),
        )
    : [...(byHost.get(pattern) ?? [])];
}

/** `orders.shop` is what people call a Service by, and no host that istiod compares. */
function hint(written: string, snapshot: ClusterSnapshot): string {
  const [name, namespace, ...rest] = written.split('.');
  const isShort =
    namespace !== undefined &&
    (rest.length === 0 || (rest.length === 1 && rest[0] === 'svc'));
  return isShort && snapshot.get('Service', name, namespace)
    ? `: Service ${namespace}/${name} would have to be written ${name}.${namespace}${SERVICE_DOMAIN}`
    : '';
}

/** Who might follow it; a rule with a selector never leaves its namespace. */
function clientsOf(
  rule: DestinationRule,
  snapshot: ClusterSnapshot,
): readonly MeshPod[] | Reason | undefined {
  const object = referenceTo(rule);
  const choice = rule.spec?.workloadSelector;
  return selectionOf(
    {
      object,
      namespace: choice ? object.namespace : undefined,
      labels: choice?.matchLabels,
      field: choice ? 'spec.workloadSelector' : 'spec.host',
      readers: CLIENTS,
      others: {
        ambient: 'are in ambient, where ztunnel follows no DestinationRule',
      },
    },
    snapshot,
  );
}

/** The merged rule by which some client follows it. */
function followed(
  rule: DestinationRule,
  hosts: readonly RegistryHost[],
  clients: readonly MeshPod[],
  snapshot: ClusterSnapshot,
): MergedRule | undefined {
  const { rootNamespace } = requireMesh(snapshot);
  const { namespace = 'default' } = rule.metadata;
  const near = clients.filter(({ pod }) => pod.namespace === namespace);
  for (const host of hosts) {
    const asked =
      namespace === rootNamespace || host.namespace === namespace
        ? [...near, ...clients]
        : near;
    for (const { pod } of asked) {
      const merged = destinationRuleOf(
        pod,
        host.host,
        host.namespace,
        snapshot,
      );
      if (merged?.rules.includes(rule)) {
        return merged;
      }
    }
  }
  return undefined;
}

function notFollowed(
  rule: DestinationRule,
  hosts: readonly RegistryHost[],
  clients: readonly MeshPod[],
  snapshot: ClusterSnapshot,
): Reason[] {
  const object = referenceTo(rule);
  const { namespace = 'default' } = object;
  if (snapshot.derive(meshPodsOf).some(({ role }) => role === 'undecided')) {
    return [];
  }
  const near = clients.filter(({ pod }) => pod.namespace === namespace);
  const instead = new Set(
    (near.length > 0 ? near : clients).flatMap(({ pod }) =>
      hosts.flatMap(
        ({ host, namespace: owner }) =>
          destinationRuleOf(pod, host, owner, snapshot)?.rules ?? [],
      ),
    ),
  );
  const [first] = instead;
  const isNear = hosts.some(host => host.namespace === namespace);
  if (!first) {
    return [
      {
        field: 'spec',
        because:
          near.length === 0 && !isNear
            ? `it is for clients of namespace ${namespace} alone, where no proxy follows DestinationRules, since the host is of another namespace`
            : 'no client in view is in a namespace to which it is exported',
        provenBy: [{ object, field: 'spec.exportTo' }],
      },
    ];
  }
  return [
    {
      field: 'spec',
      because: `clients follow DestinationRule ${first.metadata.namespace}/${
        first.metadata.name
      }${
        instead.size > 1 ? ' and others' : ''
      } instead: of the first namespace that has one (the client's, the service's, the root namespace) the most specific host counts`,
      provenBy: [...instead].slice(0, 3).map(other => ({
        object: referenceTo(other),
        field: 'spec.host',
      })),
    },
  ];
}

/** Of several rules for one host the oldest with a traffic policy counts whole. */
function undecided(
  rule: DestinationRule,
  first: MergedRule,
  hosts: readonly RegistryHost[],
  clients: readonly MeshPod[],
  snapshot: ClusterSnapshot,
): Reason[] {
  const object = referenceTo(rule);
  if (!rule.spec?.trafficPolicy || first.deciding === rule) {
    return [];
  }
  const isDeciding = hosts.some(host =>
    clients.some(
      ({ pod }) =>
        destinationRuleOf(pod, host.host, host.namespace, snapshot)
          ?.deciding === rule,
    ),
  );
  const { deciding } = first;
  return isDeciding || !deciding || contestReason(first) !== undefined
    ? []
    : [
        {
          field: 'spec.trafficPolicy',
          because: `DestinationRule ${deciding.metadata.namespace}/${deciding.metadata.name} has the same host and came first: its trafficPolicy counts whole, and of this one only subsets`,
          provenBy: [referenceTo(deciding), object].map(reference => ({
            object: reference,
            field: 'metadata.creationTimestamp',
          })),
        },
      ];
}

/** Keys are ports of the Service, not of its containers. */
function missingPorts(
  rule: DestinationRule,
  hosts: readonly RegistryHost[],
): Reason[] {
  const object = referenceTo(rule);
  return (rule.spec?.trafficPolicy?.portLevelSettings ?? []).flatMap(
    ({ port }, index) => {
      const field = `spec.trafficPolicy.portLevelSettings[${index}]`;
      const number = port?.number;
      return number === undefined ||
        hosts.some(({ ports }) => ports.some(known => known.number === number))
        ? []
        : [
            {
              field,
              because: `no host that it is for has a port ${number}; ports of Services are meant here, and not of containers`,
              provenBy: [
                { object, field: `${field}.port.number` },
                ...hosts.slice(0, 3).map(host => ({
                  object: host.object,
                  field: 'spec.ports',
                })),
              ],
            },
          ];
    },
  );
}
