/**
 * How much a rule of a NetworkPolicy lets through: a rule for everybody takes
 * back the default deny that its policy declares.
 */
import { IPv6, parseCIDR } from 'ipaddr.js';
import {
  LabelSelector,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../snapshot';
import type { PolicyRule } from './networkPolicy';

/** Whom a rule names without knowing them: `anyone` in the cluster and outside, every pod, or addresses outside. */
export type OpenTo = 'anyone' | 'every pod' | 'outside addresses';

/**
 * No private network is larger than 10.0.0.0/8 or fc00::/7, so a larger block
 * names nobody in particular.
 */
const LARGEST_PRIVATE_PREFIX = { ipv4: 8, ipv6: 7 } as const;

/** `::ffff:0:0/96` is all of IPv4. */
const MAPPED_PREFIX = 96;

/** Undefined where every peer of the rule is somebody in particular. */
export function opennessOf({ peers }: PolicyRule): OpenTo | undefined {
  if (!peers) {
    return 'anyone';
  }
  const found = new Set(peers.map(opennessOfPeer));
  const pods = found.has('every pod');
  const outside = found.has('outside addresses');
  if (found.has('anyone') || (pods && outside)) {
    return 'anyone';
  }
  if (pods) {
    return 'every pod';
  }
  return outside ? 'outside addresses' : undefined;
}

function opennessOfPeer({
  ipBlock,
  namespaceSelector,
  podSelector,
}: NetworkPolicyPeer): OpenTo | undefined {
  if (ipBlock) {
    if (!isLargerThanPrivate(ipBlock.cidr)) {
      return undefined;
    }
    return ipBlock.except?.length ? 'outside addresses' : 'anyone';
  }
  return namespaceSelector &&
    isOpenEnded(
      namespaceSelector,
      // Every namespace has this label; others are given with care.
      key => key === 'kubernetes.io/metadata.name',
    ) &&
    isOpenEnded(podSelector ?? {}, () => true)
    ? 'every pod'
    : undefined;
}

/**
 * A block that cannot be read counts as large, unless the caller knows that it
 * does nothing: an older API server may have taken it, and so may the network.
 */
export function isLargerThanPrivate(
  cidr: string,
  whenUnreadable = true,
): boolean {
  try {
    const [address, prefix] = parseCIDR(cidr);
    return address instanceof IPv6 &&
      address.isIPv4MappedAddress() &&
      prefix >= MAPPED_PREFIX
      ? prefix - MAPPED_PREFIX < LARGEST_PRIVATE_PREFIX.ipv4
      : prefix < LARGEST_PRIVATE_PREFIX[address.kind()];
  } catch {
    return whenUnreadable;
  }
}

/**
 * Whether a selector also takes things that nobody has thought of yet: it is
 * empty, says only what they must not be, or asks for a label that `mayHave`
 * says anybody may have.
 */
function isOpenEnded(
  { matchLabels, matchExpressions }: LabelSelector,
  mayHave: (key: string) => boolean,
): boolean {
  return (
    Object.keys(matchLabels ?? {}).length === 0 &&
    (matchExpressions ?? []).every(
      ({ key, operator }) =>
        operator === 'NotIn' ||
        operator === 'DoesNotExist' ||
        (operator === 'Exists' && mayHave(key)),
    )
  );
}

/** The ports of a rule in words, or undefined where it takes all ports of a protocol. */
export function limitedPorts({ ports }: PolicyRule): string | undefined {
  if (!ports || coverAll(ports)) {
    return undefined;
  }
  const names = ports.map(({ port, endPort, protocol }) => {
    const range = endPort === undefined ? `${port}` : `${port}-${endPort}`;
    return protocol === 'TCP' ? range : `${range}/${protocol}`;
  });
  return `${names.length === 1 ? 'port' : 'ports'} ${names.join(', ')}`;
}

/** Whether some protocol is taken whole: by an item without a port, or by ranges that leave no gap between them. */
export function coverAll(ports: readonly NetworkPolicyPort[]): boolean {
  const reached = new Map<string, number>();
  const ranges = ports
    .flatMap(({ port = 1, endPort, protocol }, index) =>
      typeof port === 'number'
        ? {
            protocol,
            from: port,
            to: ports[index].port === undefined ? 65535 : endPort ?? port,
          }
        : [],
    )
    .sort((left, right) => left.from - right.from);
  for (const { protocol, from, to } of ranges) {
    const before = reached.get(protocol) ?? 0;
    if (from <= before + 1) {
      reached.set(protocol, Math.max(before, to));
    }
  }
  return [...reached.values()].some(last => last >= 65535);
}
