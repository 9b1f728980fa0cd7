/** `ValidateNetworkPolicySpec` of `pkg/apis/networking/validation`. */
import { Findings } from '../findings';
import { Fields, fieldOf, isFields, listOf, textOf } from '../json';
import { blockContains, isMapped, parseBlock } from '../networkNames';
import { child, item } from '../problems';
import { PROTOCOLS, wrongPortName, wrongPortNumber } from './ports';
import { checkLabelSelector } from './selectors';

const SIDES = [
  ['ingress', 'from', 'Ingress'],
  ['egress', 'to', 'Egress'],
] as const;

export function checkNetworkPolicy(object: Fields, findings: Findings): void {
  const { spec } = object;
  checkLabelSelector(
    fieldOf(spec, 'podSelector'),
    'spec.podSelector',
    findings,
  );
  for (const [side, peers] of SIDES) {
    listOf(spec, side).forEach((rule, index) => {
      const path = item(child('spec', side), index);
      listOf(rule, 'ports').forEach((port, at) =>
        checkPort(port, item(child(path, 'ports'), at), findings),
      );
      listOf(rule, peers).forEach((peer, at) =>
        checkPeer(peer, item(child(path, peers), at), findings),
      );
    });
  }
  const types = listOf(spec, 'policyTypes');
  if (types.length > 2) {
    findings.add('spec.policyTypes', 'must not have more than two items');
    return;
  }
  types.forEach((type, index) => {
    if (!SIDES.some(([, , name]) => name === type)) {
      findings.add(
        item('spec.policyTypes', index),
        'must be Ingress or Egress',
      );
    }
  });
}

function checkPort(port: unknown, path: string, findings: Findings): void {
  const protocol = textOf(port, 'protocol');
  const number = fieldOf(port, 'port');
  const end = fieldOf(port, 'endPort');
  const wrong = (name: string, message: string | undefined) => {
    if (message !== undefined) {
      findings.add(child(path, name), message);
    }
  };
  if (
    protocol !== undefined &&
    protocol !== '' &&
    !PROTOCOLS.includes(protocol)
  ) {
    wrong('protocol', `must be ${PROTOCOLS.join(', ')}`);
  }
  if (typeof number === 'number') {
    wrong('port', wrongPortNumber(number));
    if (end !== undefined) {
      wrong('endPort', wrongPortNumber(end));
      if (Number(end) < number) {
        wrong('endPort', 'must not be less than port');
      }
    }
    return;
  }
  if (end !== undefined) {
    wrong('endPort', 'may stand beside a port that is a number only');
  }
  if (typeof number === 'string') {
    wrong('port', wrongPortName(number));
  }
}

function checkPeer(peer: unknown, path: string, findings: Findings): void {
  const block = fieldOf(peer, 'ipBlock');
  const selectors = ['podSelector', 'namespaceSelector'].filter(name =>
    isFields(fieldOf(peer, name)),
  );
  for (const name of selectors) {
    checkLabelSelector(fieldOf(peer, name), child(path, name), findings);
  }
  if (isFields(block)) {
    checkBlock(block, child(path, 'ipBlock'), findings);
    if (selectors.length > 0) {
      findings.add(path, 'must not have both an ipBlock and a selector');
    }
  } else if (selectors.length === 0) {
    findings.add(path, 'must name a peer');
  }
}

function checkBlock(block: Fields, path: string, findings: Findings): void {
  const cidr = textOf(block, 'cidr') ?? '';
  const outer = parseBlock(cidr);
  if (!outer || isMapped(outer.address)) {
    findings.add(
      child(path, 'cidr'),
      cidr === '' ? 'is missing' : `"${cidr}" is no block of IP addresses`,
    );
    return;
  }
  listOf(block, 'except').forEach((except, index) => {
    const place = item(child(path, 'except'), index);
    const inner = parseBlock(String(except));
    if (!inner || isMapped(inner.address)) {
      findings.add(place, `"${except}" is no block of IP addresses`);
    } else if (
      inner.length <= outer.length ||
      !blockContains(outer, inner.address)
    ) {
      findings.add(place, `must lie within ${cidr}, and be smaller`);
    }
  });
}
