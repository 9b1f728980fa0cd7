/** Judges one cluster's snapshot for the entities of the catalog. */
import { setImmediate } from 'node:timers/promises';
import {
  ClusterSnapshot,
  Control,
  Finding,
  Workload,
  WorkloadReference,
  judge,
} from '@backstage-zero-trust/posture-engine';
import type { CatalogEntity } from '../catalog/CatalogEntities';
import { WorkloadIndex } from '../catalog/entityWorkloads';
import type {
  ClusterEvaluation,
  EvaluatedEntity,
} from '../database/PostureStore';

export interface EvaluateClusterOptions {
  snapshot: ClusterSnapshot;
  entities: readonly CatalogEntity[];
  controls: readonly Control[];
}

/** A server that judges a large cluster goes on answering requests: it pauses for them this often. */
const MILLISECONDS_AT_ONCE = 20;

/** Only workloads that an entity has are judged. */
export async function evaluateCluster({
  snapshot,
  entities,
  controls,
}: EvaluateClusterOptions): Promise<
  Pick<ClusterEvaluation, 'workloads' | 'entities'>
> {
  const index = WorkloadIndex.create(snapshot);
  const owned = new Set<Workload>();
  const evaluated: EvaluatedEntity[] = [];
  for (const { selector, ...entity } of entities) {
    const workloads = index.select(selector);
    if (workloads.length > 0) {
      evaluated.push({
        ...entity,
        workloads: workloads.map(({ reference }) => reference),
      });
      for (const workload of workloads) {
        owned.add(workload);
      }
    }
  }

  const judged: { workload: WorkloadReference; findings: Finding[] }[] = [];
  let pausedAt = performance.now();
  for (const workload of owned) {
    judged.push({
      workload: workload.reference,
      findings: judge(snapshot, { controls, workloads: [workload] }),
    });
    if (performance.now() - pausedAt > MILLISECONDS_AT_ONCE) {
      await setImmediate();
      pausedAt = performance.now();
    }
  }
  return { workloads: judged, entities: evaluated };
}
