/** kube-network-policies, by its flavour. */
import type { PodView } from '../../../snapshot';
import { findContainer, flagOf, imageTag, versionOfTag } from '../agentPod';
import { NO, YES } from '../enforcement';
import { NetworkReading, reading } from './reading';

/** Flags up to 0.x, images of their own since 1.0 (docs of kube-network-policies, "Flavors and architectures"). */
export function readKubeNetworkPolicies(agent: PodView): NetworkReading {
  const container = findContainer(agent, 'kube-network-policies');
  if (!container) {
    return reading({});
  }
  const tag = imageTag(container.container.image);
  const version = versionOfTag(tag);
  const takes = (is: boolean) => (is ? YES : NO);
  const flag = (name: string) =>
    takes(flagOf(container, name)?.value === 'true');
  const flavour = /npa-v1alpha[12]/.exec(tag ?? '')?.[0];
  const fields = [`${container.path}.image`];
  if (flavour) {
    const first = takes(flavour === 'npa-v1alpha1');
    return reading(
      {
        AdminNetworkPolicy: first,
        BaselineAdminNetworkPolicy: first,
        ClusterNetworkPolicy: takes(flavour === 'npa-v1alpha2'),
      },
      fields,
    );
  }
  return version
    ? reading(
        {
          AdminNetworkPolicy: flag('admin-network-policy'),
          BaselineAdminNetworkPolicy: flag('baseline-admin-network-policy'),
          ClusterNetworkPolicy: NO,
        },
        fields,
      )
    : reading({}, fields);
}
