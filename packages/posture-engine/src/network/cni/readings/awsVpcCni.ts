/** The AWS VPC CNI, by its network policy agent. */
import type { ClusterSnapshot, PodView } from '../../../snapshot';
import { findContainer, flagOf } from '../agentPod';
import { YES, no, unknown } from '../enforcement';
import {
  NetworkReading,
  configEvidence,
  reading,
  unseenConfig,
} from './reading';

/** `--enable-network-policy` of the agent, off by default, and the controller's own switch (EKS User Guide, "Kubernetes network policies"). */
export function readAws(
  agent: PodView,
  snapshot: ClusterSnapshot,
): NetworkReading {
  const container = findContainer(
    agent,
    'aws-eks-nodeagent',
    'aws-network-policy-agent',
  );
  if (!container) {
    return reading({
      NetworkPolicy: no('its network policy agent is not installed'),
    });
  }
  const flag = flagOf(container, 'enable-network-policy');
  if (flag?.value !== 'true') {
    return reading(
      {
        NetworkPolicy: no(
          'its network policy agent runs without --enable-network-policy=true',
        ),
      },
      [flag?.field ?? `${container.path}.args`],
    );
  }
  const name = 'amazon-vpc-cni';
  const key = 'enable-network-policy-controller';
  const evidence = configEvidence(snapshot, name, agent.namespace, key);
  const [configured] = evidence;
  const enforces = configured
    ? YES
    : unknown(
        `its agent waits for the network policy controller, and ${unseenConfig(
          snapshot,
          name,
          agent.namespace,
        )}, which switches that on`,
      );
  return reading(
    {
      NetworkPolicy:
        configured && configured.value !== 'true'
          ? no(`ConfigMap ${name} does not switch on its controller (${key})`)
          : enforces,
    },
    [flag.field],
    evidence,
  );
}
