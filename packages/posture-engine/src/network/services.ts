/** Which Services lead to a pod. */
import { ClusterSnapshot, PodView, Service } from '../snapshot';
import { SelectorIndex } from '../selectors';
import { serviceOfHost } from './hosts';

/** See {@link servicesWithoutSelector} for the others. */
function serviceIndexOf(
  snapshot: ClusterSnapshot,
  namespace: string,
): SelectorIndex<Service> {
  return SelectorIndex.create(
    snapshot
      .inNamespace('Service', namespace)
      .filter(
        ({ spec }) =>
          !isWithoutSelector({ spec }) && spec?.type !== 'ExternalName',
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

function isWithoutSelector({ spec }: Pick<Service, 'spec'>): boolean {
  return Object.keys(spec?.selector ?? {}).length === 0;
}

/** Services that lead to what somebody wrote into their endpoints, which nothing here reads: any pod, perhaps. */
export function servicesWithoutSelector(
  snapshot: ClusterSnapshot,
  namespace: string,
): Service[] {
  return snapshot
    .inNamespace('Service', namespace)
    .filter(
      service =>
        isWithoutSelector(service) && service.spec?.type !== 'ExternalName',
    );
}

/** Services of type ExternalName in a namespace that are another name for one of these. */
export function aliasesOf(
  services: readonly Service[],
  snapshot: ClusterSnapshot,
  namespace: string,
): Service[] {
  return snapshot.inNamespace('Service', namespace).filter(({ spec }) => {
    const target =
      spec?.type === 'ExternalName' &&
      serviceOfHost(spec.externalName, namespace);
    return (
      target &&
      services.some(
        ({ metadata }) =>
          metadata.name === target.name &&
          metadata.namespace === target.namespace,
      )
    );
  });
}
