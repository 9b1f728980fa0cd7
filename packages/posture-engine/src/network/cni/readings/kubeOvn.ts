/** Kube-OVN, by the flags of its controller. */
import type { ClusterSnapshot, PodView } from '../../../snapshot';
import { containersOf, flagOf } from '../agentPod';
import { YES, no, unknown } from '../enforcement';
import { NetworkReading, reading } from './reading';

export const KUBE_OVN_TIERED = unknown(
  'whether Kube-OVN takes them depends on its version and on --enable-anp of its controller',
);

/** Kube-OVN's controller has the switches: `--enable-np` (on by default) and `--enable-anp` (off). */
export function readKubeOvn(
  agent: PodView,
  snapshot: ClusterSnapshot,
): NetworkReading {
  const [controller] = snapshot
    .workloadsIn(agent.namespace)
    .flatMap(({ pods }) => pods)
    .filter(({ labels }) => labels.app === 'kube-ovn-controller');
  if (!controller) {
    return reading({});
  }
  const valueOf = (flag: string) =>
    containersOf(controller).flatMap(
      container => flagOf(container, flag)?.value ?? [],
    )[0];
  const tiered =
    valueOf('enable-anp') === 'true'
      ? YES
      : no('its controller runs without --enable-anp=true');
  return reading({
    NetworkPolicy:
      (valueOf('enable-np') ?? 'true') === 'true'
        ? YES
        : no('its controller runs with --enable-np=false'),
    AdminNetworkPolicy: tiered,
    BaselineAdminNetworkPolicy: tiered,
    ClusterNetworkPolicy: tiered === YES ? KUBE_OVN_TIERED : tiered,
  });
}
