/**
 * NetworkPolicy as Cilium translates it, which is not in all points what
 * Kubernetes' own words say: rules count also where policyTypes lacks their
 * direction, and blocks are for addresses outside.
 */
import type { Direction } from '../../decisions';
import {
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  referenceTo,
} from '../../snapshot';
import { NAMESPACE_LABELS } from './labels';
import type {
  DirectionSpec,
  PeerTerm,
  PolicySpec,
  PortTerm,
} from './policySpec';
import { parsePort } from './ports';
import { SelectorScope, peerSelector, subjectSelector } from './selectors';

export function readNetworkPolicy(
  policy: NetworkPolicy,
  clusterName: string | undefined,
): PolicySpec {
  const { namespace = 'default', name } = policy.metadata;
  const { podSelector, policyTypes, ingress = [], egress = [] } = policy.spec;
  const scope: SelectorScope = {
    namespace,
    ...(clusterName === undefined ? {} : { clusterName }),
  };
  const read = (
    direction: Direction,
    isolated: boolean,
    rules: readonly {
      peers?: readonly NetworkPolicyPeer[];
      ports?: readonly NetworkPolicyPort[];
    }[],
  ): DirectionSpec => ({
    rules: rules.map(({ peers, ports }, index) => ({
      effect: 'allow',
      field: `spec.${direction}[${index}]`,
      peers: peers?.map(peer => peerTerm(peer, scope)) ?? [
        { kind: 'everyone' },
      ],
      ...(ports ? { ports: ports.flatMap(portTerm) } : {}),
    })),
    ...(isolated || rules.length > 0
      ? { defaultDeny: isolated ? 'spec.policyTypes' : `spec.${direction}` }
      : {}),
  });
  return {
    key: `NetworkPolicy/${namespace}/${name}`,
    layer: 'network-policy',
    object: referenceTo(policy),
    namespace,
    subject: subjectSelector(podSelector, scope),
    forNodes: false,
    directions: {
      ingress: read(
        'ingress',
        policyTypes.includes('Ingress') || !policyTypes.includes('Egress'),
        ingress.map(({ from, ports }) => ({ peers: from, ports })),
      ),
      egress: read(
        'egress',
        policyTypes.includes('Egress'),
        egress.map(({ to, ports }) => ({ peers: to, ports })),
      ),
    },
  };
}

function peerTerm(
  { ipBlock, namespaceSelector, podSelector = {} }: NetworkPolicyPeer,
  scope: SelectorScope,
): PeerTerm {
  if (ipBlock) {
    return {
      kind: 'block',
      cidr: ipBlock.cidr,
      except: ipBlock.except ?? [],
    };
  }
  if (!namespaceSelector) {
    return { kind: 'labels', ...peerSelector(podSelector, scope) };
  }
  const { matchLabels, matchExpressions } = namespaceSelector;
  const isEmpty =
    Object.keys(matchLabels ?? {}).length === 0 && !matchExpressions?.length;
  const joined: LabelSelector = {
    matchLabels: {
      ...podSelector.matchLabels,
      ...Object.fromEntries(
        Object.entries(matchLabels ?? {}).map(([key, value]) => [
          NAMESPACE_LABELS + key,
          value,
        ]),
      ),
    },
    matchExpressions: [
      ...(podSelector.matchExpressions ?? []),
      ...(matchExpressions ?? []).map(requirement => ({
        ...requirement,
        key: NAMESPACE_LABELS + requirement.key,
      })),
    ],
  };
  // Cilium asks of an empty selector that the peer has a namespace, as it does of policies of the cluster.
  const { namespace, ...everywhere } = scope;
  return {
    kind: 'labels',
    ...peerSelector(joined, isEmpty ? everywhere : scope),
  };
}

function portTerm({
  protocol,
  port,
  endPort,
}: NetworkPolicyPort): PortTerm | [] {
  const term = parsePort(`${port ?? 0}`, protocol ?? 'TCP', endPort);
  return typeof term === 'string' ? [] : term;
}
