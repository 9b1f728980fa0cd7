/**
 * Which callers and ports the AuthorizationPolicies of some namespaces can tell
 * apart: those that they name. Callers that no policy names are all alike to
 * the proxies that read them.
 */
import { ClusterSnapshot, remembered } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { policiesIn } from '../authorizationPolicy';
import { serviceAccountOf } from '../authorization/principals';

export interface WrittenNames {
  /** `namespace/account` */
  accounts: ReadonlySet<string>;
  namespaces: ReadonlySet<string>;
  /** A pattern is among them, so that any two callers may differ. */
  patterns: boolean;
  /** Blocks of addresses, as written. */
  blocks: ReadonlySet<string>;
  ports: ReadonlySet<number>;
}

interface Draft extends WrittenNames {
  accounts: Set<string>;
  namespaces: Set<string>;
  blocks: Set<string>;
  ports: Set<number>;
}

type Values = readonly string[] | undefined;

/** By the names of `source`, `operation`, and the keys of `when`. */
const READERS: ReadonlyMap<
  string,
  (value: string, names: Draft, policyNamespace: string) => void
> = new Map([
  ['principals', addPrincipal],
  ['source.principal', addPrincipal],
  ['namespaces', addNamespace],
  ['source.namespace', addNamespace],
  ['serviceAccounts', addAccount],
  ['source.serviceAccount', addAccount],
  ['ports', addPort],
  ['destination.port', addPort],
  ...[
    'ipBlocks',
    'remoteIpBlocks',
    'source.ip',
    'remote.ip',
    'destination.ip',
  ].map(field => [field, addBlock] as const),
]);

/** A `*` alone means everybody who is identified, and tells nobody apart. */
function isPattern(value: string): boolean {
  return value.includes('*') && value !== '*';
}

function addPrincipal(value: string, names: Draft): void {
  const [, , namespace, , account] = value.split('/');
  if (isPattern(value)) {
    names.patterns = true;
  } else if (account !== undefined) {
    names.accounts.add(`${namespace}/${account}`);
  }
}

function addNamespace(value: string, names: Draft): void {
  if (isPattern(value)) {
    names.patterns = true;
  } else {
    names.namespaces.add(value);
  }
}

function addAccount(
  value: string,
  names: Draft,
  policyNamespace: string,
): void {
  const { namespace, account } = serviceAccountOf(value, policyNamespace);
  names.accounts.add(`${namespace}/${account}`);
}

function addPort(value: string, { ports }: Draft): void {
  ports.add(Number(value));
}

function addBlock(value: string, { blocks }: Draft): void {
  blocks.add(value);
}

/** What one policy names, read once. */
const known = new WeakMap<AuthorizationPolicy, WrittenNames>();

export function namesIn(policy: AuthorizationPolicy): WrittenNames {
  let names = known.get(policy);
  if (!names) {
    names = readNames(policy);
    known.set(policy, names);
  }
  return names;
}

function readNames({ metadata, spec }: AuthorizationPolicy): WrittenNames {
  const names = emptyNames();
  const read = (field: string, values: Values = []) => {
    const reader = READERS.get(field);
    values.forEach(value =>
      reader?.(value, names, metadata.namespace ?? 'default'),
    );
  };
  for (const { from = [], to = [], when = [] } of spec?.rules ?? []) {
    const items = [
      ...from.map(({ source }) => source),
      ...to.map(({ operation }) => operation),
    ];
    for (const [field, values] of items.flatMap(item =>
      Object.entries<Values>(item ?? {}),
    )) {
      read(positive(field), values);
    }
    for (const { key, values, notValues } of when) {
      read(key, values);
      read(key, notValues);
    }
  }
  return names;
}

function positive(field: string): string {
  return field.startsWith('not')
    ? `${field.charAt(3).toLowerCase()}${field.slice(4)}`
    : field;
}

function emptyNames(): Draft {
  return {
    accounts: new Set(),
    namespaces: new Set(),
    patterns: false,
    blocks: new Set(),
    ports: new Set(),
  };
}

const namesAmong = remembered((policies: readonly AuthorizationPolicy[]) =>
  joinNames(policies.map(namesIn)),
);

/** Of all policies of a namespace, whomever they select. */
export function writtenNamesIn(
  snapshot: ClusterSnapshot,
  namespace: string,
): WrittenNames {
  return namesAmong(policiesIn(namespace, snapshot));
}

export function joinNames(parts: readonly WrittenNames[]): WrittenNames {
  const names = emptyNames();
  for (const part of parts) {
    part.accounts.forEach(account => names.accounts.add(account));
    part.namespaces.forEach(namespace => names.namespaces.add(namespace));
    part.ports.forEach(port => names.ports.add(port));
    names.patterns ||= part.patterns;
    part.blocks.forEach(block => names.blocks.add(block));
  }
  return names;
}
