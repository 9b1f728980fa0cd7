/** Keeps the stored snapshot of one cluster up to date: what did not change since it was last stored costs nothing. */
import {
  ClusterSnapshot,
  Coverage,
  KINDS,
  sameValue,
} from '@backstage-zero-trust/posture-engine';
import type { PostureChange } from '../database/PostureStore';
import type { SnapshotStore } from '../database/SnapshotStore';
import { digestOf } from '../database/rows';
import { createTurns } from '../turns';
import { SnapshotPart, SnapshotPlan } from './snapshotParts';
import type { Snapshots } from './Snapshots';

export interface SnapshotUpkeepOptions {
  cluster: string;
  store: Pick<SnapshotStore, 'save'>;
  /** Where this replica finds what it has itself. */
  snapshots: Pick<Snapshots, 'hold' | 'release'>;
  /** The replica that holds the cluster's lease. */
  holder: string;
}

interface Stored {
  snapshot: ClusterSnapshot;
  digests: ReadonlyMap<string, string>;
}

export class SnapshotUpkeep {
  readonly #options: SnapshotUpkeepOptions;
  /** Undefined where nobody knows what is stored. */
  #stored: Stored | undefined;

  static create(options: SnapshotUpkeepOptions): SnapshotUpkeep {
    return new SnapshotUpkeep(options);
  }

  private constructor(options: SnapshotUpkeepOptions) {
    this.#options = options;
  }

  /**
   * Not to be called again before the last call has ended. Throws where the
   * store does. What it returns names the entities about which other answers
   * may be given than before.
   */
  async update(snapshot: ClusterSnapshot): Promise<PostureChange | undefined> {
    const { cluster, store, snapshots, holder } = this.#options;
    const before = this.#stored;
    this.#stored = undefined;
    const plan = SnapshotPlan.create(snapshot);
    const touched = before && plan.touchedSince(before.snapshot);
    const digests = new Map<string, string>();
    const parts: SnapshotPart[] = [];
    const turn = createTurns();
    for (const name of plan.names()) {
      const known = touched?.has(name) ? undefined : before?.digests.get(name);
      if (known === undefined) {
        const part = plan.write(name);
        parts.push(part);
        digests.set(name, part.digest);
        await turn();
      } else {
        digests.set(name, known);
      }
    }
    const head = plan.head(digests);
    const digest = digestOf(JSON.stringify(head));
    const observedAt = snapshot.observedAt ?? new Date().toISOString();
    const concerns = before ? concernedBy(snapshot, before.snapshot) : 'all';
    const change = await store.save(
      { cluster, digest, observedAt, head, parts, concerns },
      holder,
    );
    this.#stored = { snapshot, digests };
    snapshots.hold({ snapshot, digest });
    return change;
  }

  /** This replica no longer has the cluster's newest snapshot. */
  stop(): void {
    this.#options.snapshots.release(this.#options.cluster);
  }
}

/** Objects of a mesh in one namespace decide about callers from all. */
const GROUPS_OF_MESHES = /(^|\.)(istio|linkerd)\.io$|^gateway\.networking\./;
/** Of whose changes the network's part is told with the connections. */
const MEMBERS: ReadonlySet<string> = new Set(['Pod', 'Service']);

function concernedBy(
  now: ClusterSnapshot,
  before: ClusterSnapshot,
): readonly string[] | 'all' {
  const concerned = new Set<string>();
  if (!sameCoverage(now.coverage, before.coverage)) {
    return 'all';
  }
  for (const [kind, namespaces] of now.changesSince(before)) {
    if (
      kind === 'Namespace' ||
      kind === 'ConfigMap' ||
      GROUPS_OF_MESHES.test(KINDS[kind].group)
    ) {
      return 'all';
    }
    if (MEMBERS.has(kind)) {
      namespaces.forEach(namespace => concerned.add(namespace));
    }
  }
  return [...concerned];
}

function sameCoverage(left: Coverage, right: Coverage): boolean {
  return (
    sameValue(left.kinds, right.kinds) &&
    sameValue(left.problems, right.problems)
  );
}
