/** A NetworkPolicy that selects a pod and shuts nothing, since the network of the cluster does not enforce it. */
import {
  Direction,
  describePolicy,
  isolationOf,
} from '../../network/networkPolicy';
import {
  ClusterSnapshot,
  PodView,
  Workload,
  referenceTo,
} from '../../snapshot';
import type { Evidence } from '../control';

/** For pods of which the engine says that nothing isolates them. Undefined where no policy means to. */
export function unenforcedPolicy(
  workload: Workload,
  pod: PodView,
  direction: Direction,
  snapshot: ClusterSnapshot,
): { because: string; evidence: Evidence[]; fix: string } | undefined {
  const [policy] = isolationOf(snapshot, pod, direction).policies;
  return (
    policy && {
      because: `${describePolicy(policy)} selects the pods of ${
        workload.reference.name
      } for ${
        direction === 'ingress' ? 'incoming' : 'outgoing'
      } connections, but the network of the cluster does not enforce it.`,
      evidence: [
        {
          object: referenceTo(policy),
          field: 'spec.policyTypes',
          value: policy.spec.policyTypes,
        },
      ],
      fix: 'Have whoever runs the cluster enforce network policies: the finding about enforcement (NW-4) says what is in the way.',
    }
  );
}
