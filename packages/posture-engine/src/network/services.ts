/** Which Services lead to a pod. */
import { ClusterSnapshot, PodView, Service } from '../snapshot';
import { SelectorIndex } from '../selectors';

/** A Service without a selector leads to what its endpoints say, which nothing here reads. */
function serviceIndexOf(
  snapshot: ClusterSnapshot,
  namespace: string,
): SelectorIndex<Service> {
  return SelectorIndex.create(
    snapshot
      .inNamespace('Service', namespace)
      .filter(
        ({ spec }) =>
          Object.keys(spec?.selector ?? {}).length > 0 &&
          spec?.type !== 'ExternalName',
      ),
    ({ spec }) => ({ matchLabels: spec?.selector }),
  );
}

export function servicesSelecting(
  snapshot: ClusterSnapshot,
  { namespace, labels }: PodView,
): Service[] {
  return snapshot.deriveIn(namespace, serviceIndexOf).matching(labels);
}
