/** AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy: what of one can be without an effect. */
import { ClassSet, DIRECTIONS, Universe } from '../../decisions';
import { matchesSelector } from '../../selectors';
import {
  ClusterSnapshot,
  TieredPolicy,
  TieredPolicyPeer,
  TieredPolicyRule,
  referenceTo,
} from '../../snapshot';
import { missingNamespace, nobody } from './peers';
import type { TIERED_KINDS } from './unenforced';
import type { PolicyInQuestion, Reason, RuleInQuestion } from './types';

export function tieredPoliciesInQuestion(
  kind: (typeof TIERED_KINDS)[number],
  snapshot: ClusterSnapshot,
  universe: Universe,
): PolicyInQuestion[] {
  return snapshot.all(kind).map(policy => {
    const never = neverOf(policy);
    return {
      object: referenceTo(policy),
      ...(never ? { never } : {}),
      idle: [],
      selects: ({ namespaceLabels, labels }) => {
        const { namespaces, pods } = policy.spec?.subject ?? {};
        return pods
          ? matchesSelector(pods.namespaceSelector ?? {}, namespaceLabels) &&
              matchesSelector(pods.podSelector ?? {}, labels)
          : namespaces !== undefined &&
              matchesSelector(namespaces, namespaceLabels);
      },
      selectsOthers: false,
      subjectField: 'spec.subject',
      rules: () => rulesOf(policy, snapshot, universe),
    };
  });
}

function neverOf({ kind, metadata, spec }: TieredPolicy): Reason | undefined {
  if (kind === 'BaselineAdminNetworkPolicy' && metadata.name !== 'default') {
    return {
      field: 'metadata.name',
      because:
        'the API knows one BaselineAdminNetworkPolicy, by the name of default, and no other counts',
    };
  }
  if (
    kind === 'ClusterNetworkPolicy' &&
    !['Admin', 'Baseline'].includes(spec?.tier ?? '')
  ) {
    return {
      field: 'spec.tier',
      because: `there is no tier "${
        spec?.tier ?? ''
      }": the tiers are Admin and Baseline`,
    };
  }
  return DIRECTIONS.every(direction => !spec?.[direction]?.length)
    ? {
        field: 'spec',
        because:
          'it has no rules, and unlike a NetworkPolicy it denies nothing without them',
      }
    : undefined;
}

function rulesOf(
  { spec }: TieredPolicy,
  snapshot: ClusterSnapshot,
  universe: Universe,
): RuleInQuestion[] {
  return DIRECTIONS.flatMap(direction =>
    (spec?.[direction] ?? []).map((rule, index) => {
      const field = `spec.${direction}[${index}]`;
      const list = direction === 'ingress' ? 'from' : 'to';
      return {
        direction,
        field,
        peers: (rule[list] ?? []).map((peer, item) => ({
          field: `${field}.${list}[${item}]`,
          classes: classesOf(peer, universe),
          because:
            missingNamespace(
              [peer.namespaces, peer.pods?.namespaceSelector],
              snapshot,
            ) ?? nobody(direction),
        })),
        ...portsOf(rule, field),
      };
    }),
  );
}

function classesOf(
  {
    namespaces,
    pods,
    nodes,
    networks = [],
    domainNames = [],
  }: TieredPolicyPeer,
  universe: Universe,
) {
  if (namespaces || pods) {
    return universe.selected({
      namespaceSelector: namespaces ?? pods?.namespaceSelector ?? {},
      podSelector: pods?.podSelector ?? {},
    });
  }
  if (nodes) {
    return universe.nodes(nodes);
  }
  return domainNames.length > 0
    ? universe.external
    : ClassSet.union(networks.map(cidr => universe.block(cidr)));
}

function portsOf(
  { ports = [], protocols = [] }: TieredPolicyRule,
  field: string,
): Pick<RuleInQuestion, 'namedPorts' | 'hasOtherPorts'> {
  const names = [
    ...ports.map(({ namedPort }, item) => ({
      field: `${field}.ports[${item}]`,
      name: namedPort,
    })),
    ...protocols.map(({ destinationNamedPort }, item) => ({
      field: `${field}.protocols[${item}]`,
      name: destinationNamedPort,
    })),
  ];
  return {
    namedPorts: names.flatMap(({ name, ...rest }) =>
      name === undefined ? [] : { ...rest, name },
    ),
    hasOtherPorts:
      names.length === 0 || names.some(({ name }) => name === undefined),
  };
}
