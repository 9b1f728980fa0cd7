/** Sentences about the mesh that its controls share. */
import { Bypass } from '../../mesh/capture';
import { ClusterSnapshot, Workload, describeObject } from '../../snapshot';
import { isMeshInfrastructure } from '../../mesh/infrastructure';
import { Judgement } from '../control';

/** A clause as a sentence: `it uses hostNetwork` → `It uses hostNetwork.` */
export function asSentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

/** A clause that says why nobody can tell whether a way past the proxy is one. */
export function doubtOf({ kind, object, field, value }: Bypass): string {
  return kind === 'second-address-family'
    ? `${describeObject(
        object,
      )} has the address ${value} besides, and unless its proxy was told of dual stack (ISTIO_DUAL_STACK, which nothing here shows) connections to that address go past it`
    : `${describeObject(
        object,
      )} has the proxy bind it (${field}), and whether the application listens beyond 127.0.0.1 is not visible`;
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
