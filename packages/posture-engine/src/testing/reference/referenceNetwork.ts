/**
 * The judge of the fast engine: answers one question about one connection at a
 * time, straight from the words of the APIs, with no classes, sets or caches.
 * Slow on purpose.
 */
import { parse, parseCIDR } from 'ipaddr.js';
import type { Protocol } from '../../decisions';
import {
  ClusterSnapshot,
  LabelSelector,
  NetworkPolicy,
  PodView,
  TieredPolicy,
} from '../../snapshot';

/** A pod, or an address outside. */
export type Peer = PodView | string;

export interface ReferenceQuestion {
  source: Peer;
  destination: Peer;
  protocol: Protocol;
  port: number;
}

export type ReferenceVerdict = 'allow' | 'deny' | 'unknown';

type Labels = Readonly<Record<string, string>>;

export function referenceDecision(
  snapshot: ClusterSnapshot,
  question: ReferenceQuestion,
): ReferenceVerdict {
  const verdicts = [
    direction(snapshot, question, 'egress'),
    direction(snapshot, question, 'ingress'),
  ];
  return (
    (['deny', 'unknown'] as const).find(verdict =>
      verdicts.includes(verdict),
    ) ?? 'allow'
  );
}

function direction(
  snapshot: ClusterSnapshot,
  question: ReferenceQuestion,
  way: 'ingress' | 'egress',
): ReferenceVerdict {
  const subject = endOf(question, way);
  if (typeof subject === 'string' || subject.spec.hostNetwork) {
    return 'allow';
  }
  const tiers = referenceTiers(snapshot, question, way);
  for (const tier of [
    tiers.clusterAdmin,
    tiers.admin,
    tiers.networkPolicies,
    tiers.baselineAdmin,
    tiers.clusterBaseline,
  ]) {
    const verdict = tier();
    if (verdict !== 'next') {
      return verdict;
    }
  }
  return 'allow';
}

function endOf(question: ReferenceQuestion, way: 'ingress' | 'egress'): Peer {
  return way === 'egress' ? question.source : question.destination;
}

/** What each kind of Kubernetes' own policies says of the pod whose direction it is. */
export function referenceTiers(
  snapshot: ClusterSnapshot,
  question: ReferenceQuestion,
  way: 'ingress' | 'egress',
) {
  const subject = endOf(question, way);
  const peer = way === 'egress' ? question.destination : question.source;
  const cluster = snapshot.all('ClusterNetworkPolicy');
  return {
    clusterAdmin: () =>
      tiered(cluster.filter(({ spec }) => spec?.tier === 'Admin')),
    admin: () => tiered(snapshot.all('AdminNetworkPolicy')),
    networkPolicies,
    /** The NetworkPolicies that select the pod, each with what it lets through. */
    selecting: () =>
      policiesSelecting().map(policy => ({
        namespace: policy.metadata.namespace,
        name: policy.metadata.name,
        allows: () => allows(policy),
      })),
    baselineAdmin: () =>
      tiered(
        snapshot
          .all('BaselineAdminNetworkPolicy')
          .filter(({ metadata }) => metadata.name === 'default'),
      ),
    clusterBaseline: () =>
      tiered(cluster.filter(({ spec }) => spec?.tier === 'Baseline')),
  };

  function networkPolicies(): ReferenceVerdict | 'next' {
    const policies = policiesSelecting();
    if (policies.length === 0) {
      return 'next';
    }
    return policies.some(allows) ? 'allow' : 'deny';
  }

  function policiesSelecting(): NetworkPolicy[] {
    const { namespace, labels } = subject as PodView;
    const type = way === 'ingress' ? 'Ingress' : 'Egress';
    return snapshot
      .all('NetworkPolicy')
      .filter(
        ({ metadata, spec }) =>
          metadata.namespace === namespace &&
          spec.policyTypes.includes(type) &&
          selects(spec.podSelector, labels),
      );
  }

  function allows({ metadata, spec }: NetworkPolicy): boolean {
    const rules =
      way === 'ingress'
        ? (spec.ingress ?? []).map(({ from, ports }) => ({
            peers: from,
            ports,
          }))
        : (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
    return rules.some(
      ({ peers, ports }) =>
        (!peers ||
          peers.some(({ ipBlock, namespaceSelector, podSelector }) => {
            if (ipBlock) {
              // A pod of two families connects over either of its addresses.
              return addressesOf(peer).some(
                address =>
                  inBlock(address, ipBlock.cidr) &&
                  !(ipBlock.except ?? []).some(hole => inBlock(address, hole)),
              );
            }
            return (
              isPlainPod(peer) &&
              (namespaceSelector
                ? selects(
                    namespaceSelector,
                    snapshot.namespaceLabels(peer.namespace),
                  )
                : peer.namespace === metadata.namespace) &&
              selects(podSelector ?? {}, peer.labels)
            );
          })) &&
        (!ports ||
          ports.some(({ protocol, port, endPort }) => {
            if (protocol !== question.protocol) {
              return false;
            }
            if (port === undefined) {
              return true;
            }
            return typeof port === 'string'
              ? isNamed(port)
              : question.port >= port && question.port <= (endPort ?? port);
          })),
    );
  }

  /** The first rule of the best priority decides; equal priorities must agree. */
  function tiered(
    policies: readonly TieredPolicy[],
  ): ReferenceVerdict | 'next' {
    const pod = subject as PodView;
    const selecting = policies.filter(({ spec }) => {
      const { namespaces, pods } = spec?.subject ?? {};
      const own = snapshot.namespaceLabels(pod.namespace);
      return pods
        ? selects(pods.namespaceSelector ?? {}, own) &&
            selects(pods.podSelector ?? {}, pod.labels)
        : namespaces !== undefined && selects(namespaces, own);
    });
    const priorities = [
      ...new Set(selecting.map(({ spec }) => spec?.priority ?? 0)),
    ];
    for (const priority of priorities.sort((left, right) => left - right)) {
      const actions = selecting
        .filter(({ spec }) => (spec?.priority ?? 0) === priority)
        .flatMap(
          ({ spec }) => (spec?.[way] ?? []).find(matchesRule)?.action ?? [],
        )
        .map(action => (action === 'Accept' ? 'Allow' : action));
      if (new Set(actions).size > 1) {
        return 'unknown';
      }
      switch (actions[0]) {
        case 'Allow':
          return 'allow';
        case 'Deny':
          return 'deny';
        case 'Pass':
          return 'next';
        default:
      }
    }
    return 'next';
  }

  function matchesRule({
    from,
    to,
    ports,
    protocols,
  }: NonNullable<
    NonNullable<TieredPolicy['spec']>['ingress']
  >[number]): boolean {
    const peerMatches = (from ?? to ?? []).some(
      ({ namespaces, pods, networks }) =>
        (isPlainPod(peer) &&
          ((namespaces &&
            selects(namespaces, snapshot.namespaceLabels(peer.namespace))) ||
            (pods &&
              selects(
                pods.namespaceSelector ?? {},
                snapshot.namespaceLabels(peer.namespace),
              ) &&
              selects(pods.podSelector ?? {}, peer.labels)))) ||
        (networks ?? []).some(cidr =>
          addressesOf(peer).some(address => inBlock(address, cidr)),
        ),
    );
    const portMatches =
      (!ports?.length && !protocols?.length) ||
      (ports ?? []).some(
        ({ portNumber, portRange, namedPort }) =>
          (portNumber?.protocol === question.protocol &&
            portNumber.port === question.port) ||
          (portRange?.protocol === question.protocol &&
            question.port >= portRange.start &&
            question.port <= portRange.end) ||
          (namedPort !== undefined && isNamed(namedPort)),
      ) ||
      (protocols ?? []).some(({ destinationNamedPort, ...byProtocol }) => {
        const key = question.protocol.toLowerCase() as 'tcp' | 'udp' | 'sctp';
        const { number, range } = byProtocol[key]?.destinationPort ?? {};
        return (
          (byProtocol[key] &&
            (number === undefined || number === question.port) &&
            (!range ||
              (question.port >= range.start && question.port <= range.end))) ||
          (destinationNamedPort !== undefined && isNamed(destinationNamedPort))
        );
      });
    return peerMatches && portMatches;
  }

  function isNamed(name: string): boolean {
    const { destination } = question;
    return (
      typeof destination !== 'string' &&
      destination.spec.containers.some(({ ports }) =>
        (ports ?? []).some(
          port =>
            port.name === name &&
            (port.protocol ?? 'TCP') === question.protocol &&
            port.containerPort === question.port,
        ),
      )
    );
  }
}

function isPlainPod(peer: Peer): peer is PodView {
  return typeof peer !== 'string' && !peer.spec.hostNetwork;
}

function addressesOf(peer: Peer): readonly string[] {
  return typeof peer === 'string' ? [peer] : peer.ips;
}

function inBlock(address: string, cidr: string): boolean {
  const [network, prefix] = parseCIDR(cidr);
  const parsed = parse(address);
  return parsed.kind() === network.kind() && parsed.match(network, prefix);
}

function selects(
  { matchLabels, matchExpressions }: LabelSelector,
  labels: Labels,
): boolean {
  return (
    Object.entries(matchLabels ?? {}).every(
      ([key, value]) => labels[key] === value,
    ) &&
    (matchExpressions ?? []).every(({ key, operator, values }) => {
      switch (operator) {
        case 'In':
          return key in labels && (values ?? []).includes(labels[key]);
        case 'NotIn':
          return !(key in labels) || !(values ?? []).includes(labels[key]);
        case 'Exists':
          return key in labels;
        default:
          return !(key in labels);
      }
    })
  );
}
