/**
 * What ztunnel does with a connection to a workload of its node, per its
 * `state.rs` and `rbac.rs`, given what istiod told it.
 */
import { BlockList, isIPv6 } from 'node:net';
import {
  ZtunnelBlock,
  ZtunnelMatch,
  ZtunnelPolicy,
  ZtunnelState,
  ZtunnelText,
  ZtunnelWorkload,
} from '@backstage-zero-trust/test-servers';

export interface ZtunnelConnection {
  sourceAddress: string;
  destinationAddress: string;
  port: number;
  /** `td/ns/<namespace>/sa/<account>` of the client; undefined for plaintext. */
  principal: string | undefined;
}

/** Whether ztunnel lets a connection through: DENY, then ALLOW, if there is one. */
export function ztunnelAdmits(
  state: ZtunnelState,
  workload: ZtunnelWorkload,
  connection: ZtunnelConnection,
): boolean {
  const policies = state.policies.filter(policy => concerns(policy, workload));
  const matching = policies.filter(policy => matches(policy, connection));
  const allowing = policies.filter(({ action }) => action === 'ALLOW');
  return (
    !matching.some(({ action }) => action === 'DENY') &&
    (allowing.length === 0 || matching.some(({ action }) => action === 'ALLOW'))
  );
}

/** Policies that a workload is told of by name may never have been sent: then there is nothing to match. */
function concerns(
  { name, namespace, scope, dryRun }: ZtunnelPolicy,
  workload: ZtunnelWorkload,
): boolean {
  if (dryRun) {
    return false;
  }
  switch (scope) {
    case 'GLOBAL':
      return true;
    case 'NAMESPACE':
      return namespace === workload.namespace;
    default:
      return workload.authorizationPolicies.includes(`${namespace}/${name}`);
  }
}

function matches(
  { groups }: ZtunnelPolicy,
  connection: ZtunnelConnection,
): boolean {
  return groups.some(({ rules }) =>
    rules.every(
      rule =>
        rule.matches.length === 0 ||
        rule.matches.some(match => holds(match, connection)),
    ),
  );
}

function holds(match: ZtunnelMatch, connection: ZtunnelConnection): boolean {
  const { principal, sourceAddress, destinationAddress, port } = connection;
  const [, , namespace = '', , account = ''] = principal?.split('/') ?? [];
  const within = (address: string) => (block: ZtunnelBlock) =>
    contains(block, address);
  const says = <T>(
    positive: readonly T[],
    negative: readonly T[],
    test: (value: T) => boolean,
  ) => (positive.length === 0 || positive.some(test)) && !negative.some(test);
  return (
    // One that says nothing is skipped.
    Object.values(match).some(
      values => Array.isArray(values) && values.length > 0,
    ) &&
    says(
      match.destinationIps,
      match.notDestinationIps,
      within(destinationAddress),
    ) &&
    says(match.sourceIps, match.notSourceIps, within(sourceAddress)) &&
    says(
      match.destinationPorts,
      match.notDestinationPorts,
      value => value === port,
    ) &&
    says(
      match.serviceAccounts,
      match.notServiceAccounts,
      value =>
        principal !== undefined &&
        value.namespace === namespace &&
        value.serviceAccount === account,
    ) &&
    says(
      match.principals,
      match.notPrincipals,
      value => principal !== undefined && matchesText(value, principal),
    ) &&
    says(match.namespaces, match.notNamespaces, value =>
      matchesText(value, namespace),
    )
  );
}

function matchesText(match: ZtunnelText, text: string): boolean {
  switch (match.matchType) {
    case 'exact':
      return text === match.exact;
    case 'prefix':
      return text.startsWith(match.prefix ?? '');
    case 'suffix':
      return text.endsWith(match.suffix ?? '');
    case 'presence':
      return text !== '';
    default:
      return false;
  }
}

function contains({ address, length }: ZtunnelBlock, asked: string): boolean {
  const list = new BlockList();
  list.addSubnet(textOfAddress(address), length, familyOf(address));
  return list.check(asked, isIPv6(asked) ? 'ipv6' : 'ipv4');
}

function familyOf(address: Uint8Array): 'ipv4' | 'ipv6' {
  return address.length === 4 ? 'ipv4' : 'ipv6';
}

/** An address as istiod sends it, in the usual way of writing. */
function textOfAddress(address: Uint8Array): string {
  if (familyOf(address) === 'ipv4') {
    return address.join('.');
  }
  const hex = Buffer.from(address).toString('hex');
  return (hex.match(/.{4}/g) ?? []).join(':');
}

export function addressesOf({ addresses }: ZtunnelWorkload): string[] {
  return addresses.map(textOfAddress);
}
