/**
 * What can tell callers and ports apart before a pod behind Linkerd, for whoever
 * asks about classes of them: the accounts, namespaces and networks that count
 * there, and the ports that something treats differently from all others.
 */
import { ClusterSnapshot } from '../../snapshot';
import type { Member } from '../client';
import { dataPlaneOf } from '../dataPlane';
import { authorizationsIn } from './authorizations';
import { ClientAuthorization } from './clientAuthorization';
import { portsOfServer, probePortsOf, serversSelecting } from './inboundPolicy';
import { clientLists, serverLists } from './linkerdCapture';
import { itemsOf, requireLinkerd } from './linkerdMesh';
import { rangesOf, settingOf } from './podSettings';

export interface LinkerdNames {
  /** `namespace/account` */
  accounts: Set<string>;
  namespaces: Set<string>;
  /** A pattern is among them that may mean some accounts and not others. */
  patterns: boolean;
  /** Blocks of addresses, as written. */
  blocks: Set<string>;
}

/** Whom the objects of a namespace name; where they cannot be read any two callers may differ. */
export function linkerdNamesIn(
  snapshot: ClusterSnapshot,
  namespace: string,
): LinkerdNames {
  try {
    return namesIn(snapshot, namespace);
  } catch {
    return {
      accounts: new Set(),
      namespaces: new Set(),
      patterns: true,
      blocks: new Set(),
    };
  }
}

function namesIn(snapshot: ClusterSnapshot, namespace: string): LinkerdNames {
  const names: LinkerdNames = {
    accounts: new Set(),
    namespaces: new Set(),
    patterns: false,
    blocks: new Set(blocksOfMesh(snapshot)),
  };
  const { targeted, selecting } = snapshot.deriveIn(
    namespace,
    authorizationsIn,
  );
  for (const { authorization } of [...targeted, ...selecting]) {
    addNames(authorization, names);
  }
  return names;
}

function addNames(
  { clients, networks }: ClientAuthorization,
  names: LinkerdNames,
): void {
  for (const { text } of networks?.blocks ?? []) {
    text.forEach(block => names.blocks.add(block));
  }
  for (const pattern of typeof clients === 'string' ? [] : clients) {
    const [account, namespace] = pattern.split('.');
    if (account !== '*') {
      names.accounts.add(`${namespace}/${account}`);
    } else if (pattern.includes('.serviceaccount.identity.')) {
      names.namespaces.add(namespace);
      names.patterns ||= namespace === 'serviceaccount';
    } else if (pattern !== '*') {
      names.patterns = true;
    }
  }
}

/** Networks that the control plane's own settings name. */
function blocksOfMesh(snapshot: ClusterSnapshot): string[] {
  const { clusterNetworks, probeNetworks, skipSubnets } =
    requireLinkerd(snapshot);
  return [...clusterNetworks, ...probeNetworks, ...itemsOf(skipSubnets)];
}

/** More single ports than this are not asked about one by one. */
const MOST_PORTS = 1024;

/** The ports of a pod that something treats differently from all others. Throws where there are too many. */
export function linkerdServerPorts(
  { workload, pod }: Member,
  snapshot: ClusterSnapshot,
): number[] {
  const opaque = ['opaque-ports', 'proxy-require-identity-inbound-ports'].map(
    name => String(settingOf(workload, pod, name, snapshot)?.value ?? ''),
  );
  return [
    ...serversSelecting(pod, snapshot).flatMap(server =>
      portsOfServer(server, pod),
    ),
    ...probePortsOf(pod),
    ...[...serverLists(workload, pod, snapshot), ...opaque].flatMap(list =>
      eachPort(list, pod.name),
    ),
  ];
}

/** What tells clients behind Linkerd apart, beside their identity and address, and the ports that count for that. */
export function linkerdClient(
  { workload, pod }: Member,
  snapshot: ClusterSnapshot,
): { key: string; ports: number[] } {
  const lists = clientLists(workload, pod, snapshot);
  return {
    key: lists.join(' '),
    ports: lists.flatMap(list => eachPort(list, pod.name)),
  };
}

function eachPort(list: string, of: string): number[] {
  const ranges = rangesOf(list);
  const size = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (size > MOST_PORTS) {
    throw new Error(
      `the ports ${list} of ${of} are too many to be told one by one`,
    );
  }
  return ranges.flatMap(({ from, to }) =>
    Array.from({ length: Math.max(to - from + 1, 0) }, (_, at) => from + at),
  );
}

/** Whether the address of a caller may count before some pod behind Linkerd. Use as `snapshot.derive(asksForAddressesInLinkerd)`. */
export function asksForAddressesInLinkerd(snapshot: ClusterSnapshot): boolean {
  return snapshot.workloads.some(workload =>
    workload.pods.some(
      pod => dataPlaneOf(workload, pod, snapshot).dataPlane === 'linkerd',
    ),
  );
}
