/**
 * The DNS of the cluster, as the usual installations leave it: CoreDNS behind
 * the Service kube-system/kube-dns, OpenShift's behind openshift-dns/dns-default,
 * and the cache that NodeLocal DNSCache runs on every node.
 */
import { placeOf, protocolOf } from '../decisions';
import { ClusterSnapshot, PodView, Service } from '../snapshot';
import { PodPort, servicesSelecting, targetPortOf } from './services';

export interface DnsServer {
  pod: PodView;
  /** As the pod has them: behind port 53 of OpenShift's Service is 5353. */
  ports: readonly PodPort[];
}

export interface ClusterDns {
  servers: readonly DnsServer[];
  /** Where the caches on the nodes answer; empty where there are none. */
  cacheAddresses: readonly string[];
}

const DNS_PORT = 53;

const PLACES: readonly {
  namespace: string;
  label: readonly [key: string, value: string];
  services: readonly string[];
}[] = [
  {
    namespace: 'kube-system',
    label: ['k8s-app', 'kube-dns'],
    services: ['kube-dns', 'coredns'],
  },
  {
    namespace: 'openshift-dns',
    label: ['dns.operator.openshift.io/daemonset-dns', 'default'],
    services: ['dns-default'],
  },
];

export const DNS_NAMESPACES: readonly string[] = PLACES.map(
  ({ namespace }) => namespace,
);

const CACHE = {
  namespace: 'kube-system',
  label: ['k8s-app', 'node-local-dns'],
  flag: '-localip',
  usual: '169.254.20.10',
} as const;

/** Use as `snapshot.derive(dnsOf)`. */
export function dnsOf(snapshot: ClusterSnapshot): ClusterDns {
  return {
    servers: PLACES.flatMap(({ namespace, label: [key, value], services }) =>
      podsIn(snapshot, namespace).flatMap(pod => {
        const leading = servicesSelecting(snapshot, pod);
        return pod.labels[key] === value ||
          leading.some(({ metadata: { name } }) => services.includes(name))
          ? { pod, ports: portsOf(pod, leading) }
          : [];
      }),
    ),
    cacheAddresses: cacheAddressesOf(snapshot),
  };
}

function podsIn(snapshot: ClusterSnapshot, namespace: string): PodView[] {
  return snapshot.workloadsIn(namespace).flatMap(({ pods }) => [...pods]);
}

function portsOf(pod: PodView, services: readonly Service[]): PodPort[] {
  const behind = services.flatMap(service =>
    (service.spec?.ports ?? []).flatMap(servicePort => {
      const protocol = protocolOf(servicePort.protocol);
      const port = targetPortOf(pod, servicePort);
      return servicePort.port === DNS_PORT && protocol && port !== undefined
        ? [{ protocol, port }]
        : [];
    }),
  );
  const usual = (['UDP', 'TCP'] as const).filter(
    protocol => !behind.some(port => port.protocol === protocol),
  );
  return [...behind, ...usual.map(protocol => ({ protocol, port: DNS_PORT }))];
}

function cacheAddressesOf(snapshot: ClusterSnapshot): string[] {
  const [key, value] = CACHE.label;
  const pod = podsIn(snapshot, CACHE.namespace).find(
    ({ labels }) => labels[key] === value,
  );
  if (!pod) {
    return [];
  }
  const stated = pod.spec.containers
    .flatMap(({ command = [], args = [] }) => {
      const words = [...command, ...args].flatMap(word => word.split('='));
      return words[words.indexOf(CACHE.flag) + 1]?.split(',') ?? [];
    })
    .map(address => address.trim())
    // A manifest may still hold a placeholder.
    .filter(address => placeOf(address) !== undefined);
  return stated.length > 0 ? stated : [CACHE.usual];
}
