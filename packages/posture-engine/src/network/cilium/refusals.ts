/**
 * Why Cilium refuses a policy: what its API or its agent does not take, of
 * which one place is enough for nothing of the object to hold. Rules as in
 * Cilium's `Rule.Sanitize`.
 */
import { rangeOf } from '../../decisions';
import {
  CiliumEgressRule,
  CiliumIngressRule,
  CiliumPolicy,
  CiliumPolicySpec,
  LabelSelector,
} from '../../snapshot';
import { ENTITIES } from './entities';
import { refusalsOfPorts } from './portRefusals';
import { Refusal, SECTIONS, Section } from './refusal';
import { selectorProblem } from './selectors';
import type { CiliumSettings } from './settings';

export type CiliumRule = CiliumIngressRule & CiliumEgressRule;

/** Lists of peers of which a rule may fill one. */
const PEER_LISTS = {
  ingress: [
    'fromEndpoints',
    'fromCIDR',
    'fromCIDRSet',
    'fromEntities',
    'fromNodes',
    'fromGroups',
  ],
  egress: [
    'toEndpoints',
    'toCIDR',
    'toCIDRSet',
    'toEntities',
    'toNodes',
    'toGroups',
    'toServices',
    'toFQDNs',
  ],
} as const satisfies Record<string, readonly (keyof CiliumRule)[]>;

/** The lists of peers that a rule of a section has, filled or not. */
export function peerListsOf(section: Section) {
  return section.startsWith('ingress')
    ? PEER_LISTS.ingress
    : PEER_LISTS.egress.filter(
        // The API has no names in rules that deny, and drops them.
        list => list !== 'toFQDNs' || section === 'egress',
      );
}

/** The specs of an object by their paths. */
export function specsOf({
  spec,
  specs = [],
}: CiliumPolicy): [path: string, spec: CiliumPolicySpec][] {
  return [
    ...(spec ? [['spec', spec] as [string, CiliumPolicySpec]] : []),
    ...specs.map((one, index): [string, CiliumPolicySpec] => [
      `specs[${index}]`,
      one,
    ]),
  ];
}

/** Undefined for a policy that Cilium takes. */
export function refusalOf(
  policy: CiliumPolicy,
  settings: CiliumSettings,
): Refusal | undefined {
  const specs = specsOf(policy);
  const [refusal] = specs.flatMap(
    ([path, spec]) =>
      first(refusalsOfSpec(policy.kind, path, spec, settings)) ?? [],
  );
  return specs.length === 0
    ? { field: 'spec', reason: 'there is neither a spec nor specs' }
    : refusal;
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) {
    return item;
  }
  return undefined;
}

function* refusalsOfSpec(
  kind: string,
  path: string,
  spec: CiliumPolicySpec,
  settings: CiliumSettings,
): Generator<Refusal> {
  const { endpointSelector, nodeSelector, enableDefaultDeny } = spec;
  if (Boolean(endpointSelector) === Boolean(nodeSelector)) {
    yield {
      field: path,
      reason: 'it must have one of endpointSelector and nodeSelector',
    };
  }
  if (nodeSelector && kind === 'CiliumNetworkPolicy') {
    yield {
      field: `${path}.nodeSelector`,
      reason: 'only a CiliumClusterwideNetworkPolicy selects nodes',
    };
  }
  if (!SECTIONS.some(section => spec[section]?.length)) {
    yield { field: path, reason: 'it has no rule' };
  }
  if (
    !settings.defaultDenySwitch &&
    (enableDefaultDeny?.ingress === false ||
      enableDefaultDeny?.egress === false)
  ) {
    yield {
      field: `${path}.enableDefaultDeny`,
      reason:
        'ConfigMap cilium-config switches enable-non-default-deny-policies off',
    };
  }
  yield* refusalsOfSelectors(`${path}.endpointSelector`, endpointSelector);
  yield* refusalsOfSelectors(`${path}.nodeSelector`, nodeSelector);
  for (const section of SECTIONS) {
    for (const [index, rule] of (spec[section] ?? []).entries()) {
      const field = `${path}.${section}[${index}]`;
      yield* refusalsOfRule(field, section, rule, settings);
      yield* refusalsOfPorts(
        field,
        section,
        rule.toPorts ?? [],
        nodeSelector !== undefined,
        settings,
      );
    }
  }
}

function* refusalsOfSelectors(
  field: string,
  ...selectors: readonly (LabelSelector | undefined)[]
): Generator<Refusal> {
  for (const selector of selectors) {
    const reason = selector && selectorProblem(selector);
    if (reason) {
      yield { field, reason };
    }
  }
}

function* refusalsOfRule(
  field: string,
  section: Section,
  rule: CiliumRule,
  settings: CiliumSettings,
): Generator<Refusal> {
  const filled = peerListsOf(section).filter(list => rule[list]?.length);
  if (filled.length > 1) {
    yield {
      field,
      reason: `${filled.slice(0, 2).join(' and ')} cannot be in one rule`,
    };
  }
  const required = section.startsWith('ingress')
    ? ('fromRequires' as const)
    : ('toRequires' as const);
  if (rule[required]?.length) {
    yield {
      field: `${field}.${required}`,
      reason: `Cilium does not know ${required} any more`,
    };
  }
  if (rule.icmps?.length && rule.toPorts?.length) {
    yield { field, reason: 'icmps and toPorts cannot be in one rule' };
  }
  for (const list of ['fromEndpoints', 'toEndpoints'] as const) {
    yield* refusalsOfSelectors(`${field}.${list}`, ...(rule[list] ?? []));
  }
  for (const list of ['fromNodes', 'toNodes'] as const) {
    if (rule[list]?.length && !settings.nodeSelectors) {
      yield {
        field: `${field}.${list}`,
        reason: `${list} needs enable-node-selector-labels in ConfigMap cilium-config`,
      };
    }
    yield* refusalsOfSelectors(`${field}.${list}`, ...(rule[list] ?? []));
  }
  for (const list of ['fromEntities', 'toEntities'] as const) {
    const stranger = rule[list]?.find(entity => !ENTITIES.has(entity));
    if (stranger !== undefined) {
      yield {
        field: `${field}.${list}`,
        reason: `Cilium knows no entity "${stranger}"`,
      };
    }
  }
  yield* refusalsOfBlocks(field, rule);
}

function* refusalsOfBlocks(
  field: string,
  rule: CiliumRule,
): Generator<Refusal> {
  for (const list of ['fromCIDR', 'toCIDR'] as const) {
    const bad = rule[list]?.find(cidr => !rangeOf(blockOf(cidr)));
    if (bad !== undefined) {
      yield { field: `${field}.${list}`, reason: `"${bad}" is no block` };
    }
  }
  for (const list of ['fromCIDRSet', 'toCIDRSet'] as const) {
    for (const { cidr, except = [] } of rule[list] ?? []) {
      const range = cidr === undefined ? undefined : rangeOf(cidr);
      if (cidr !== undefined && !range) {
        yield { field: `${field}.${list}`, reason: `"${cidr}" is no block` };
      }
      const outside = except.find(hole => {
        const inner = rangeOf(hole);
        return (
          !inner ||
          (range && (inner.from < range.from || inner.from > range.to))
        );
      });
      if (cidr !== undefined && outside !== undefined) {
        yield {
          field: `${field}.${list}`,
          reason: `the exception "${outside}" is no block within ${cidr}`,
        };
      }
    }
  }
}

/** An address alone is a block of one. */
export function blockOf(text: string): string {
  return text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
}
