/**
 * Keeps the evaluation of one cluster up to date: judges the workloads that
 * entities have, and says of which the findings became others, so that only
 * those are written.
 */
import {
  ClusterSnapshot,
  Control,
  Judge,
  Workload,
} from '@backstage-zero-trust/posture-engine';
import type { CatalogEntity } from '../catalog/CatalogEntities';
import { WorkloadIndex } from '../catalog/entityWorkloads';
import type {
  ClusterEvaluation,
  EvaluatedEntity,
} from '../database/PostureStore';
import { createTurns } from '../turns';

export class ClusterJudge {
  static create(options: { controls: readonly Control[] }): ClusterJudge {
    return new ClusterJudge(Judge.create(options));
  }

  private constructor(private readonly judge: Judge) {}

  /**
   * The first evaluation holds all findings; a later one those that differ from
   * the one before, which must have been stored. Not to be called again before
   * the last call has ended.
   */
  async evaluate(
    snapshot: ClusterSnapshot,
    entities: readonly CatalogEntity[],
  ): Promise<Pick<ClusterEvaluation, 'workloads' | 'unchanged' | 'entities'>> {
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

    const workloads: ClusterEvaluation['workloads'][number][] = [];
    const unchanged: ClusterEvaluation['unchanged'][number][] = [];
    const turn = createTurns();
    for (const judged of this.judge.judgeEach(snapshot, [...owned])) {
      const { reference } = judged.workload;
      if (judged.changed) {
        workloads.push({ workload: reference, findings: judged.findings });
      } else {
        unchanged.push(reference);
      }
      await turn();
    }
    return { workloads, unchanged, entities: evaluated };
  }
}
