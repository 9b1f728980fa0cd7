/**
 * NetworkPolicy (networking.k8s.io/v1) as a tier: a pod that some policy
 * isolates takes only what some rule lets through; for all others the next
 * tier decides.
 */
import {
  ClassSet,
  DecidingField,
  Direction,
  FactCache,
  PodClass,
  PodPeer,
  PortSet,
  Tier,
  TierAnswer,
  TierRule,
  Universe,
  Vocabulary,
  protocolOf,
  keyOfNamedPorts,
} from '../decisions';
import {
  ClusterSnapshot,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  referenceTo,
} from '../snapshot';
import { Isolation, PolicyRule, isolationOf } from './networkPolicy';

const LAYER = 'network-policy';

export function describeNetworkPolicies(
  snapshot: ClusterSnapshot,
  vocabulary: Vocabulary,
): void {
  for (const policy of snapshot.all('NetworkPolicy')) {
    vocabulary.describe(policy, ({ metadata, spec }) => {
      vocabulary.namespaces.add(metadata.namespace ?? 'default');
      vocabulary.addPodSelector(spec.podSelector);
      const rules = [
        ...(spec.ingress ?? []).map(({ from, ports }) => ({
          peers: from,
          ports,
        })),
        ...(spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
      ];
      for (const { peers, ports } of rules) {
        peers?.forEach(peer => describePeer(peer, vocabulary));
        for (const { port } of ports ?? []) {
          if (typeof port === 'string') {
            vocabulary.namedPorts.add(port);
          }
        }
      }
    });
  }
}

function describePeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  vocabulary: Vocabulary,
): void {
  vocabulary.addPodSelector(podSelector);
  vocabulary.addNamespaceSelector(namespaceSelector);
  for (const cidr of [ipBlock?.cidr, ...(ipBlock?.except ?? [])]) {
    if (cidr !== undefined) {
      vocabulary.cidrs.add(cidr);
    }
  }
}

export function networkPolicyTier(
  snapshot: ClusterSnapshot,
  universe: Universe,
): Tier {
  const answers = FactCache.create<TierAnswer>(universe.facts);
  const compiled = FactCache.create<TierRule[]>(universe.facts);
  return {
    answer(subject, direction) {
      if (subject.hostNetwork) {
        return undefined;
      }
      const isolation = isolationOf(snapshot, subject.pods[0], direction);
      if (isolation.policies.length === 0) {
        return undefined;
      }
      const names = keyOfNamedPorts(subject, direction);
      const key = [
        direction,
        ...isolation.policies.map(
          ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
        ),
        names,
      ].join('\u0000');
      return answers.get(key, () =>
        answerOf(isolation, rule =>
          compiled.get(
            [
              direction,
              rule.policy.metadata.namespace,
              rule.policy.metadata.name,
              rule.field,
              names,
            ].join('\u0000'),
            () => tierRules(rule, subject, universe),
          ),
        ),
      );
    },
  };
}

function answerOf(
  { direction, policies, rules }: Isolation,
  compile: (rule: PolicyRule) => TierRule[],
): TierAnswer {
  return {
    rules: rules.flatMap(compile),
    otherwise: {
      effect: 'deny',
      decidedBy: policies.map(policy =>
        decidingField(policy, direction, 'spec.policyTypes'),
      ),
    },
  };
}

function decidingField(
  policy: NetworkPolicy,
  direction: Direction,
  field: string,
): DecidingField {
  return { layer: LAYER, direction, object: referenceTo(policy), field };
}

function tierRules(
  { policy, direction, field, peers, ports }: PolicyRule,
  subject: PodClass,
  universe: Universe,
): TierRule[] {
  const classes = peers
    ? ClassSet.union(peers.map(peer => peerClasses(peer, policy, universe)))
    : universe.everyone;
  const decidedBy = decidingField(policy, direction, field);
  const rule = (ruled: ClassSet, open: PortSet): TierRule => ({
    effect: 'allow',
    peers: ruled,
    ports: open,
    decidedBy,
  });
  if (!ports) {
    return [rule(classes, PortSet.all)];
  }
  // Destinations may put different numbers behind one name.
  const named = ports.filter(({ port }) => typeof port === 'string');
  const fixed = PortSet.union(
    ports.map(port => {
      if (typeof port.port !== 'string') {
        return numbered(port);
      }
      return direction === 'ingress'
        ? ofProtocol(subject.namedPorts.get(port.port), port)
        : PortSet.none;
    }),
  );
  return [
    ...(fixed.isEmpty ? [] : [rule(classes, fixed)]),
    ...(direction === 'egress'
      ? named.flatMap(port =>
          universe
            .byNamedPort(String(port.port), classes)
            .map(group => rule(group.peers, ofProtocol(group.ports, port)))
            .filter(({ ports: open }) => !open.isEmpty),
        )
      : []),
  ];
}

function peerClasses(
  { ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer,
  policy: NetworkPolicy,
  universe: Universe,
): ClassSet {
  if (ipBlock) {
    return universe.block(ipBlock.cidr, ipBlock.except);
  }
  const peer: PodPeer = {
    ...(namespaceSelector
      ? { namespaceSelector }
      : { namespace: policy.metadata.namespace ?? 'default' }),
    ...(podSelector ? { podSelector } : {}),
  };
  return universe.selected(peer);
}

function ofProtocol(
  ports: PortSet | undefined,
  { protocol }: NetworkPolicyPort,
): PortSet {
  const known = protocolOf(protocol ?? 'TCP');
  return known && ports ? ports.intersect(PortSet.allOf(known)) : PortSet.none;
}

function numbered({ protocol, port, endPort }: NetworkPolicyPort): PortSet {
  const known = protocolOf(protocol ?? 'TCP');
  if (!known) {
    return PortSet.none;
  }
  return typeof port === 'number'
    ? PortSet.range(known, port, endPort ?? port)
    : PortSet.allOf(known);
}
