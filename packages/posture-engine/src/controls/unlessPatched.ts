/**
 * A control whose pass rests on what Istio's policies make of a proxy. Where an
 * EnvoyFilter reaches into that proxy, nobody can tell whether they still do.
 */
import { dataPlaneOf } from '../mesh/dataPlane';
import { Patch, describePatch, patchBefore } from '../mesh/envoy';
import { requireMesh } from '../mesh/mesh';
import { ClusterSnapshot, Workload } from '../snapshot';
import { Control, Evidence, Judgement } from './control';

export function unlessPatched(control: Control): Control {
  return {
    ...control,
    needs: [
      ...control.needs,
      { kind: 'EnvoyFilter', in: 'mesh', optional: true },
      { kind: 'Namespace', in: 'namespace', optional: true },
    ],
    evaluate(workload, snapshot) {
      const judgements = control.evaluate(workload, snapshot);
      const doubt = judgements.some(({ verdict }) => verdict === 'pass')
        ? doubtOf(workload, snapshot)
        : undefined;
      return doubt
        ? judgements.map(judgement =>
            judgement.verdict === 'pass' ? doubt(judgement) : judgement,
          )
        : judgements;
    },
  };
}

type Doubt = (passed: Judgement) => Judgement;

function doubtOf(
  workload: Workload,
  snapshot: ClusterSnapshot,
): Doubt | undefined {
  const { name, namespace } = workload.reference;
  const pods = workload.pods.filter(
    pod => dataPlaneOf(workload, pod, snapshot).dataPlane === 'sidecar',
  );
  if (pods.length === 0) {
    return undefined;
  }
  const { rootNamespace } = requireMesh(snapshot);
  const gap = snapshot.coverage.gap('EnvoyFilter', [namespace, rootNamespace]);
  if (gap) {
    return ({ port }) => ({
      verdict: 'unknown',
      ...(port === undefined ? {} : { port }),
      message: `Cannot be told: EnvoyFilters may change the proxy of ${name} itself, and ${gap.reason}.`,
      evidence: [],
      ...(gap.missing ? { missing: [gap.missing] } : {}),
    });
  }
  for (const pod of pods) {
    const patch = patchBefore(pod, 'SIDECAR_INBOUND', snapshot);
    if (patch) {
      return ({ port, evidence }) => ({
        verdict: 'unknown',
        ...(port === undefined ? {} : { port }),
        message: `By its policies ${name} would pass, but that cannot be told: ${describePatch(
          patch,
        )}.`,
        evidence: [evidenceOf(patch), ...evidence],
      });
    }
  }
  return undefined;
}

function evidenceOf({ object, field, applyTo }: Patch): Evidence {
  return { object, field: `${field}.applyTo`, value: applyTo };
}
