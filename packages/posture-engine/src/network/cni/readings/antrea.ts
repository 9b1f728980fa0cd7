/** Antrea, by its feature gates. */
import type { ClusterSnapshot, PodView } from '../../../snapshot';
import { YES, no, unknown } from '../enforcement';
import { NetworkReading, reading, unseenConfig } from './reading';

/** The feature gate AdminNetworkPolicy is alpha and off unless it is set (docs/feature-gates.md of Antrea). */
export function readAntrea(
  agent: PodView,
  snapshot: ClusterSnapshot,
): NetworkReading {
  const name = 'antrea-config';
  const data = snapshot.get('ConfigMap', name, agent.namespace)?.data;
  if (!data) {
    const reason = unknown(
      `the feature gate AdminNetworkPolicy of Antrea decides, and ${unseenConfig(
        snapshot,
        name,
        agent.namespace,
      )}`,
    );
    return reading({
      AdminNetworkPolicy: reason,
      BaselineAdminNetworkPolicy: reason,
    });
  }
  const key = Object.keys(data).find(file =>
    /^\s*"?AdminNetworkPolicy"?:\s*true\s*(#.*)?$/m.test(data[file]),
  );
  const enforces = key
    ? YES
    : no('its feature gate AdminNetworkPolicy is not switched on');
  return reading({
    NetworkPolicy: YES,
    AdminNetworkPolicy: enforces,
    BaselineAdminNetworkPolicy: enforces,
  });
}
