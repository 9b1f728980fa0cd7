/** Who holds rights that let him act as a workload, and by which bindings and rules. */
import { ClusterSnapshot, compare } from '../../snapshot';
import {
  Grant,
  RbacSubject,
  clusterGrants,
  namespaceGrants,
} from '../rbac/grants';
import { EffectiveRule, rulesOf } from '../rbac/roles';
import { STANDINGS, Standing, acceptanceOf, standingOf } from './standing';
import { surroundingsOf } from './surroundings';
import { Ask, Match, Victim, WAYS, Way, matchesOf } from './ways';

/** One right of several that a way takes. */
export interface HeldRight {
  subject: RbacSubject;
  grant: Grant;
  rule: EffectiveRule;
}

export interface HeldWay {
  way: Way;
  rights: readonly HeldRight[];
}

export interface Holder {
  subject: Pick<RbacSubject, 'kind' | 'name'>;
  standing: Standing;
  /** In the order of {@link WAYS}; not empty. */
  ways: readonly HeldWay[];
}

export interface Question {
  namespace: string;
  account: string;
  /** Whether there is a Secret with a token of the account. */
  hasToken: boolean;
  /** Whether bindings that somebody has accepted count too. */
  withAccepted: boolean;
}

/** Everybody who can act as an account: the worst standing first, then by kind and name. */
export function holdersOf(
  snapshot: ClusterSnapshot,
  { namespace, ...options }: Question,
): readonly Holder[] {
  const cluster = snapshot.derive(clusterAnswers);
  const local = snapshot.deriveIn(namespace, answersIn);
  const everywhere = remembered(cluster, options, () =>
    findHolders(snapshot, cluster.held, new Map(), options),
  );
  if (local.held.size === 0) {
    return everywhere;
  }
  return remembered(local, options, () =>
    sorted([
      ...everywhere.filter(({ subject }) => !local.held.has(keyOf(subject))),
      ...findHolders(snapshot, cluster.held, local.held, options),
    ]),
  );
}

export function victimOf(
  snapshot: ClusterSnapshot,
  victim: { namespace: string; account: string },
): Victim {
  const { rootNamespace } = snapshot.derive(surroundingsOf);
  return { ...victim, rootNamespace };
}

type Part = readonly Ask[];
type Parts = ReadonlyMap<Part, readonly Match<EffectiveRule>[]>;

/** A grant that holds part of some way, as one of its subjects has it. */
interface Held {
  subject: RbacSubject;
  grant: Grant;
  parts: Parts;
  /** Of the mesh's root namespace, and so for what is asked there only. */
  isOfRoot?: boolean;
}

type BySubject = ReadonlyMap<string, readonly Held[]>;
type Options = Omit<Question, 'namespace'>;

/** Where rights are held, and what was found out with them. */
interface Answers {
  held: BySubject;
  /** All accounts that some rule names. */
  accounts: ReadonlySet<string>;
  known: Map<string, readonly Holder[]>;
}

/** Most accounts are in no resourceNames, and then all have the same answer. */
function remembered(
  { accounts, known }: Answers,
  { account, hasToken, withAccepted }: Options,
  find: () => readonly Holder[],
): readonly Holder[] {
  const key = `${
    accounts.has(account) ? account : ''
  }/${hasToken}/${withAccepted}`;
  let holders = known.get(key);
  if (!holders) {
    holders = find();
    known.set(key, holders);
  }
  return holders;
}

function answersOf(held: BySubject, named: Iterable<string> = []): Answers {
  const accounts = [...held.values()]
    .flat()
    .flatMap(({ parts }) => [...parts.values()].flat())
    .flatMap(match => match.accounts ?? []);
  return {
    held,
    accounts: new Set([...accounts, ...named]),
    known: new Map(),
  };
}

function clusterAnswers(snapshot: ClusterSnapshot): Answers {
  const { rootNamespace } = snapshot.derive(surroundingsOf);
  return answersOf(
    bySubject([
      ...heldBy(snapshot.derive(clusterGrants)),
      ...heldBy(snapshot.deriveIn(rootNamespace, namespaceGrants)).map(
        held => ({ ...held, isOfRoot: true }),
      ),
    ]),
  );
}

function answersIn(snapshot: ClusterSnapshot, namespace: string): Answers {
  return answersOf(
    bySubject(heldBy(snapshot.deriveIn(namespace, namespaceGrants))),
    snapshot.derive(clusterAnswers).accounts,
  );
}

/** Of the subjects that hold something locally, or of all that hold something at all where nothing is local. */
function findHolders(
  snapshot: ClusterSnapshot,
  everywhere: BySubject,
  local: BySubject,
  { account, hasToken, withAccepted }: Options,
): Holder[] {
  const surroundings = snapshot.derive(surroundingsOf);
  const ways = WAYS.filter(
    ({ where }) =>
      where === undefined ||
      (where === 'token-secret' ? hasToken : surroundings[where]),
  );
  const counting = (held: readonly Held[] = []) =>
    withAccepted
      ? held
      : held.filter(
          ({ grant, subject }) =>
            acceptanceOf(snapshot, grant, subject) === undefined,
        );
  const keys = (local.size > 0 ? local : everywhere).keys();
  const holders = [...keys].flatMap((key): Holder[] => {
    const held = counting(everywhere.get(key));
    const across = held.filter(({ isOfRoot }) => !isOfRoot);
    const scopes: Record<Way['in'], readonly Held[]> = {
      cluster: across,
      namespace: [...across, ...counting(local.get(key))],
      root: held,
    };
    const found = ways.flatMap(
      way => heldWay(snapshot, way, scopes[way.in], account) ?? [],
    );
    const [subject] = found.map(({ rights }) => rights[0].subject);
    return subject
      ? [{ subject, standing: standingOf(snapshot, subject), ways: found }]
      : [];
  });
  return sorted(holders);
}

function sorted(holders: readonly Holder[]): Holder[] {
  const rank = ({ standing }: Holder) => STANDINGS.indexOf(standing);
  return [...holders].sort(
    (left, right) =>
      rank(left) - rank(right) ||
      compare(keyOf(left.subject), keyOf(right.subject)),
  );
}

function heldWay(
  snapshot: ClusterSnapshot,
  way: Way,
  held: readonly Held[],
  account: string,
): HeldWay | undefined {
  const rights: HeldRight[] = [];
  for (const part of way.parts) {
    const right = rightFor(snapshot, part, held, account);
    if (!right) {
      return undefined;
    }
    rights.push(right);
  }
  return { way, rights };
}

function rightFor(
  snapshot: ClusterSnapshot,
  part: Part,
  held: readonly Held[],
  account: string,
): HeldRight | undefined {
  for (const { subject, grant, parts } of held) {
    const match = parts
      .get(part)
      ?.find(
        ({ accounts, roles }) =>
          (accounts?.includes(account) ?? true) &&
          (roles?.some(name => isWorthBinding(snapshot, name)) ?? true),
      );
    if (match) {
      return { subject, grant, rule: match.rule };
    }
  }
  return undefined;
}

function keyOf({ kind, name }: Pick<RbacSubject, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

function bySubject(held: readonly Held[]): BySubject {
  const result = new Map<string, Held[]>();
  for (const one of held) {
    const key = keyOf(one.subject);
    const list = result.get(key) ?? [];
    list.push(one);
    result.set(key, list);
  }
  return result;
}

function heldBy(grants: readonly Grant[]): Held[] {
  return grants.flatMap(grant => {
    const parts = partsOf(grant.rules);
    return parts.size > 0
      ? grant.subjects.map(subject => ({ subject, grant, parts }))
      : [];
  });
}

const PARTS: readonly Part[] = WAYS.flatMap(({ parts }) => parts);

/** By the rules of a role, which bindings and snapshots share. */
const partsByRules = new WeakMap<readonly EffectiveRule[], Parts>();

function partsOf(rules: readonly EffectiveRule[]): Parts {
  let parts = partsByRules.get(rules);
  if (!parts) {
    parts = new Map(
      PARTS.flatMap(part => {
        const matches = matchesOf(rules, part);
        return matches.length > 0 ? [[part, matches] as const] : [];
      }),
    );
    partsByRules.set(rules, parts);
  }
  return parts;
}

/** Whether a ClusterRole by itself makes whoever binds himself to it a holder. */
function isWorthBinding(snapshot: ClusterSnapshot, name: string): boolean {
  const role = snapshot.get('ClusterRole', name);
  const held = role && partsOf(rulesOf(snapshot, role));
  return (
    held !== undefined &&
    WAYS.some(({ parts }) => parts.every(part => held.has(part)))
  );
}
