/** Calico, by its version. */
import type { PodView } from '../../../snapshot';
import {
  findContainer,
  imageName,
  imageTag,
  isAtLeast,
  versionOfTag,
} from '../agentPod';
import { NO, YES, unknown } from '../enforcement';
import { NetworkReading, reading } from './reading';

export const CALICO_TIERED = unknown(
  'which of AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy Calico takes depends on its version, and that is not in view',
);

/** Of Calico Open Source, by its own name and by those of RKE2's copies; Calico Enterprise counts its versions otherwise. */
const IMAGES = ['node', 'mirrored-calico-node', 'hardened-calico'];

/**
 * AdminNetworkPolicy since 3.29 (projectcalico/calico#7578), its baseline since
 * 3.30 (#9464), ClusterNetworkPolicy in place of both since 3.32 (#10745).
 */
export function readCalico(agent: PodView): NetworkReading {
  const node = findContainer(agent, 'calico-node');
  const image = node?.container.image;
  const version = IMAGES.includes(imageName(image) ?? '')
    ? versionOfTag(imageTag(image))
    : undefined;
  if (!node || !version) {
    return reading({});
  }
  const since = (minor: number) => isAtLeast(version, [3, minor]);
  const takes = (is: boolean) => (is ? YES : NO);
  return reading(
    {
      AdminNetworkPolicy: takes(since(29) && !since(32)),
      BaselineAdminNetworkPolicy: takes(since(30) && !since(32)),
      ClusterNetworkPolicy: takes(since(32)),
    },
    [`${node.path}.image`],
  );
}
