/** OVN-Kubernetes, by its switch and by the version of OpenShift. */
import type { ClusterSnapshot, PodView } from '../../../snapshot';
import { isAtLeast, variableOf, versionOfTag } from '../agentPod';
import { Enforces, PolicyApi, YES, no, unknown } from '../enforcement';
import { NetworkReading, reading } from './reading';

/** A switch of its own upstream; in OpenShift always on since 4.16, which is Kubernetes 1.29. */
export function readOvnKubernetes(
  agent: PodView,
  snapshot: ClusterSnapshot,
): NetworkReading {
  const both = (enforces: Enforces): Partial<Record<PolicyApi, Enforces>> => ({
    AdminNetworkPolicy: enforces,
    BaselineAdminNetworkPolicy: enforces,
  });
  const variable = variableOf(agent, 'OVN_ADMIN_NETWORK_POLICY_ENABLE');
  if (variable) {
    return reading(
      both(
        variable.value === 'true'
          ? YES
          : no('it runs without OVN_ADMIN_NETWORK_POLICY_ENABLE'),
      ),
      [variable.field],
    );
  }
  const kubelets = snapshot
    .all('Node')
    .map(({ status }) => versionOfTag(status?.nodeInfo?.kubeletVersion));
  return agent.namespace === 'openshift-ovn-kubernetes' &&
    kubelets.length > 0 &&
    kubelets.every(version => version && isAtLeast(version, [1, 29]))
    ? reading(both(YES))
    : reading({});
}

export const OVN_TIERED = unknown(
  'OVN-Kubernetes takes them where OVN_ADMIN_NETWORK_POLICY_ENABLE is true, and OpenShift since 4.16; neither is in view',
);
