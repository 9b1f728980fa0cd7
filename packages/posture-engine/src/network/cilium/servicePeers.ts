/** `toServices`: the pods behind Services. Where endpoints are written by hand, nobody here sees them. */
import { matchesSelector } from '../../selectors';
import {
  CiliumService,
  ClusterSnapshot,
  Service,
  describeObject,
} from '../../snapshot';
import type { PeerTerm } from './policySpec';
import { SelectorScope, peerSelector } from './selectors';

export function servicePeers(
  { k8sService, k8sServiceSelector }: CiliumService,
  { clusterName }: SelectorScope,
  snapshot: ClusterSnapshot,
): PeerTerm[] {
  const gap = snapshot.coverage.gap('Service');
  if (gap) {
    return [{ kind: 'undecided', among: 'anyone', reason: gap.reason }];
  }
  return snapshot
    .all('Service')
    .filter(({ metadata: { name, namespace, labels = {} } }) => {
      const inNamespace = (wanted: string | undefined) =>
        !wanted || wanted === namespace;
      return (
        (k8sService &&
          k8sService.serviceName === name &&
          inNamespace(k8sService.namespace)) ||
        (k8sServiceSelector &&
          inNamespace(k8sServiceSelector.namespace) &&
          matchesSelector(k8sServiceSelector.selector, labels))
      );
    })
    .map(service => podsBehind(service, clusterName));
}

function podsBehind(
  { kind, spec, metadata }: Service,
  clusterName: string | undefined,
): PeerTerm {
  const { namespace = 'default', name } = metadata;
  return spec?.selector && Object.keys(spec.selector).length > 0
    ? {
        kind: 'labels',
        ...peerSelector(
          { matchLabels: spec.selector },
          {
            namespace,
            ...(clusterName === undefined ? {} : { clusterName }),
          },
        ),
      }
    : {
        kind: 'undecided',
        among: 'outside',
        reason: `${describeObject({
          kind,
          namespace,
          name,
        })} selects no pods, and its endpoints are not in view`,
      };
}
