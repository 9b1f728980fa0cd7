/**
 * What tells one client from another, as far as servers and clients' own
 * proxies can: clients of one profile get the same answers everywhere. Seen
 * from Services of other namespaces, the client's own namespace matters only
 * where something in it, or for it, says so.
 */
import {
  ClusterSnapshot,
  KindName,
  Resource,
  workloadKey,
} from '../../snapshot';
import { accountOf } from '../../identity/serviceAccounts';
import { Member } from '../client';
import { resolveHost } from '../client/hosts';
import { dataPlaneOf } from '../dataPlane';
import { asksForAddressesInLinkerd, linkerdClient } from '../linkerd';
import { meshGap } from '../meshGap';
import { outboundBypasses } from '../outboundBypass';
import { requireMesh } from '../mesh';
import { sidecarOf } from '../sidecarScope';
import { namesIn } from './writtenNames';

export interface ClientProfile {
  /** Equal for clients that are one to everybody. */
  key: string;
  /** For servers in the client's own namespace. */
  near: string;
  /** For all others, but for those in the namespaces that it knows. */
  far: string;
  /** Namespaces, beside its own, for which rules of its own namespace are meant. */
  knows: ReadonlySet<string>;
  /** `namespace/account`, by which rules may know it; undefined for one that never proves it. */
  account?: string;
  namespace: string;
  address: string | undefined;
  /** Alone of its kind: what becomes of its calls may even depend on which of a server's pods it calls. */
  single: boolean;
  /** Numbers of ports that its own settings name. */
  ports: readonly number[];
  /** Why nothing can be told of it. */
  problem?: string;
}

const NONE: ReadonlySet<string> = new Set();

export function clientProfileOf(
  member: Member,
  snapshot: ClusterSnapshot,
): ClientProfile {
  const profile = told(member, snapshot);
  const { near, account, address } = profile;
  // Addresses count only where some rule asks for them.
  const place = snapshot.derive(asksForAddresses) ? address : '';
  return { ...profile, key: JSON.stringify([near, account, place]) };
}

function told(
  member: Member,
  snapshot: ClusterSnapshot,
): Omit<ClientProfile, 'key'> {
  try {
    return profileOf(member, snapshot);
  } catch (error) {
    const own = ownKey(member);
    const { namespace, ips } = member.pod;
    return {
      near: own,
      far: own,
      knows: NONE,
      namespace,
      address: ips[0],
      single: true,
      ports: [],
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

function ownKey({ workload, pod }: Member): string {
  return `${workloadKey(workload.reference)} ${pod.name}`;
}

function asksForAddresses(snapshot: ClusterSnapshot): boolean {
  return (
    snapshot
      .all('AuthorizationPolicy')
      .some(policy => namesIn(policy).blocks.size > 0) ||
    snapshot.derive(asksForAddressesInLinkerd)
  );
}

function profileOf(
  member: Member,
  snapshot: ClusterSnapshot,
): Omit<ClientProfile, 'key'> {
  const { workload, pod } = member;
  const { namespace } = pod;
  const plane = dataPlaneOf(workload, pod, snapshot);
  const { dataPlane, gateway, undecided, reason } = plane;
  const inMesh = dataPlane !== 'none' || gateway;
  const common = {
    namespace,
    address: pod.ips[0],
    ...(inMesh ? { account: `${namespace}/${accountOf(pod)}` } : {}),
  };
  const bypasses =
    dataPlane === 'sidecar' ? outboundBypasses(workload, pod, snapshot) : [];
  if (dataPlane === 'linkerd') {
    const { key, ports } = linkerdClient(member, snapshot);
    const own = JSON.stringify([dataPlane, key]);
    return {
      ...common,
      near: own,
      far: own,
      knows: NONE,
      single: false,
      ports,
    };
  }
  if (gateway || bypasses.length > 0) {
    const own = ownKey(member);
    return {
      ...common,
      near: own,
      far: own,
      knows: NONE,
      single: true,
      ports: bypasses.flatMap(({ named, ports = [] }) =>
        [...named, ...ports].flatMap(text =>
          /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : [],
        ),
      ),
    };
  }
  const plain = JSON.stringify([
    dataPlane,
    undecided,
    dataPlane === 'none' ? reason : '',
  ]);
  const { matters, knows, selects } = snapshot.deriveIn(namespace, namespaceOf);
  const near = JSON.stringify([
    plain,
    namespace,
    selects ? pod.labels : '',
    sidecarOf(pod, snapshot)?.metadata,
  ]);
  return {
    ...common,
    near,
    far: matters ? near : plain,
    knows,
    single: false,
    ports: [],
  };
}

/** Of a host that may mean Services anywhere. */
const ANY = '*';

interface ClientNamespace {
  /** Whether what clients here send anywhere may differ from what others send. */
  matters: boolean;
  /** Where else rules of this namespace are about. */
  knows: ReadonlySet<string>;
  /** Whether rules here select clients by their labels. */
  selects: boolean;
}

/** What a client's proxy needs to have seen of the client's own namespace. */
const SEEN: readonly KindName[] = [
  'DestinationRule',
  'PeerAuthentication',
  'Sidecar',
];

function namespaceOf(
  snapshot: ClusterSnapshot,
  namespace: string,
): ClientNamespace {
  const rules = snapshot.inNamespace('DestinationRule', namespace);
  const meant = new Set(
    rules.map(({ spec }) => namespaceMeant(spec?.host ?? '', namespace)),
  );
  return {
    selects: rules.some(({ spec }) => spec?.workloadSelector !== undefined),
    knows: new Set([...meant].flatMap(one => (one === ANY ? [] : one ?? []))),
    matters:
      namespace === requireMesh(snapshot).rootNamespace ||
      snapshot.inNamespace('Sidecar', namespace).length > 0 ||
      meant.has(ANY) ||
      snapshot.derive(namedInExports).has(namespace) ||
      meshGap(SEEN, [namespace], snapshot) !== meshGap(SEEN, [], snapshot),
  };
}

const OF_SERVICES = /^(\*|[^.*]+)\.([^.*]+)\.svc\.cluster\.local$/;

/** The namespace of the Services that a rule's host may mean: any, or none. */
function namespaceMeant(host: string, own: string): string | undefined {
  const resolved = resolveHost(host, own);
  return (
    OF_SERVICES.exec(resolved)?.[2] ??
    (resolved.startsWith('*') ? ANY : undefined)
  );
}

const EXPORTING = [
  'DestinationRule',
  'VirtualService',
  'ServiceEntry',
] as const;
const EXPORT_TO = 'networking.istio.io/exportTo';

/** The namespaces to which something is exported that is not exported to all. */
function namedInExports(snapshot: ClusterSnapshot): ReadonlySet<string> {
  const named = new Set<string>();
  const add = (exportTo: readonly string[], own: string) => {
    if (!exportTo.includes('*')) {
      exportTo.forEach(name => named.add(name === '.' ? own : name));
    }
  };
  for (const kind of EXPORTING) {
    const objects: readonly Resource<(typeof EXPORTING)[number]>[] =
      snapshot.all(kind);
    for (const { metadata, spec } of objects) {
      // Rules for Services of their own namespace alone are looked at there.
      add(spec?.exportTo ?? [], metadata.namespace ?? 'default');
    }
  }
  for (const { metadata } of snapshot.all('Service')) {
    const written = metadata.annotations?.[EXPORT_TO];
    if (written !== undefined) {
      add(
        written.split(',').map(item => item.trim()),
        metadata.namespace ?? 'default',
      );
    }
  }
  return named;
}
