/**
 * How much a rule of a NetworkPolicy lets through: a rule for everybody takes
 * back the default deny that its policy declares.
 */
import { parseCIDR } from 'ipaddr.js';
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

/** A block that cannot be read counts as large: an older API server may have taken it, and so may the network. */
export function isLargerThanPrivate(cidr: string): boolean {
  try {
    const [address, prefix] = parseCIDR(cidr);
    return prefix < LARGEST_PRIVATE_PREFIX[address.kind()];
  } catch {
    return true;
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
  if (!ports || ports.some(coversAll)) {
    return undefined;
  }
  const names = ports.map(({ port, endPort, protocol }) => {
    const range = endPort === undefined ? `${port}` : `${port}-${endPort}`;
    return protocol === 'TCP' ? range : `${range}/${protocol}`;
  });
  return `${names.length === 1 ? 'port' : 'ports'} ${names.join(', ')}`;
}

function coversAll({ port, endPort }: NetworkPolicyPort): boolean {
  return (
    port === undefined ||
    (typeof port === 'number' && port <= 1 && (endPort ?? 0) >= 65535)
  );
}
