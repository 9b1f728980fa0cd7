/** Which answers a change can touch: what a control needs says what its answers depend on. */
import { Control, Need } from '../controls/control';
import { linkerdMeshOf } from '../mesh/linkerd';
import { meshOf } from '../mesh/mesh';
import { ClusterSnapshot, KindName, Workload, sameValue } from '../snapshot';

/** The namespaces whose workloads have to be asked again. */
export type Stale = 'all' | ReadonlySet<string>;

/** All pods must have been seen, or nothing is known of what runs. */
export const PODS: Need = { kind: 'Pod', in: 'namespace' };

/** The namespaces in which the answers of a control may be others than before. */
export function staleNamespaces(
  control: Control,
  before: ClusterSnapshot | undefined,
  now: ClusterSnapshot,
): Stale {
  if (!before || before === now) {
    return before ? new Set() : 'all';
  }
  const changes = changesBetween(before, now);
  if (changes === 'all') {
    return 'all';
  }
  const sameCoverage = ({ kind }: Need) =>
    sameValue(before.coverage.kinds[kind], now.coverage.kinds[kind]);
  if (![PODS, ...control.needs].every(sameCoverage)) {
    return 'all';
  }
  const { facts, isIdle } = control;
  const stale = new Set<string>();
  if (isIdle && before.derive(isIdle) && now.derive(isIdle)) {
    return stale;
  }
  if (facts && !sameValue(before.derive(facts), now.derive(facts))) {
    return 'all';
  }
  for (const need of control.needs) {
    for (const namespace of changes.get(need.kind) ?? []) {
      const root = now.derive(meshOf).rootNamespace;
      const countsEverywhere =
        need.in === 'cluster' && need.elsewhere !== 'facts';
      if (countsEverywhere || (need.in === 'mesh' && namespace === root)) {
        return 'all';
      }
      stale.add(namespace);
    }
  }
  return stale;
}

type Changes = 'all' | ReadonlyMap<KindName, ReadonlySet<string>>;

/** By the later snapshot; all controls of a pass ask the same. */
const changesOf = new WeakMap<
  ClusterSnapshot,
  { before: ClusterSnapshot; changes: Changes }
>();

function changesBetween(
  before: ClusterSnapshot,
  now: ClusterSnapshot,
): Changes {
  const known = changesOf.get(now);
  if (known?.before === before) {
    return known.changes;
  }
  const comparable =
    before.cluster === now.cluster &&
    sameValue(before.settings, now.settings) &&
    sameValue(before.derive(meshOf), now.derive(meshOf)) &&
    sameValue(before.derive(linkerdMeshOf), now.derive(linkerdMeshOf)) &&
    sameValue(before.coverage.problems, now.coverage.problems);
  const changes = comparable
    ? new Map(now.changesSince(before)).set(
        'Namespace',
        changedNamespaces(before, now),
      )
    : 'all';
  changesOf.set(now, { before, changes });
  return changes;
}

/** By name: they are in no namespace but the one that they are. */
function changedNamespaces(
  before: ClusterSnapshot,
  now: ClusterSnapshot,
): ReadonlySet<string> {
  const names = [before, now].flatMap(snapshot =>
    snapshot.all('Namespace').map(({ metadata: { name } }) => name),
  );
  return new Set(
    names.filter(
      name => before.get('Namespace', name) !== now.get('Namespace', name),
    ),
  );
}

export function isStale(
  stale: Stale,
  { reference: { namespace } }: Workload,
): boolean {
  return stale === 'all' || stale.has(namespace);
}
