/**
 * The rules of a policy as ztunnel enforces them, per istiod's
 * `convertAuthorizationPolicy` and ztunnel's `rbac.rs`. It knows no HTTP: ALLOW
 * rules that need it are dropped; DENY rules lose those fields, and an item
 * with nothing left matches nothing, so that such a rule denies nothing.
 */
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import { actionOf } from '../authorizationPolicy';
import { blockOf, isWithin } from './addresses';
import { Facts, addressTest } from './facts';
import { ALWAYS, Formula, NEVER, truth } from './formula';
import { matchesPattern, patternOf } from './patterns';
import { portOf } from './envoyFields';
import { namespaceOf, serviceAccountOf } from './principals';
import {
  EnforcedPolicy,
  EnforcedRule,
  Predicate,
  every,
  negate,
  ruleOf,
} from './rules';

/** Undefined where no value can be read: the field then says nothing. */
type Field = (
  values: readonly string[],
  policyNamespace: string,
) => Predicate | undefined;

const NEVER_MATCHES: Predicate = () => NEVER;

const principals: Field = values => {
  const patterns = values.map(patternOf);
  return ({ principal }) =>
    truth(
      principal !== undefined &&
        patterns.some(pattern => matchesPattern(pattern, principal)),
    );
};

const namespaces: Field = values => {
  const patterns = values.map(patternOf);
  return ({ principal = '' }) =>
    truth(
      patterns.some(pattern =>
        matchesPattern(pattern, namespaceOf(principal) ?? ''),
      ),
    );
};

const serviceAccounts: Field = (values, policyNamespace) => {
  const suffixes = values.map(value => {
    const { namespace, account } = serviceAccountOf(value, policyNamespace);
    return `/ns/${namespace}/sa/${account}`;
  });
  return ({ principal }) =>
    truth(
      principal !== undefined &&
        suffixes.includes(principal.slice(principal.indexOf('/'))),
    );
};

const ports: Field = values => {
  const numbers = values.flatMap(value => portOf(value) ?? []);
  return numbers.length === 0
    ? undefined
    : ({ port }) => truth(numbers.includes(port));
};

function addresses(
  whose: string,
  placeOf: (facts: Facts) => bigint | undefined,
): Field {
  return values => {
    const blocks = values.flatMap(value => blockOf(value) ?? []);
    return blocks.length === 0
      ? undefined
      : (facts): Formula =>
          addressTest(
            placeOf(facts),
            place => blocks.some(block => isWithin(place, block)),
            whose,
          );
  };
}

const sourceAddresses = addresses('the caller', ({ source }) => source);

const SOURCE_FIELDS: ReadonlyMap<string, Field> = new Map([
  ['principals', principals],
  ['namespaces', namespaces],
  ['serviceAccounts', serviceAccounts],
  ['ipBlocks', sourceAddresses],
]);

const OPERATION_FIELDS: ReadonlyMap<string, Field> = new Map([
  ['ports', ports],
]);

const CONDITIONS: ReadonlyMap<string, Field> = new Map([
  ['source.ip', sourceAddresses],
  ['source.namespace', namespaces],
  ['source.principal', principals],
  ['destination.ip', addresses('the destination', facts => facts.destination)],
  ['destination.port', ports],
]);

/** These ztunnel is never told of, and their rule goes on without them. */
const IGNORED: ReadonlySet<string> = new Set([
  'trustDomains',
  'notTrustDomains',
]);

export function ztunnelPolicy(policy: AuthorizationPolicy): EnforcedPolicy {
  const { namespace = 'default' } = policy.metadata;
  const allows = actionOf(policy) === 'ALLOW';
  return {
    policy,
    rules: (policy.spec?.rules ?? []).flatMap((rule, index) =>
      allows && needsHttp(rule)
        ? []
        : [ztunnelRule(rule, `spec.rules[${index}]`, namespace)],
    ),
  };
}

function ztunnelRule(
  { from = [], to = [], when = [] }: AuthorizationRule,
  field: string,
  namespace: string,
): EnforcedRule {
  const sources = from.map(({ source = {} }) =>
    item(source, SOURCE_FIELDS, namespace),
  );
  const operations = to.map(({ operation = {} }) =>
    item(operation, OPERATION_FIELDS, namespace),
  );
  const conditions = when.map(({ key, values, notValues }) => {
    const condition = CONDITIONS.get(key);
    return condition
      ? nonEmpty(predicates(condition, values, notValues, namespace))
      : NEVER_MATCHES;
  });
  if (from.length + to.length + when.length === 0) {
    return { field, matches: () => ALWAYS };
  }
  const lists = [sources, operations].filter(items => items.length > 0);
  const isVoid =
    conditions.includes(NEVER_MATCHES) ||
    lists.some(items => items.every(found => found === NEVER_MATCHES));
  return {
    ...ruleOf(field, lists, conditions),
    ...(isVoid ? { isVoid } : {}),
  };
}

type Values = readonly string[] | undefined;

function item(
  written: Readonly<Record<string, Values>>,
  fields: ReadonlyMap<string, Field>,
  namespace: string,
): Predicate {
  return nonEmpty(
    [...fields].flatMap(([name, field]) =>
      predicates(field, written[name], written[opposite(name)], namespace),
    ),
  );
}

/** ztunnel skips a match that says nothing. */
function nonEmpty(found: readonly Predicate[]): Predicate {
  return found.length === 0 ? NEVER_MATCHES : every(found);
}

function predicates(
  field: Field,
  values: Values = [],
  notValues: Values = [],
  namespace: string,
): Predicate[] {
  const positive = values.length > 0 && field(values, namespace);
  const negative = notValues.length > 0 && field(notValues, namespace);
  return [
    ...(positive ? [positive] : []),
    ...(negative ? [negate(negative)] : []),
  ];
}

function opposite(name: string): string {
  return `not${name[0].toUpperCase()}${name.slice(1)}`;
}

function needsHttp({ from = [], to = [], when = [] }: AuthorizationRule) {
  return (
    when.some(({ key }) => !CONDITIONS.has(key)) ||
    from.some(({ source = {} }) => hasOthers(source, SOURCE_FIELDS)) ||
    to.some(({ operation = {} }) => hasOthers(operation, OPERATION_FIELDS))
  );
}

/** Whether a field with values is none of those that ztunnel knows. */
function hasOthers(
  written: Readonly<Record<string, Values>>,
  fields: ReadonlyMap<string, Field>,
): boolean {
  return Object.entries(written).some(
    ([name, values]) =>
      values !== undefined &&
      values.length > 0 &&
      !IGNORED.has(name) &&
      !fields.has(name) &&
      ![...fields.keys()].some(known => opposite(known) === name),
  );
}
