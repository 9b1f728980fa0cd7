/** Calico's staged policies: they report what they would do, and enforce nothing. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import type { IneffectivePolicy } from './types';

const KINDS = [
  'StagedGlobalNetworkPolicy',
  'StagedKubernetesNetworkPolicy',
  'StagedNetworkPolicy',
] as const;

export function stagedPolicies(snapshot: ClusterSnapshot): IneffectivePolicy[] {
  return KINDS.flatMap(kind => {
    const served = snapshot.all(`${kind}.projectcalico.org`);
    // What is stored is the same once more, where an API server shows it.
    const policies =
      served.length > 0
        ? served
        : snapshot.all(`${kind}.crd.projectcalico.org`);
    return policies.map(policy => {
      const object = referenceTo(policy);
      return {
        object,
        field: 'spec',
        because:
          'it is staged: Calico reports what it would do, and enforces nothing of it',
        provenBy: [{ object, field: 'kind' }],
      };
    });
  });
}
