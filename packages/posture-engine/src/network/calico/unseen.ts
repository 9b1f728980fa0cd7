/** What Calico's policies refer to and nobody has seen. Of the policies themselves the coverage of the network says it. */
import type { ClusterSnapshot, KindName } from '../../snapshot';
import { SERVICE_ACCOUNT_PREFIX } from './endpointLabels';
import { selectorsOf } from './entity';
import { Policy, inBothGroups, policiesOf, rulesOf } from './policies';
import { leavesOf } from './selector';

/** Why nobody can tell what the policies come to; undefined where everything is seen, or there are none. */
export function unseenBehindPolicies(
  snapshot: ClusterSnapshot,
): string | undefined {
  const policies = snapshot.derive(policiesOf);
  if (policies.length === 0) {
    return undefined;
  }
  const kinds: KindName[] = (
    ['Tier', 'NetworkSet', 'GlobalNetworkSet', 'HostEndpoint'] as const
  ).flatMap(kind => inBothGroups(kind));
  for (const kind of kinds) {
    const gap = snapshot.coverage.gap(kind);
    if (gap) {
      return gap.reason;
    }
  }
  const accounts = snapshot.coverage.gap('ServiceAccount');
  return accounts && policies.some(seesAccountLabels)
    ? accounts.reason
    : undefined;
}

function seesAccountLabels(policy: Policy): boolean {
  const selectors = [
    policy.selector,
    ...rulesOf(policy)
      .flatMap(({ source = {}, destination = {} }) => [source, destination])
      .flatMap(entity => selectorsOf(entity, policy.namespace)),
  ];
  return selectors.some(
    read =>
      'selector' in read &&
      [...leavesOf(read.selector)].some(
        leaf =>
          'label' in leaf && leaf.label.startsWith(SERVICE_ACCOUNT_PREFIX),
      ),
  );
}
