/** ClusterSPIFFEIDs by which SPIRE gives nobody an identity. */
import {
  Registration,
  asksForSpire,
  blindingSpiffeId,
  controllersGap,
  registrationsOf,
  selectsPod,
} from '../../identity/spire';
import { ClusterSnapshot, describeObject, referenceTo } from '../../snapshot';
import { ClusterSpiffeId } from '../../snapshot/kinds';
import { mayBeAmbient } from '../dataPlane';
import type { IneffectivePolicy } from '../../network/ineffective';

export function ineffectiveSpiffeIds(
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  const sources = snapshot.all('ClusterSPIFFEID');
  if (sources.length === 0 || controllersGap(snapshot)) {
    return [];
  }
  const blinding = snapshot.derive(blindingSpiffeId);
  if (blinding) {
    const { source, field } = blinding;
    return sources.map(other => ({
      object: referenceTo(other),
      field: 'spec',
      because: `no controller can read ${field} of ${describeObject(
        referenceTo(source),
      )}, and as long as it is there reads no ClusterSPIFFEID at all`,
      provenBy: [{ object: referenceTo(source), field }],
    }));
  }
  const isWhole =
    !snapshot.coverage.gap('Pod') && !snapshot.coverage.gap('Namespace');
  const found = registrationsBySource(snapshot);
  return isWhole
    ? sources.flatMap(source => reasonOf(source, found, snapshot) ?? [])
    : [];
}

function registrationsBySource(
  snapshot: ClusterSnapshot,
): ReadonlyMap<ClusterSpiffeId, readonly Registration[]> {
  const found = new Map<ClusterSpiffeId, Registration[]>();
  for (const pod of snapshot.workloads.flatMap(({ pods }) => pods)) {
    for (const registration of registrationsOf(snapshot, pod)) {
      const { source } = registration;
      found.set(source, [...(found.get(source) ?? []), registration]);
    }
  }
  return found;
}

function reasonOf(
  source: ClusterSpiffeId,
  found: ReadonlyMap<ClusterSpiffeId, readonly Registration[]>,
  snapshot: ClusterSnapshot,
): IneffectivePolicy | undefined {
  const object = referenceTo(source);
  const registrations = found.get(source) ?? [];
  const [first] = registrations;
  if (first && registrations.every(({ state }) => state === 'refused')) {
    return {
      object,
      field: 'spec',
      because: first.reason ?? 'it gives no pod an identity',
      provenBy: [{ object, field: first.field ?? 'spec' }],
    };
  }
  const selected = snapshot.workloads.flatMap(({ pods }) =>
    pods.filter(pod => selectsPod(source, pod, snapshot)),
  );
  if (first) {
    // ztunnel may fetch identities for the pods that it serves.
    const isAsked = selected.some(
      pod => asksForSpire(pod) || mayBeAmbient(pod, snapshot),
    );
    return isAsked
      ? undefined
      : {
          object,
          field: 'spec',
          because:
            "no pod that it selects mounts the socket of SPIRE's Workload API, so that nobody fetches what it issues",
          provenBy: selected.slice(0, 3).map(pod => ({
            object: pod.object,
            field: `${pod.path}spec.volumes`,
          })),
        };
  }
  return selected.length > 0
    ? {
        object,
        field: 'spec',
        because:
          'it is a fallback, and every pod that it selects has another ClusterSPIFFEID',
        provenBy: [{ object, field: 'spec.fallback' }],
      }
    : {
        object,
        field: 'spec',
        because: 'it selects no pod in view',
        provenBy: (['namespaceSelector', 'podSelector'] as const).flatMap(
          selector =>
            source.spec[selector]
              ? [{ object, field: `spec.${selector}` }]
              : [],
        ),
      };
}
