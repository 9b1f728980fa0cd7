/**
 * The selectors of a policy and of its rules, put together from their parts as
 * `libcalico-go/lib/backend/syncersv1/updateprocessors` puts them: over one set
 * of labels, in which those of namespaces and service accounts have prefixes.
 */
import {
  NAMESPACE,
  NAMESPACE_PREFIX,
  SERVICE_ACCOUNT,
  SERVICE_ACCOUNT_PREFIX,
} from './endpointLabels';
import { CalicoSelector, allOf, leavesOf, mapLeaves, not } from './selector';
import { parseSelector } from './parseSelector';

export interface ScopedSelector {
  selector: CalicoSelector;
  /** Set where nothing outside of this namespace can match. */
  namespace?: string;
}

export type ReadSelector = ScopedSelector | { problem: string };

const IN_A_NAMESPACE: CalicoSelector = { kind: 'has', label: NAMESPACE };
const HAS_ACCOUNT: CalicoSelector = { kind: 'has', label: SERVICE_ACCOUNT };

export interface PolicySelectors {
  selector?: string;
  namespaceSelector?: string;
  serviceAccountSelector?: string;
}

/** Whom a policy applies to; `namespace` is that of a NetworkPolicy. */
export function policySelector(
  spec: PolicySelectors,
  namespace: string | undefined,
): ReadSelector {
  const fields = readAll({
    selector: spec.selector,
    serviceAccountSelector: spec.serviceAccountSelector,
    ...(namespace === undefined
      ? { namespaceSelector: spec.namespaceSelector }
      : {}),
  });
  if ('problem' in fields) {
    return fields;
  }
  const {
    selector: own,
    namespaceSelector: namespaces,
    serviceAccountSelector: accounts,
  } = fields.selectors;
  let parts = own ? [own] : [];
  if (namespaces) {
    parts.push(withPrefix(namespaces, NAMESPACE_PREFIX));
    // Calico replaces all() in the whole text, the policy's own selector included.
    parts = parts.map(limitAll(IN_A_NAMESPACE));
  }
  if (accounts) {
    parts.push(withPrefix(accounts, SERVICE_ACCOUNT_PREFIX));
    if (namespace === undefined) {
      parts = parts.map(limitAll(HAS_ACCOUNT));
    }
  }
  return scoped(parts, namespace);
}

export interface RuleSelectors {
  selector?: string;
  notSelector?: string;
  namespaceSelector?: string;
  serviceAccounts?: { names?: readonly string[]; selector?: string };
}

type ReadRule =
  | { some?: ScopedSelector; none?: CalicoSelector }
  | { problem: string };

/** A rule is read by all who want to know of it. */
const readRules = new WeakMap<
  RuleSelectors,
  { namespace: string | undefined; read: ReadRule }
>();

/**
 * The peers that a rule selects: undefined where it selects none by labels, so
 * that all match. As soon as a rule of a NetworkPolicy has any selector, it
 * stays in its own namespace unless namespaceSelector says otherwise. `none` is
 * what must not match.
 */
export function ruleSelectors(
  entity: RuleSelectors,
  namespace: string | undefined,
): ReadRule {
  const known = readRules.get(entity);
  if (known && known.namespace === namespace) {
    return known.read;
  }
  const read = readRule(entity, namespace);
  readRules.set(entity, { namespace, read });
  return read;
}

function readRule(
  entity: RuleSelectors,
  namespace: string | undefined,
): ReadRule {
  const fields = readAll(
    {
      selector: entity.selector,
      notSelector: entity.notSelector,
      namespaceSelector: entity.namespaceSelector,
      'serviceAccounts.selector': entity.serviceAccounts?.selector,
    },
    'namespaceSelector',
  );
  if ('problem' in fields) {
    return fields;
  }
  const {
    selector,
    notSelector: negative,
    namespaceSelector: byNamespace,
    'serviceAccounts.selector': byAccount,
  } = fields.selectors;
  const names = entity.serviceAccounts?.names ?? [];
  const parts: CalicoSelector[] = [
    ...(byAccount ? [withPrefix(byAccount, SERVICE_ACCOUNT_PREFIX)] : []),
    ...(names.length > 0
      ? [
          {
            kind: 'in',
            label: SERVICE_ACCOUNT,
            values: new Set(names),
          } as const,
        ]
      : []),
    ...(selector ? [selector] : []),
    ...(byNamespace ? [namespacesOf(byNamespace)] : []),
  ];
  const stays = !byNamespace && namespace !== undefined;
  return {
    ...(parts.length > 0 || (stays && negative)
      ? { some: scoped(parts, stays ? namespace : undefined) }
      : {}),
    ...(negative ? { none: negative } : {}),
  };
}

function scoped(
  parts: readonly CalicoSelector[],
  namespace: string | undefined,
): ScopedSelector {
  return namespace === undefined
    ? { selector: allOf(parts) }
    : {
        selector: allOf([
          { kind: 'equals', label: NAMESPACE, value: namespace },
          ...parts,
        ]),
        namespace,
      };
}

/** In namespaceSelector of a rule, all() is whatever is in a namespace, and global() what is in none. */
function namespacesOf(selector: CalicoSelector): CalicoSelector {
  return mapLeaves(withPrefix(selector, NAMESPACE_PREFIX), leaf => {
    switch (leaf.kind) {
      case 'all':
        return IN_A_NAMESPACE;
      case 'global':
        return not(IN_A_NAMESPACE);
      default:
        return leaf;
    }
  });
}

/** An empty text is no selector. Only the field `globalIn` may have global(), says Calico's validator; what is written past it is anybody's guess. */
function readAll<Field extends string>(
  fields: Readonly<Partial<Record<Field, string>>>,
  globalIn?: NoInfer<Field>,
): { selectors: Partial<Record<Field, CalicoSelector>> } | { problem: string } {
  const selectors: Partial<Record<Field, CalicoSelector>> = {};
  for (const [field, text] of Object.entries(fields) as [
    Field,
    string | undefined,
  ][]) {
    if (text) {
      const parsed = parseSelector(text);
      if ('problem' in parsed) {
        return { problem: `its ${field} ${parsed.problem}` };
      }
      if (field !== globalIn && hasGlobal(parsed.selector)) {
        return {
          problem: `its ${field} has global(), which only the namespaceSelector of a rule may have`,
        };
      }
      selectors[field] = parsed.selector;
    }
  }
  return { selectors };
}

function hasGlobal(selector: CalicoSelector): boolean {
  for (const { kind } of leavesOf(selector)) {
    if (kind === 'global') {
      return true;
    }
  }
  return false;
}

function withPrefix(selector: CalicoSelector, prefix: string): CalicoSelector {
  return mapLeaves(selector, leaf =>
    'label' in leaf ? { ...leaf, label: prefix + leaf.label } : leaf,
  );
}

function limitAll(
  limited: CalicoSelector,
): (selector: CalicoSelector) => CalicoSelector {
  return selector =>
    mapLeaves(selector, leaf => (leaf.kind === 'all' ? limited : leaf));
}
