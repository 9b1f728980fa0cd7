/** What a control must name as needed that asks `connectionsOf`. */
import { KindName, WORKLOAD_KINDS } from '../snapshot';
import { OTHER_POLICY_KINDS } from './otherPolicies';

interface ConnectionNeed {
  kind: KindName;
  in: 'namespace' | 'cluster';
  optional?: true;
}

const POLICIES: readonly ConnectionNeed[] = [
  { kind: 'NetworkPolicy', in: 'namespace' },
  ...OTHER_POLICY_KINDS,
];

/** Without these less is in view, and what then cannot be told is unknown. */
const CIRCUMSTANCES: readonly KindName[] = [
  ...WORKLOAD_KINDS,
  'Service',
  'ServiceAccount',
  'Node',
  'EndpointSlice',
  'ConfigMap',
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'NetworkPolicy.projectcalico.org',
  'NetworkPolicy.crd.projectcalico.org',
  'Tier.projectcalico.org',
  'Tier.crd.projectcalico.org',
  'NetworkSet.projectcalico.org',
  'NetworkSet.crd.projectcalico.org',
  'GlobalNetworkSet.projectcalico.org',
  'GlobalNetworkSet.crd.projectcalico.org',
  'HostEndpoint.projectcalico.org',
  'HostEndpoint.crd.projectcalico.org',
];

/** A network set may be one that a rule selects, wherever it is. */
const COUNTS_EVERYWHERE = /^(Tier|NetworkSet|Global|HostEndpoint)/;

/** The other end of a connection is anywhere, so its policies count too. */
export const CONNECTION_NEEDS: readonly ConnectionNeed[] = [
  ...POLICIES,
  { kind: 'Namespace', in: 'cluster' },
  ...CIRCUMSTANCES.map(
    kind => ({ kind, in: 'cluster', optional: true } as const),
  ),
];

/** What can be said of a pod without asking who is at the other end needs less; `networkFactsOf` is the rest of it. */
export const OWN_SIDE_NEEDS: readonly ConnectionNeed[] = [
  ...POLICIES,
  { kind: 'Namespace', in: 'namespace' },
  ...CIRCUMSTANCES.map(
    kind =>
      ({
        kind,
        in: COUNTS_EVERYWHERE.test(kind) ? 'cluster' : 'namespace',
        optional: true,
      } as const),
  ),
];
