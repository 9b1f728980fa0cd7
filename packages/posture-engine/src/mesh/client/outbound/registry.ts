/**
 * The hosts that istiod knows: Kubernetes Services, and the hosts of
 * ServiceEntries, which are as good as Services to a proxy. Per istiod's
 * `kube/conversion.go` and `serviceentry/conversion.go`.
 */
import {
  ClusterSnapshot,
  ObjectReference,
  compare,
  referenceTo,
} from '../../../snapshot';
import { Service, ServiceEntry } from '../../../snapshot/kinds';
import { requireMesh } from '../../mesh';
import { entryOf } from '../../podFields';
import { compareAge } from '../../precedence';
import { serviceExportTo } from '../exportedServices';
import { serviceHost } from '../hosts';
import { ExportTo, exportSet } from '../visibility';
import {
  HostProtocol,
  protocolOfEntryPort,
  protocolOfServicePort,
} from './protocols';

/** `none` keeps the address that was called; `alias` is another name for a Service. */
export type Resolution = 'static' | 'dns' | 'dynamic-dns' | 'none' | 'alias';

export interface HostPort {
  number: number;
  name?: string;
  protocol: HostProtocol;
}

export interface RegistryHost {
  /** In small letters; of a ServiceEntry perhaps with a leading `*`. */
  host: string;
  namespace: string;
  object: ObjectReference;
  source: { service: Service } | { entry: ServiceEntry };
  /** The address or block by which it is called; `everywhere` where none is written; undefined where a cluster has yet to give it one. */
  address: string | 'everywhere' | undefined;
  /** Allocated by istiod, for proxies that answer name lookups themselves. */
  allocated?: string;
  /** Whether istiod allocates one where it has not done so yet. */
  allocates: boolean;
  resolution: Resolution;
  /** Not of the mesh: no proxy speaks mTLS to it of its own accord. */
  external: boolean;
  ports: readonly HostPort[];
  exportTo: ExportTo;
}

export interface Registry {
  /** Oldest first, as all lists. */
  byPort: ReadonlyMap<number, readonly RegistryHost[]>;
  byHost: ReadonlyMap<string, readonly RegistryHost[]>;
  /** Ports of ServiceEntries. */
  entryPorts: ReadonlySet<number>;
  /** Names of type ExternalName, by the host that they stand for. */
  aliases: ReadonlyMap<string, readonly string[]>;
}

const RESOLUTIONS: Readonly<Record<string, Resolution>> = {
  NONE: 'none',
  STATIC: 'static',
  DNS: 'dns',
  DNS_ROUND_ROBIN: 'dns',
  DYNAMIC_DNS: 'dynamic-dns',
};
/** Of a ServiceEntry; NONE where it says nothing. */
export function resolutionOf(written = 'NONE'): Resolution {
  return RESOLUTIONS[written] ?? 'none';
}

const ALLOCATE = 'networking.istio.io/enable-autoallocate-ip';

/** Use as `snapshot.derive(registryOf)`. */
export function registryOf(snapshot: ClusterSnapshot): Registry {
  const hosts = [
    ...snapshot.all('Service').map(service => hostOfService(service, snapshot)),
    ...snapshot
      .all('ServiceEntry')
      .flatMap(entry => hostsOfEntry(entry, snapshot)),
  ].sort(compareHosts);
  const byPort = new Map<number, RegistryHost[]>();
  const byHost = new Map<string, RegistryHost[]>();
  for (const host of hosts) {
    add(byHost, host.host, host);
    for (const port of new Set(host.ports.map(({ number }) => number))) {
      add(byPort, port, host);
    }
  }
  const entryPorts = new Set(
    hosts.flatMap(({ source, ports }) =>
      'entry' in source ? ports.map(({ number }) => number) : [],
    ),
  );
  return { byPort, byHost, entryPorts, aliases: aliasesOf(hosts) };
}

function add<K, T>(index: Map<K, T[]>, key: K, item: T): void {
  const items = index.get(key);
  if (items) {
    items.push(item);
  } else {
    index.set(key, [item]);
  }
}

function hostOfService(
  service: Service,
  snapshot: ClusterSnapshot,
): RegistryHost {
  const { namespace = 'default', name } = service.metadata;
  const { clusterIP, ports = [] } = service.spec ?? {};
  const resolution = resolutionOfService(service);
  return {
    host: serviceHost(name, namespace),
    namespace,
    object: referenceTo(service),
    source: { service },
    address: resolution === 'none' ? 'everywhere' : clusterIP || undefined,
    allocates: false,
    resolution,
    external: isAlias(service),
    ports: ports.flatMap(port => {
      const protocol = protocolOfServicePort(port);
      return protocol
        ? [
            {
              number: port.port,
              protocol,
              ...(port.name === undefined ? {} : { name: port.name }),
            },
          ]
        : [];
    }),
    exportTo: serviceExportTo(service, snapshot),
  };
}

function resolutionOfService(service: Service): Resolution {
  if (service.spec?.clusterIP === 'None') {
    return 'none';
  }
  return isAlias(service) ? 'alias' : 'static';
}

function isAlias({ spec }: Service): boolean {
  return spec?.type === 'ExternalName' && Boolean(spec.externalName);
}

/** One for each host and address, as istiod has them. */
function hostsOfEntry(
  entry: ServiceEntry,
  snapshot: ClusterSnapshot,
): RegistryHost[] {
  const { namespace = 'default', labels = {} } = entry.metadata;
  const { spec = {}, status } = entry;
  const addresses = (spec.addresses ?? []).map(address =>
    address.replace(/\/(?:32|128)$/, ''),
  );
  const resolution = resolutionOf(spec.resolution);
  const allocates =
    addresses.length === 0 &&
    resolution !== 'none' &&
    entryOf(labels, ALLOCATE)?.toLowerCase() !== 'false';
  const ports = (spec.ports ?? []).flatMap(({ number, name, protocol }) => {
    const known = protocolOfEntryPort(protocol);
    return number === undefined || known === undefined
      ? []
      : [
          {
            number,
            protocol: known,
            ...(name === undefined ? {} : { name }),
          },
        ];
  });
  return (spec.hosts ?? []).flatMap(host => {
    const allocated = status?.addresses?.find(
      given => given.host === undefined || given.host === host,
    )?.value;
    return (addresses.length > 0 ? addresses : ['everywhere']).map(address => ({
      host: host.toLowerCase(),
      namespace,
      object: referenceTo(entry),
      source: { entry },
      address,
      allocates,
      ...(allocates && allocated !== undefined ? { allocated } : {}),
      resolution,
      external: spec.location !== 'MESH_INTERNAL',
      ports,
      exportTo: exportSet(
        spec.exportTo,
        requireMesh(snapshot).defaultExportTo.services,
      ),
    }));
  });
}

/** By age; then by the name of the Service or by the host; then by namespace. */
function compareHosts(left: RegistryHost, right: RegistryHost): number {
  return (
    compareAge(datedOf(left), datedOf(right)) ||
    compare(left.namespace, right.namespace)
  );
}

function datedOf({ source, host }: RegistryHost) {
  return 'service' in source
    ? source.service
    : {
        metadata: {
          name: host,
          creationTimestamp: source.entry.metadata.creationTimestamp,
        },
      };
}

/** A name may stand for a name; one that comes back to itself stands for nothing. */
function aliasesOf(
  hosts: readonly RegistryHost[],
): ReadonlyMap<string, readonly string[]> {
  const targets = new Map(
    hosts.flatMap(({ host, source, resolution }) =>
      'service' in source && resolution === 'alias'
        ? [[host, source.service.spec?.externalName?.toLowerCase()] as const]
        : [],
    ),
  );
  const aliases = new Map<string, string[]>();
  for (const [alias, first] of targets) {
    const seen = new Set([alias]);
    let target = first;
    while (target !== undefined && targets.has(target) && !seen.has(target)) {
      seen.add(target);
      target = targets.get(target);
    }
    if (target !== undefined && !seen.has(target)) {
      add(aliases, target, alias);
    }
  }
  return aliases;
}
