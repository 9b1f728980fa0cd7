/** Why a list of peers comes to nobody. */
import type { Direction } from '../../decisions';
import type { ClusterSnapshot, LabelSelector } from '../../snapshot';

export function nobody(direction: Direction): string {
  return `it names nobody in view: no pod and no address is meant as ${
    direction === 'ingress' ? 'source' : 'destination'
  }`;
}

/** Undefined unless a selector asks by name for a namespace that is not there and holds nothing. */
export function missingNamespace(
  selectors: readonly (LabelSelector | undefined)[],
  snapshot: ClusterSnapshot,
): string | undefined {
  const names = selectors.flatMap(selector => {
    const name = selector?.matchLabels?.['kubernetes.io/metadata.name'];
    return name !== undefined &&
      !snapshot.get('Namespace', name) &&
      snapshot.workloadsIn(name).length === 0
      ? name
      : [];
  });
  return names.length > 0
    ? `no namespace ${[...new Set(names)].join(' and no ')} is in view`
    : undefined;
}
