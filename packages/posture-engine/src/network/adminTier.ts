/**
 * What policies of the Admin tier (AdminNetworkPolicy, and ClusterNetworkPolicy
 * of that tier) change for a pod: what they let through that the policies
 * behind them refuse, and which of their denials never come to be asked.
 */
import {
  ClassSet,
  Connections,
  DecidingField,
  Direction,
  PodClass,
  PortSet,
  Relation,
  Relations,
  TierAnswer,
  TierRule,
  Universe,
  rulesOf,
} from '../decisions';
import { compare } from '../snapshot';
import { CoveringRule, coverage, keyOfField } from './ineffective/coverage';

/** A denial that is spoken too late. */
export interface LateDenial {
  denial: DecidingField;
  /** Those that let everything through before. */
  acceptedBy: readonly CoveringRule[];
}

export interface AdminChanges {
  /** Only what is let through although the policies behind would refuse it. */
  opened: Relation;
  namespaces: readonly OpenedNamespace[];
  /** What refuses it there, as far as it is a default deny. */
  closedBy: readonly DecidingField[];
  lateDenials: readonly LateDenial[];
}

const NOBODY = ClassSet.none;

/** What was found out of one network. */
interface Known {
  behind: Relations;
  changes: Map<Relation, AdminChanges | undefined>;
}

const knownOf = new WeakMap<Connections, Known>();

/** Computed once for all pods of which the same policies decide; undefined where no policy of the tier does. */
export function adminChangesOf(
  connections: Connections,
  podClass: PodClass,
  direction: Direction,
  isAdmin: (kind: string, name: string) => boolean,
): AdminChanges | undefined {
  const known = knownOf.get(connections) ?? {
    behind: Relations.create(connections.universe.everyone),
    changes: new Map<Relation, AdminChanges | undefined>(),
  };
  knownOf.set(connections, known);
  const relation = connections.relation(podClass, direction);
  if (!known.changes.has(relation)) {
    const answers = connections.answers(podClass, direction);
    const admin = answers.filter(answer =>
      rulesOf(answer).some(
        ({ decidedBy }) =>
          decidedBy && isAdmin(decidedBy.object.kind, decidedBy.object.name),
      ),
    );
    const behind = answers.filter(answer => !admin.includes(answer));
    known.changes.set(
      relation,
      admin.length === 0
        ? undefined
        : changes(connections.universe, admin, behind, {
            relation,
            relationBehind: known.behind.of(behind),
          }),
    );
  }
  return known.changes.get(relation);
}

function changes(
  universe: Universe,
  admin: readonly TierAnswer[],
  behind: readonly TierAnswer[],
  relations: { relation: Relation; relationBehind: Relation },
): AdminChanges {
  const { relation, relationBehind } = relations;
  const opened = admin.flatMap(rulesOf).some(({ effect }) => effect === 'allow')
    ? difference(relation, relationBehind)
    : [];
  return {
    opened,
    namespaces:
      opened.length > 0
        ? namespacesIn(universe, opened, relation).sort((left, right) =>
            compare(left.namespace, right.namespace),
          )
        : [],
    closedBy: behind.flatMap(({ otherwise }) =>
      otherwise.effect === 'deny' ? otherwise.decidedBy : [],
    ),
    lateDenials: lateDenialsOf(admin.flatMap(({ rules }) => rules)),
  };
}

/** What the first lets through and the second surely does not. */
function difference(first: Relation, second: Relation): Relation {
  return first.flatMap(({ ports, allowed }) => {
    const parts = second.map(entry => {
      const others = [
        entry.allowed,
        entry.unknown,
        ...entry.conditional.map(({ peers }) => peers),
      ];
      return {
        ports: ports.intersect(entry.ports),
        allowed: others.reduce((rest, set) => rest.subtract(set), allowed),
      };
    });
    return [
      ...parts,
      {
        ports: ports.subtract(PortSet.union(second.map(entry => entry.ports))),
        allowed,
      },
    ]
      .filter(part => !part.ports.isEmpty && !part.allowed.isEmpty)
      .map(part => ({ ...part, unknown: NOBODY, conditional: [] }));
  });
}

/** Those of which earlier rules that let through leave nothing. Of rivals nobody knows which comes first. */
function lateDenialsOf(rules: TierAnswer['rules']): LateDenial[] {
  const accepted: TierRule[] = [];
  const denials = new Map<string, LateDenial & { isLate: boolean }>();
  for (const rule of rules) {
    if ('rivals' in rule || !rule.decidedBy) {
      continue;
    }
    if (rule.effect === 'allow') {
      accepted.push(rule);
    } else if (rule.effect === 'deny') {
      const { isLeft, coveredBy } = coverage(rule, accepted);
      const key = keyOfField(rule.decidedBy);
      const before = denials.get(key);
      denials.set(key, {
        denial: rule.decidedBy,
        acceptedBy: [...(before?.acceptedBy ?? []), ...coveredBy],
        isLate: (before?.isLate ?? true) && !isLeft,
      });
    }
  }
  return [...denials.values()].filter(
    ({ isLate, acceptedBy }) => isLate && acceptedBy.length > 0,
  );
}

/** A namespace all of whose pods are let through, some of them only by the tier. */
export interface OpenedNamespace {
  namespace: string;
  ports: PortSet;
  /** One of its pods that the policies behind would refuse. */
  member: PodClass;
}

/** The pod's own namespace may be among them. */
function namespacesIn(
  universe: Universe,
  opened: Relation,
  relation: Relation,
): OpenedNamespace[] {
  const open = ClassSet.union(opened.map(({ allowed }) => allowed));
  return [...classesByNamespace(universe)].flatMap(([namespace, classes]) => {
    const member = classes.find(({ id }) => open.has(id));
    if (!member) {
      return [];
    }
    const ports = classes.reduce(
      (rest, { id }) => rest.intersect(portsFor(relation, id)),
      PortSet.union(classes.map(({ id }) => portsFor(opened, id))),
    );
    return ports.isEmpty ? [] : [{ namespace, ports, member }];
  });
}

function portsFor(relation: Relation, id: number): PortSet {
  return PortSet.union(
    relation.filter(({ allowed }) => allowed.has(id)).map(({ ports }) => ports),
  );
}

const knownNamespaces = new WeakMap<
  Universe,
  ReadonlyMap<string, readonly PodClass[]>
>();

/** Pods on their node's network are nobody's in particular. */
function classesByNamespace(
  universe: Universe,
): ReadonlyMap<string, readonly PodClass[]> {
  const found = knownNamespaces.get(universe);
  if (found) {
    return found;
  }
  const namespaces = new Map<string, Set<PodClass>>();
  for (const podClass of universe.podClasses) {
    for (const { namespace } of podClass.hostNetwork ? [] : podClass.pods) {
      const classes = namespaces.get(namespace) ?? new Set();
      namespaces.set(namespace, classes.add(podClass));
    }
  }
  const lists = new Map(
    [...namespaces].map(([namespace, classes]) => [namespace, [...classes]]),
  );
  knownNamespaces.set(universe, lists);
  return lists;
}
