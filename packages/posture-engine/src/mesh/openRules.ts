/**
 * Whether a rule of an ALLOW policy lets everybody in, which undoes the default
 * deny that the policy brings. Rules that narrow callers badly (any
 * authenticated workload, say) are another question.
 */
import { AuthorizationPolicy, AuthorizationRule } from '../snapshot/kinds';
import { isLargerThanPrivate } from '../network/breadth';
import { referenceTo } from '../snapshot';
import { FieldValue } from './podFields';

/** What a rule opens to every caller: everything, or some ports. */
export type Openness = 'everything' | readonly number[];

/** Rules that open everything, or every port that a pod is known to have. */
export interface Opening {
  state: 'open';
  opening: FieldValue[];
  ports: Openness;
}

type Fields = Readonly<Record<string, readonly string[] | undefined>>;

/** Values that every request has; `*` for an identity needs one and is no such value. */
const MATCHES_ALL: Readonly<Record<string, (value: string) => boolean>> = {
  ipBlocks: namesNobody,
  remoteIpBlocks: namesNobody,
  hosts: value => value === '*',
  methods: value => value === '*',
  paths: value => value === '*' || value === '/*' || value === '/{**}',
};

/** What ztunnel reads of a source or an operation. */
const ZTUNNEL_FIELDS: ReadonlySet<string> = new Set([
  'principals',
  'notPrincipals',
  'namespaces',
  'notNamespaces',
  'serviceAccounts',
  'notServiceAccounts',
  'ipBlocks',
  'notIpBlocks',
  'ports',
  'notPorts',
]);

const ZTUNNEL_KEYS: ReadonlySet<string> = new Set([
  'source.ip',
  'source.namespace',
  'source.principal',
  'destination.ip',
  'destination.port',
]);

/** Conditions on addresses, which a large enough block satisfies as it does in `ipBlocks`. */
const ADDRESS_KEYS: ReadonlySet<string> = new Set(['source.ip', 'remote.ip']);

/** A block that Istio cannot read drops its rule, and so opens nothing. */
function namesNobody(block: string): boolean {
  return isLargerThanPrivate(block, false);
}

/** ztunnel is never told of trust domains: a source is what it says beside them. */
function withoutTrustDomains(rule: AuthorizationRule): AuthorizationRule {
  return {
    ...rule,
    ...(rule.from && {
      from: rule.from.map(({ source }) => ({
        source: source && {
          ...source,
          trustDomains: undefined,
          notTrustDomains: undefined,
        },
      })),
    }),
  };
}

/** What a rule opens to everybody, or undefined where it names callers or requests. */
export function opennessOf(
  rule: AuthorizationRule,
  dataPlane: 'sidecar' | 'ambient',
): Openness | undefined {
  const read = dataPlane === 'ambient' ? withoutTrustDomains(rule) : rule;
  const { from = [], to = [], when = [] } = read;
  if (dataPlane === 'ambient' && isDropped(read)) {
    return undefined;
  }
  const conditions = when.filter(
    ({ key, values = [] }) =>
      values.length > 0 &&
      key !== 'destination.ip' &&
      !(ADDRESS_KEYS.has(key) && values.some(namesNobody)),
  );
  const portConditions = conditions.filter(
    ({ key }) => key === 'destination.port',
  );
  const anyCaller =
    from.length === 0 ||
    from.some(({ source }) => isUnlimited(source, dataPlane));
  if (!anyCaller || conditions.length > portConditions.length) {
    return undefined;
  }
  const openness = [
    portsOfOperations(to, dataPlane),
    ...portConditions.map(({ values = [] }) => numbers(values)),
  ].reduce(both);
  return openness === 'everything' || openness.length > 0
    ? openness
    : undefined;
}

function portsOfOperations(
  to: NonNullable<AuthorizationRule['to']>,
  dataPlane: 'sidecar' | 'ambient',
): Openness {
  return to.length === 0 ||
    to.some(({ operation }) => isUnlimited(operation, dataPlane))
    ? 'everything'
    : to.flatMap(({ operation = {} }) => {
        const { ports = [], ...others } = operation;
        return limits(others).length === 0 ? numbers(ports) : [];
      });
}

function both(left: Openness, right: Openness): Openness {
  if (left === 'everything') {
    return right;
  }
  return right === 'everything'
    ? left
    : left.filter(port => right.includes(port));
}

function numbers(values: readonly string[]): number[] {
  return values.map(Number).filter(Number.isInteger);
}

/**
 * The fields that name something, without those that every request satisfies.
 * A `not…` field names whom it keeps out and lets all others in: that is a
 * block list, and no default deny.
 */
function limits(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, values]) =>
    values === undefined ||
    values.length === 0 ||
    name.startsWith('not') ||
    values.some(value => MATCHES_ALL[name]?.(value))
      ? []
      : [name],
  );
}

/** Whether ztunnel never gets an ALLOW rule, because something in it needs HTTP. */
function isDropped({ from = [], to = [], when = [] }: AuthorizationRule) {
  return (
    when.some(({ key }) => !ZTUNNEL_KEYS.has(key)) ||
    [
      ...from.map(({ source = {} }) => namesIn(source)),
      ...to.map(({ operation = {} }) => namesIn(operation)),
    ].some(names => names.some(name => !ZTUNNEL_FIELDS.has(name)))
  );
}

/** The fields that hold at least one value. */
function namesIn(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, values]) =>
    values !== undefined && values.length > 0 ? [name] : [],
  );
}

/**
 * Whether an item of `from` or `to` matches every request. To a sidecar an item
 * that says nothing is one; to ztunnel it matches nothing, and a rule with an
 * HTTP field is dropped whole.
 */
function isUnlimited(
  fields: Fields | undefined,
  dataPlane: 'sidecar' | 'ambient',
): boolean {
  if (fields === undefined) {
    return true;
  }
  if (limits(fields).length > 0) {
    return false;
  }
  const named = namesIn(fields);
  return dataPlane === 'sidecar' || named.length > 0;
}

/** What the rules of some ALLOW policies together open to everybody, if that is all that a pod has. */
export function openedBy(
  policies: readonly AuthorizationPolicy[],
  dataPlane: 'sidecar' | 'ambient',
  ports: readonly number[],
): Opening | undefined {
  const opening = policies.flatMap(policy =>
    (policy.spec?.rules ?? []).flatMap((rule, index) => {
      const openness = opennessOf(rule, dataPlane);
      const evidence: FieldValue = {
        object: referenceTo(policy),
        field: `spec.rules[${index}]`,
        value: rule,
      };
      return openness ? [{ openness, evidence }] : [];
    }),
  );
  const whole = opening.filter(({ openness }) => openness === 'everything');
  if (whole.length > 0) {
    return {
      state: 'open',
      opening: whole.map(({ evidence }) => evidence),
      ports: 'everything',
    };
  }
  const opened = opening.flatMap(({ openness }) =>
    openness === 'everything' ? [] : openness,
  );
  // Of a pod that declares no port, the ports that rules name are all that is known.
  const known = ports.length > 0 ? ports : [...new Set(opened)];
  return known.length > 0 && known.every(port => opened.includes(port))
    ? {
        state: 'open',
        opening: opening.map(({ evidence }) => evidence),
        ports: [...known],
      }
    : undefined;
}
