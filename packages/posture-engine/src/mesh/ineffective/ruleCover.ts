/**
 * Whether one rule matches all that another matches, told from what they say.
 * True only where it is certain, whichever proxy reads them; rules that a proxy
 * drops must not be asked about.
 */
import { AuthorizationRule } from '../../snapshot/kinds';
import { blockOf } from '../authorization/addresses';
import { serviceAccountOf } from '../authorization/principals';

export interface RuleInPlace {
  rule: AuthorizationRule;
  /** That of its policy, in which bare names of accounts are. */
  namespace: string;
}

type Values = readonly string[] | undefined;
type Fields = Readonly<Record<string, Values>>;

/** `emptyMatches`: whether an item that says nothing matches everything, as it does but for ztunnel. */
export function covers(
  wide: RuleInPlace,
  narrow: RuleInPlace,
  emptyMatches: boolean,
): boolean {
  const implied = (wider: Fields, narrower: Fields) =>
    (emptyMatches || Object.values(wider).some(isGiven)) &&
    impliesFields(narrower, wider, narrow.namespace, wide.namespace);
  return (
    coversItems(
      (wide.rule.from ?? []).map(({ source = {} }) => source),
      (narrow.rule.from ?? []).map(({ source = {} }) => source),
      implied,
    ) &&
    coversItems(
      (wide.rule.to ?? []).map(({ operation = {} }) => operation),
      (narrow.rule.to ?? []).map(({ operation = {} }) => operation),
      implied,
    ) &&
    (wide.rule.when ?? []).every(condition =>
      (narrow.rule.when ?? []).some(
        ({ key, values, notValues }) =>
          key === condition.key &&
          allCovered('condition', values, condition.values) &&
          allExcluded('condition', notValues, condition.notValues),
      ),
    )
  );
}

/** A list without items asks for nothing. */
function coversItems(
  wide: readonly Fields[],
  narrow: readonly Fields[],
  implied: (wider: Fields, narrower: Fields) => boolean,
): boolean {
  return (
    wide.length === 0 ||
    (narrow.length > 0 &&
      narrow.every(item => wide.some(wider => implied(wider, item))))
  );
}

function isGiven(values: Values): boolean {
  return (values ?? []).length > 0;
}

function impliesFields(
  narrow: Fields,
  wide: Fields,
  narrowNamespace: string,
  wideNamespace: string,
): boolean {
  return Object.entries(wide).every(([name, values]) => {
    if (!isGiven(values)) {
      return true;
    }
    if (name.startsWith('not')) {
      return allExcluded(subjectOf(name), narrow[name], values);
    }
    const resolve = (field: string, given: Values, namespace: string) =>
      field === 'serviceAccounts'
        ? given?.map(value => qualified(value, namespace))
        : given;
    return (
      allCovered(
        name,
        resolve(name, narrow[name], narrowNamespace),
        resolve(name, values, wideNamespace),
      ) || impliesIdentity(name, values, narrow, narrowNamespace)
    );
  });
}

function subjectOf(name: string): string {
  return `${name[3].toLowerCase()}${name.slice(4)}`;
}

function qualified(value: string, policyNamespace: string): string {
  const { namespace, account } = serviceAccountOf(value, policyNamespace);
  return `${namespace}/${account}`;
}

/** A principal, or an account, is in a namespace. */
function impliesIdentity(
  name: string,
  wide: Values,
  { principals, serviceAccounts }: Fields,
  namespace: string,
): boolean {
  const named = [
    principals?.map(namespaceOfPrincipal),
    serviceAccounts?.map(value => serviceAccountOf(value, namespace).namespace),
  ];
  return (
    name === 'namespaces' &&
    named.some(
      namespaces => isGiven(namespaces) && allCovered(name, namespaces, wide),
    )
  );
}

/** A text that nothing covers, where no single namespace is meant. */
function namespaceOfPrincipal(principal: string): string {
  const [, ns, namespace, sa, account] = principal.split('/');
  return ns === 'ns' && sa === 'sa' && account && !namespace.includes('*')
    ? namespace
    : '{}';
}

/** Whether whatever has one of the narrow values has one of the wide ones. */
function allCovered(field: string, narrow: Values, wide: Values): boolean {
  return (
    !isGiven(wide) ||
    (isGiven(narrow) &&
      (narrow ?? []).every(value =>
        (wide ?? []).some(pattern => isCovered(field, value, pattern)),
      ))
  );
}

/** Whether whatever is none of the narrow values is none of the wide ones. */
function allExcluded(field: string, narrow: Values, wide: Values): boolean {
  return (wide ?? []).every(value =>
    (narrow ?? []).some(pattern => isCovered(field, value, pattern)),
  );
}

const BLOCKS: ReadonlySet<string> = new Set(['ipBlocks', 'remoteIpBlocks']);

function isCovered(field: string, value: string, pattern: string): boolean {
  if (value === pattern) {
    return true;
  }
  if (BLOCKS.has(field)) {
    const [inner, outer] = [blockOf(value), blockOf(pattern)];
    return (
      inner !== undefined &&
      outer !== undefined &&
      outer.from <= inner.from &&
      inner.to <= outer.to
    );
  }
  if (field === 'ports' || /[{}]/.test(`${value}${pattern}`)) {
    return false;
  }
  if (pattern === '*') {
    return true;
  }
  // Of namespaces a sidecar compares a suffix otherwise than ztunnel does.
  return pattern.endsWith('*')
    ? !value.startsWith('*') && value.startsWith(pattern.slice(0, -1))
    : pattern.startsWith('*') &&
        field !== 'namespaces' &&
        !value.endsWith('*') &&
        value.endsWith(pattern.slice(1));
}
