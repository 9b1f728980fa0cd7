/** NetworkPolicy: what of one can be without an effect. */
import { ClassSet, Direction, Universe } from '../../decisions';
import { matchesSelector } from '../../selectors';
import {
  ClusterSnapshot,
  NetworkPolicy,
  NetworkPolicyPeer,
  referenceTo,
} from '../../snapshot';
import { missingNamespace, nobody } from './peers';
import { onlyPodsIn } from './podBlocks';
import type {
  PeerInQuestion,
  PolicyInQuestion,
  Reason,
  RuleInQuestion,
} from './types';

const TYPES = [
  ['ingress', 'Ingress'],
  ['egress', 'Egress'],
] as const;

export function networkPoliciesInQuestion(
  snapshot: ClusterSnapshot,
  universe: Universe,
  network: 'cilium' | 'other',
  never: Reason | undefined,
): PolicyInQuestion[] {
  return snapshot.all('NetworkPolicy').map(policy => {
    const namespace = policy.metadata.namespace ?? 'default';
    return {
      object: referenceTo(policy),
      ...(never ? { never } : {}),
      idle: [],
      selects: pod =>
        pod.namespace === namespace &&
        matchesSelector(policy.spec.podSelector, pod.labels),
      selectsOthers: false,
      subjectField: 'spec.podSelector',
      rules: () =>
        TYPES.flatMap(([direction, type]) =>
          rulesOf(policy, direction, snapshot, universe, network).map(rule =>
            // Cilium follows the rules whatever the types are.
            network === 'cilium' || policy.spec.policyTypes.includes(type)
              ? rule
              : {
                  ...rule,
                  known: {
                    field: rule.field,
                    because: `policyTypes has no ${type}, and without it the policy decides nothing about ${direction}`,
                    provenBy: [
                      {
                        object: referenceTo(policy),
                        field: 'spec.policyTypes',
                      },
                    ],
                  },
                },
          ),
        ),
    };
  });
}

function rulesOf(
  policy: NetworkPolicy,
  direction: Direction,
  snapshot: ClusterSnapshot,
  universe: Universe,
  network: 'cilium' | 'other',
): RuleInQuestion[] {
  const { ingress = [], egress = [] } = policy.spec;
  const rules =
    direction === 'ingress'
      ? ingress.map(({ from, ports }) => ({ list: 'from', peers: from, ports }))
      : egress.map(({ to, ports }) => ({ list: 'to', peers: to, ports }));
  return rules.map(({ list, peers = [], ports = [] }, index) => {
    const field = `spec.${direction}[${index}]`;
    return {
      direction,
      field,
      peers: peers.map((peer, item) =>
        peerInQuestion(
          `${field}.${list}[${item}]`,
          peer,
          policy.metadata.namespace ?? 'default',
          direction,
          snapshot,
          universe,
          network,
        ),
      ),
      namedPorts: ports.flatMap(({ port }, item) =>
        typeof port === 'string'
          ? { field: `${field}.ports[${item}]`, name: port }
          : [],
      ),
      hasOtherPorts:
        ports.length === 0 ||
        ports.some(({ port }) => typeof port !== 'string'),
    };
  });
}

function peerInQuestion(
  field: string,
  { ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer,
  namespace: string,
  direction: Direction,
  snapshot: ClusterSnapshot,
  universe: Universe,
  network: 'cilium' | 'other',
): PeerInQuestion {
  if (ipBlock) {
    const classes = universe.block(ipBlock.cidr, ipBlock.except);
    const onlyPods =
      network === 'cilium' ? onlyPodsIn([ipBlock.cidr], snapshot) : undefined;
    return onlyPods === undefined
      ? { field, classes, because: nobody(direction) }
      : { field, classes: ClassSet.none, because: onlyPods };
  }
  return {
    field,
    classes: universe.selected({
      ...(namespaceSelector ? { namespaceSelector } : { namespace }),
      ...(podSelector ? { podSelector } : {}),
    }),
    because:
      missingNamespace([namespaceSelector], snapshot) ?? nobody(direction),
  };
}
