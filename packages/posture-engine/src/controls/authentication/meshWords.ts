/** Sentences about the mesh that its controls share. */
import { Bypass } from '../../mesh/capture';
import { PodDataPlane } from '../../mesh/dataPlane';
import { ClusterSnapshot, Workload, describeObject } from '../../snapshot';
import { isMeshInfrastructure } from '../../mesh/infrastructure';
import { Judgement } from '../control';

/** A clause as a sentence: `it uses hostNetwork` → `It uses hostNetwork.`; a word such as `mTLS` stays as it is. */
export function asSentence(clause: string): string {
  return /^[a-z][A-Z]/.test(clause)
    ? `${clause}.`
    : `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
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

/** The judgement of a pod that no proxy of a mesh stands before, where the question is about that proxy; undefined for all others. */
export function notInMesh(
  workload: Workload,
  membership: PodDataPlane,
  snapshot: ClusterSnapshot,
): Judgement | undefined {
  const { name } = workload.reference;
  const { evidence } = membership;
  if (membership.gateway) {
    return {
      verdict: 'not-applicable',
      message: `${name} is a gateway: it is a proxy itself, and has none before it.`,
      evidence,
    };
  }
  if (membership.undecided !== undefined) {
    const missing = snapshot.coverage.gap('Namespace')?.missing;
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${name}: ${membership.undecided}.`,
      evidence: [],
      ...(missing ? { missing: [missing] } : {}),
    };
  }
  return membership.dataPlane === 'none'
    ? {
        verdict: 'not-applicable',
        message: `Outside the mesh this does not arise for ${name}: it has no proxy (AN-1).`,
        evidence,
      }
    : undefined;
}
