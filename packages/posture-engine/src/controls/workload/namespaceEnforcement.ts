/** Whether anything holds the next pod of a namespace to the restricted standard. */
import { ClusterSnapshot, fieldOf } from '../../snapshot';
import {
  PodSecurityVersion,
  checksOf,
  podSecurityLabel,
  podSecurityPolicyOf,
} from '../../workloads';
import { Enforcement, Evidence } from '../control';

export interface NamespaceEnforcement {
  enforcement: Enforcement;
  /** For a message: what happens to a pod that does not meet the standard. */
  sentence: string;
  /** An imperative: the label to set. Undefined where there is nothing to add. */
  label?: string;
  evidence: Evidence[];
}

/**
 * By the labels of the namespace. The API server's own defaults for namespaces
 * without labels, and its exemptions, are in a file that no API shows.
 */
export function enforcementOf(
  namespace: string,
  snapshot: ClusterSnapshot,
): NamespaceEnforcement {
  const enforceLabel = podSecurityLabel('enforce');
  const labels = snapshot.namespaceLabels(namespace);
  const { enforce, audit, warn } = podSecurityPolicyOf(labels);
  const evidence: Evidence[] = [
    {
      object: { apiVersion: 'v1', kind: 'Namespace', name: namespace },
      field: fieldOf('metadata.labels', enforceLabel),
      value: labels[enforceLabel] ?? null,
    },
  ];
  if (enforce.level === 'restricted') {
    return {
      enforcement: 'enforced',
      sentence: `Namespace ${namespace} refuses pods that do not${pinned(
        enforce.version,
      )}.`,
      evidence,
    };
  }
  const label = `label namespace ${namespace} \`${enforceLabel}: restricted\``;
  const keep = `To keep it so, ${label}.`;
  if (warn.level === 'restricted' || audit.level === 'restricted') {
    return {
      enforcement: 'loaded',
      sentence: `Namespace ${namespace} only ${
        warn.level === 'restricted' ? 'warns about' : 'records'
      } pods that do not. ${keep}`,
      label,
      evidence,
    };
  }
  return {
    enforcement: 'declared',
    sentence:
      enforce.level === 'baseline'
        ? `Namespace ${namespace} refuses only pods that break the baseline. ${keep}`
        : `Nothing in namespace ${namespace} refuses a pod that does not. ${keep}`,
    label,
    evidence,
  };
}

/** What a policy that is pinned to an older version does not look at yet. */
function pinned(version: PodSecurityVersion): string {
  const there = checksOf('restricted', version).map(({ id }) => id);
  const missing = checksOf('restricted', 'latest')
    .map(({ id }) => id)
    // Before restricted had a check of its own for procMount, that of the baseline was as strict.
    .filter(id => !there.includes(id) && id !== 'procMount_restricted');
  return missing.length === 0
    ? ''
    : `, by the rules of ${version}, which lack ${missing.join(', ')}`;
}
