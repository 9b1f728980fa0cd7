/**
 * The rules of a policy as Envoy enforces them, in a sidecar, a gateway or a
 * waypoint, on a chain that reads HTTP or on one that does not. Where a value
 * cannot be used there, ALLOW drops its rule (and allows less), the others drop
 * the value (and refuse more); an unknown key of `when` drops its rule in all.
 */
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import { actionOf } from '../authorizationPolicy';
import { Mesh } from '../mesh';
import {
  Field,
  OPERATION_FIELDS,
  Place,
  SOURCE_FIELDS,
  conditionField,
} from './envoyFields';
import {
  EnforcedPolicy,
  EnforcedRule,
  Predicate,
  every,
  negate,
  ruleOf,
} from './rules';

export function envoyPolicy(
  policy: AuthorizationPolicy,
  chain: 'http' | 'tcp',
  mesh: Mesh,
): EnforcedPolicy {
  const place: Place = {
    mesh,
    policyNamespace: policy.metadata.namespace ?? 'default',
    http: chain === 'http',
  };
  const strict = actionOf(policy) === 'ALLOW';
  return {
    policy,
    rules: (policy.spec?.rules ?? []).flatMap(
      (rule, index) =>
        envoyRule(rule, `spec.rules[${index}]`, place, strict) ?? [],
    ),
  };
}

/** Undefined where Envoy never gets the rule. */
function envoyRule(
  { from = [], to = [], when = [] }: AuthorizationRule,
  field: string,
  place: Place,
  strict: boolean,
): EnforcedRule | undefined {
  const conditions = when.map(({ key, values, notValues }) => {
    const condition = conditionField(key);
    return condition && predicates(condition, values, notValues, place, strict);
  });
  const sources = from.map(({ source = {} }) =>
    item(source, SOURCE_FIELDS, place, strict),
  );
  const operations = to.map(({ operation = {} }) =>
    item(operation, OPERATION_FIELDS, place, strict),
  );
  if ([...conditions, ...sources, ...operations].includes(undefined)) {
    return undefined;
  }
  return ruleOf(
    field,
    [sources, operations]
      .filter(items => items.length > 0)
      .map(items => items.flatMap(found => (found ? [every(found)] : []))),
    conditions.flatMap(found => found ?? []),
  );
}

type Values = readonly string[] | undefined;

/** One item of `from` or `to`: all of its fields. One that says nothing matches everything. */
function item(
  written: Readonly<Record<string, Values>>,
  fields: Readonly<Record<string, Field>>,
  place: Place,
  strict: boolean,
): Predicate[] | undefined {
  const found = Object.entries(fields).map(([name, field]) =>
    predicates(field, written[name], written[opposite(name)], place, strict),
  );
  return found.includes(undefined)
    ? undefined
    : found.flatMap(list => list ?? []);
}

function opposite(name: string): string {
  return `not${name[0].toUpperCase()}${name.slice(1)}`;
}

/** Undefined where the rule is dropped; none where nothing is left to ask. */
function predicates(
  field: Field,
  values: Values,
  notValues: Values,
  place: Place,
  strict: boolean,
): Predicate[] | undefined {
  const positive = usable(field, values, place, strict);
  const negative = usable(field, notValues, place, strict);
  return positive === 'dropped' || negative === 'dropped'
    ? undefined
    : [
        ...(positive ? [positive] : []),
        ...(negative ? [negate(negative)] : []),
      ];
}

function usable(
  field: Field,
  values: Values,
  place: Place,
  strict: boolean,
): Predicate | 'dropped' | undefined {
  if (values === undefined || values.length === 0) {
    return undefined;
  }
  const whole = field(values, place);
  if (whole || strict) {
    return whole ?? 'dropped';
  }
  const readable = values.filter(value => field([value], place));
  return readable.length === 0 ? undefined : field(readable, place);
}
