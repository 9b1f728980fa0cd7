/** Policies of kinds that the network of the cluster is known not to enforce. */
import {
  ClusterSnapshot,
  KindName,
  Resource,
  referenceTo,
} from '../../snapshot';
import { isIgnored, networkOf, policyApiOf } from '../cni';
import type { IneffectivePolicy } from './types';

export const TIERED_KINDS = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
] as const satisfies readonly KindName[];

export const CILIUM_KINDS = [
  'CiliumClusterwideNetworkPolicy',
  'CiliumNetworkPolicy',
] as const satisfies readonly KindName[];

export const CALICO_KINDS = [
  'GlobalNetworkPolicy.projectcalico.org',
  'GlobalNetworkPolicy.crd.projectcalico.org',
  'NetworkPolicy.projectcalico.org',
  'NetworkPolicy.crd.projectcalico.org',
] as const satisfies readonly KindName[];

/** Those of the kinds that are ignored; none where nobody can tell. */
export function unenforced(
  snapshot: ClusterSnapshot,
  kinds: readonly KindName[],
): IneffectivePolicy[] {
  const network = snapshot.derive(networkOf);
  return network.state === 'unknown'
    ? []
    : kinds
        .filter(kind => isIgnored(snapshot, kind))
        .flatMap(kind => {
          const api = policyApiOf(kind);
          const because = api && network.enforces[api].because;
          const evidence = network.evidence.map(({ object, field }) => ({
            object,
            field,
          }));
          return snapshot.all(kind).map((policy: Resource<KindName>) => ({
            object: referenceTo(policy),
            field: 'spec',
            because: `the network of the cluster, ${
              network.title
            }, does not enforce policies of this kind${
              because === undefined ? '' : `: ${because}`
            }`,
            provenBy: evidence,
          }));
        });
}
