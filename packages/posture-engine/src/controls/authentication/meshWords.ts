/** Sentences about the mesh that its controls share. */
import { ClusterSnapshot, Workload } from '../../snapshot';
import { isMeshInfrastructure } from '../../mesh/infrastructure';
import { Judgement } from '../control';

/** A clause as a sentence: `it uses hostNetwork` → `It uses hostNetwork.` */
export function asSentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

/** The judgement of the mesh's own parts, or undefined for every other workload. */
export function ofInfrastructure(
  workload: Workload,
  snapshot: ClusterSnapshot,
): Judgement | undefined {
  return isMeshInfrastructure(workload, snapshot)
    ? {
        verdict: 'not-applicable',
        message: `${workload.reference.name} is a part of the mesh itself, which cannot stand in its own data plane.`,
        evidence: [
          {
            object: workload.object,
            field: 'metadata.name',
            value: workload.reference.name,
          },
        ],
      }
    : undefined;
}
