/** kindnet, by its version. */
import type { PodView } from '../../../snapshot';
import {
  findContainer,
  flagOf,
  imageTag,
  isAtLeast,
  versionOfTag,
} from '../agentPod';
import { YES, no, unknown } from '../enforcement';
import { NetworkReading, reading } from './reading';

/**
 * kind's kindnetd enforces since kind 0.24 (kubernetes-sigs/kind#842), which has
 * that of 2024-08-13; kind 0.23 had that of 2024-05-13. kindnet's own releases do
 * since 1.3 (kubernetes/minikube#19871), unless `--network-policy` says no.
 */
export function readKindnet(agent: PodView): NetworkReading {
  const container = findContainer(agent, 'kindnet-cni', 'kindnetd');
  if (!container) {
    return reading({});
  }
  const off = flagOf(container, 'network-policy');
  if (off && off.value !== 'true') {
    return reading(
      { NetworkPolicy: no('it runs with --network-policy=false') },
      [off.field],
    );
  }
  const tag = imageTag(container.container.image);
  const fields = [`${container.path}.image`];
  const day = /^v(20\d{6})-/.exec(tag ?? '')?.[1];
  const version = versionOfTag(tag);
  let enforces = unknown(
    'kindnet enforces NetworkPolicies since kind 0.24 and kindnet 1.3, and its image does not tell its version',
  );
  if (day ? day >= '20240813' : version && isAtLeast(version, [1, 3])) {
    enforces = YES;
  } else if (day ? day <= '20240513' : version) {
    enforces = no(
      'it is older than kind 0.24 and kindnet 1.3, the first to enforce any',
    );
  }
  return reading({ NetworkPolicy: enforces }, fields);
}
