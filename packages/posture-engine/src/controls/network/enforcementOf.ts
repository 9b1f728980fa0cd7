/** Whether what policies say is also done, as far as the network of the cluster is known. */
import { networkOf, policyApiOf } from '../../network/cni';
import {
  ClusterSnapshot,
  ObjectReference,
  groupOf,
  kindNameOf,
} from '../../snapshot';
import type { Enforcement } from '../control';
import { enumerate } from '../wording';

export interface PolicyEnforcement {
  enforcement: Enforcement;
  /** Ends a sentence about what policies do, such as `, and Calico enforces them`. */
  words: string;
}

/** `policies` may have objects of other kinds among them. */
export function enforcementOf(
  policies: readonly ObjectReference[],
  snapshot: ClusterSnapshot,
): PolicyEnforcement {
  const declared = (proviso: string): PolicyEnforcement => ({
    enforcement: 'declared',
    words: `, provided that ${proviso}`,
  });
  const network = snapshot.derive(networkOf);
  if (network.state === 'unknown') {
    return declared(
      'the network of the cluster enforces network policies, which nothing here shows',
    );
  }
  const { title, stated, enforces, nodesWithout, seenInstead, unseen } =
    network;
  if (seenInstead) {
    return declared(
      `${title} enforces them, as was stated for the cluster, where an agent of ${seenInstead.title} is in view and none of its own`,
    );
  }
  for (const { apiVersion, kind } of policies) {
    const known = kindNameOf(groupOf(apiVersion), kind);
    const api = known && policyApiOf(known);
    if (api && enforces[api].answer !== 'yes') {
      const { because } = enforces[api];
      return declared(
        `${title} enforces each ${kind}${because ? `: ${because}` : ''}`,
      );
    }
  }
  if (nodesWithout.length > 0) {
    return declared(
      `none of its pods is on a node without an agent of ${title}, such as ${enumerate(
        nodesWithout,
      )}`,
    );
  }
  if (unseen) {
    return declared(
      `an agent of ${title} runs on every node, which cannot be seen: ${unseen.reason}`,
    );
  }
  return stated
    ? {
        enforcement: 'declared',
        words: `, and ${title} enforces them, as was stated for the cluster`,
      }
    : { enforcement: 'enforced', words: `, and ${title} enforces them` };
}
