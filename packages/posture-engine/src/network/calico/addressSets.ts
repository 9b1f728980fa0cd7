/** What carries labels and addresses and is no pod: network sets, and the interfaces of hosts. */
import type { ClusterSnapshot } from '../../snapshot';
import { blockOf } from './blocks';
import { Labels, setLabels } from './endpointLabels';
import { inBothGroups, joinGroups } from './policies';

export interface AddressSet {
  labels: Labels;
  blocks: readonly string[];
}

/** Use as `snapshot.derive(addressSetsOf)`. Text that is no address is left out, as Calico does. */
export function addressSetsOf(
  snapshot: ClusterSnapshot,
): readonly AddressSet[] {
  const nameOf = ({ metadata }: { metadata: { name: string } }) =>
    metadata.name;
  const sets = joinGroups(
    (['NetworkSet', 'GlobalNetworkSet'] as const)
      .flatMap(kind => inBothGroups(kind))
      .flatMap(kind => snapshot.all(kind)),
    nameOf,
  ).map(({ metadata, spec }) => ({ metadata, blocks: spec?.nets ?? [] }));
  const hosts = joinGroups(
    inBothGroups('HostEndpoint').flatMap(kind => snapshot.all(kind)),
    nameOf,
  ).map(({ metadata, spec }) => ({
    metadata,
    blocks: spec?.expectedIPs ?? [],
  }));
  return [...sets, ...hosts].map(({ metadata, blocks }) => ({
    labels: setLabels(snapshot, metadata.labels, metadata.namespace),
    blocks: blocks.flatMap(block => blockOf(block) ?? []),
  }));
}
