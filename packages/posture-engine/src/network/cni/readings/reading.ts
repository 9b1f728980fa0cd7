/** What an agent's own pod, and the settings it reads, say of the policies that it enforces. */
import {
  ClusterSnapshot,
  PodView,
  fieldOf,
  referenceTo,
} from '../../../snapshot';
import { Enforcement, NetworkEvidence } from '../enforcement';

export interface NetworkReading {
  enforces: Partial<Enforcement>;
  /** Paths from the pod's root. */
  fields: readonly string[];
  /** In other objects. */
  evidence: readonly NetworkEvidence[];
}

export type ReadAgent = (
  agent: PodView,
  snapshot: ClusterSnapshot,
) => NetworkReading;

export function reading(
  enforces: Partial<Enforcement>,
  fields: readonly string[] = [],
  evidence: readonly NetworkEvidence[] = [],
): NetworkReading {
  return { enforces, fields, evidence };
}

/** A field of a ConfigMap's data; nothing where the ConfigMap is not there. */
export function configEvidence(
  snapshot: ClusterSnapshot,
  name: string,
  namespace: string,
  key: string,
): NetworkEvidence[] {
  const configMap = snapshot.get('ConfigMap', name, namespace);
  return configMap
    ? [
        {
          object: referenceTo(configMap),
          field: fieldOf('data', key),
          value: configMap.data?.[key] ?? null,
        },
      ]
    : [];
}

/** Why nothing can be said of a ConfigMap that is not there. */
export function unseenConfig(
  snapshot: ClusterSnapshot,
  name: string,
  namespace: string,
): string {
  const gap = snapshot.coverage.gap('ConfigMap', [namespace], name);
  return gap?.reason ?? `there is no ConfigMap ${namespace}/${name}`;
}
