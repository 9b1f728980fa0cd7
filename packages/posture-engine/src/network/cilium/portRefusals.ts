/** Why Cilium refuses the ports of a rule, or what the rule looks for in requests. */
import type { CiliumPortRule } from '../../snapshot';
import { hasLayer7 } from './layer7';
import { parsePort } from './ports';
import type { Refusal, Section } from './refusal';
import type { CiliumSettings } from './settings';

const MAX_PORTS = 40;

export function* refusalsOfPorts(
  rule: string,
  section: Section,
  toPorts: readonly CiliumPortRule[],
  forNodes: boolean,
  settings: CiliumSettings,
): Generator<Refusal> {
  for (const [index, portRule] of toPorts.entries()) {
    const field = `${rule}.toPorts[${index}]`;
    const { ports = [], rules, listener, serverNames = [] } = portRule;
    if (ports.length > MAX_PORTS) {
      yield { field, reason: `it has more than ${MAX_PORTS} ports` };
    }
    for (const { port, protocol } of ports) {
      const reason = parsePort(port, protocol);
      if (typeof reason === 'string') {
        yield { field, reason };
      }
    }
    if (listener && section === 'ingress') {
      yield { field, reason: 'rules for incoming traffic take no listener' };
    }
    if (!rules || !hasLayer7(rules)) {
      if (rules?.l7?.length) {
        yield { field, reason: 'l7 needs an l7proto' };
      }
      continue;
    }
    const isDns = Boolean(rules.dns?.length);
    if (!settings.layer7) {
      yield {
        field,
        reason: 'ConfigMap cilium-config switches enable-l7-proxy off',
      };
    }
    if (forNodes) {
      yield { field, reason: 'policies of nodes take no rules for requests' };
    }
    if (isDns && section === 'ingress') {
      yield { field, reason: 'rules for incoming traffic take no DNS names' };
    }
    if (isDns && ports.length === 0) {
      yield { field, reason: 'DNS names need a port' };
    }
    if (
      [rules.http, rules.kafka, rules.dns, rules.l7proto].filter(
        kind => kind !== undefined && kind !== '',
      ).length > 1
    ) {
      yield { field, reason: 'rules for two protocols cannot be together' };
    }
    if (listener) {
      yield { field, reason: 'a listener takes no rules for requests' };
    }
    if (serverNames.length > 0 && !portRule.terminatingTLS) {
      yield {
        field,
        reason: 'serverNames beside rules for requests need terminatingTLS',
      };
    }
    for (const { port, protocol = 'ANY', endPort = 0 } of ports) {
      if (Number(port) === 0) {
        yield { field, reason: 'rules for requests need a port other than 0' };
      }
      if (!isDns && protocol.toUpperCase() !== 'TCP') {
        yield {
          field,
          reason: `rules for requests need protocol TCP, not ${protocol}`,
        };
      }
      if (isDns && endPort > Number(port)) {
        yield { field, reason: 'DNS names take no range of ports' };
      }
    }
  }
}
