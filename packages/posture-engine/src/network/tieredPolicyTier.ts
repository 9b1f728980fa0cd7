/**
 * What AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy
 * have in common: policies in order of priority, rules in order of writing,
 * and the first that matches decides. Between equal priorities the API leaves
 * the order open, so what such policies disagree on is unknown.
 */
import { matchesSelector } from '../selectors';
import {
  ClassSet,
  Direction,
  Effect,
  FactCache,
  PodClass,
  PortSet,
  RivalRules,
  Tier,
  TierAnswer,
  TierRule,
  Universe,
  Vocabulary,
  protocolOf,
  keyOfNamedPorts,
} from '../decisions';
import {
  TieredPolicy,
  TieredPolicyPeer,
  TieredPolicyRule,
  describeObject,
  referenceTo,
} from '../snapshot';

const EFFECTS: Readonly<Record<string, Effect>> = {
  Allow: 'allow',
  Accept: 'allow',
  Deny: 'deny',
  Pass: 'pass',
};

export function describeTieredPolicies(
  policies: readonly TieredPolicy[],
  vocabulary: Vocabulary,
): void {
  for (const policy of policies) {
    vocabulary.describe(policy, ({ spec }) => {
      vocabulary.addNamespaceSelector(spec?.subject?.namespaces);
      vocabulary.addNamespaceSelector(spec?.subject?.pods?.namespaceSelector);
      vocabulary.addPodSelector(spec?.subject?.pods?.podSelector);
      for (const rule of rulesOf(policy)) {
        peersOf(rule).forEach(peer => describePeer(peer, vocabulary));
        for (const name of namedPortsOf(rule)) {
          vocabulary.namedPorts.add(name);
        }
      }
    });
  }
}

function describePeer(
  { namespaces, pods, nodes, networks }: TieredPolicyPeer,
  vocabulary: Vocabulary,
): void {
  vocabulary.addNamespaceSelector(namespaces);
  vocabulary.addNamespaceSelector(pods?.namespaceSelector);
  vocabulary.addPodSelector(pods?.podSelector);
  networks?.forEach(cidr => vocabulary.cidrs.add(cidr));
  vocabulary.namesNodes ||= nodes !== undefined;
}

function rulesOf({ spec }: TieredPolicy): TieredPolicyRule[] {
  return [...(spec?.ingress ?? []), ...(spec?.egress ?? [])];
}

/** Whether some policy tells nodes from other addresses. */
export function namesNodes(policies: readonly TieredPolicy[]): boolean {
  return policies.some(policy =>
    rulesOf(policy).some(rule =>
      peersOf(rule).some(({ nodes }) => nodes !== undefined),
    ),
  );
}

/** `policies` of one kind and tier; `layer` is what people call it. */
export function tieredPolicyTier(
  policies: readonly TieredPolicy[],
  universe: Universe,
  layer: string,
): Tier {
  const ordered = [...policies].sort(
    (left, right) => priorityOf(left) - priorityOf(right),
  );
  const answers = FactCache.create<TierAnswer>(universe.facts);
  const compiled = FactCache.create<TierRule[]>(universe.facts);
  const subjects = new Map<TieredPolicy, ClassSet>();
  const isFor = (policy: TieredPolicy, subject: PodClass) => {
    let set = subjects.get(policy);
    if (!set) {
      try {
        set = universe.facts.aside(() => subjectsOf(policy, universe));
      } catch {
        // It cannot be evaluated, and is for nobody whom the rest of it leaves out: asked of him alone, it says so.
        return isSubject(policy, subject);
      }
      subjects.set(policy, set);
    }
    return set.has(subject.id);
  };
  return {
    answer(subject, direction) {
      const selecting = subject.hostNetwork
        ? []
        : ordered.filter(
            policy =>
              (policy.spec?.[direction]?.length ?? 0) > 0 &&
              isFor(policy, subject),
          );
      if (selecting.length === 0) {
        return undefined;
      }
      const names = keyOfNamedPorts(subject, direction);
      const key = [
        direction,
        ...selecting.map(({ metadata }) => metadata.name),
        names,
      ].join('\u0000');
      const compile = (policy: TieredPolicy) =>
        compiled.get(
          [direction, policy.metadata.name, names].join('\u0000'),
          () =>
            (policy.spec?.[direction] ?? []).flatMap((rule, index) =>
              tierRules(
                policy,
                rule,
                direction,
                index,
                subject,
                universe,
                layer,
              ),
            ),
        );
      return answers.get(key, () => ({
        rules: byPriority(selecting).flatMap(rivals =>
          rankedRules(rivals, compile),
        ),
        otherwise: { effect: 'next' },
      }));
    },
  };
}

function priorityOf({ spec }: TieredPolicy): number {
  return spec?.priority ?? 0;
}

function byPriority(policies: readonly TieredPolicy[]): TieredPolicy[][] {
  const groups = new Map<number, TieredPolicy[]>();
  for (const policy of policies) {
    const group = groups.get(priorityOf(policy)) ?? [];
    group.push(policy);
    groups.set(priorityOf(policy), group);
  }
  return [...groups.values()];
}

/** Whether a policy is for a pod, as far as labels say; it never is for one on its node's network. */
export function isSubject(
  { spec }: TieredPolicy,
  pod: Pick<PodClass, 'labels' | 'namespaceLabels'>,
): boolean {
  const { namespaces, pods } = spec?.subject ?? {};
  if (pods) {
    return (
      matchesSelector(pods.namespaceSelector ?? {}, pod.namespaceLabels) &&
      matchesSelector(pods.podSelector ?? {}, pod.labels)
    );
  }
  return (
    namespaces !== undefined && matchesSelector(namespaces, pod.namespaceLabels)
  );
}

/** All classes that {@link isSubject} takes. */
function subjectsOf({ spec }: TieredPolicy, universe: Universe): ClassSet {
  const { namespaces, pods } = spec?.subject ?? {};
  if (pods) {
    return universe.selected({
      namespaceSelector: pods.namespaceSelector ?? {},
      podSelector: pods.podSelector ?? {},
    });
  }
  return namespaces
    ? universe.selected({ namespaceSelector: namespaces })
    : ClassSet.none;
}

function rankedRules(
  rivals: readonly TieredPolicy[],
  compile: (policy: TieredPolicy) => TierRule[],
): (TierRule | RivalRules)[] {
  const lists = rivals.map(compile);
  return lists.length === 1
    ? lists[0]
    : [
        {
          rivals: lists,
          reason: `${rivals
            .map(({ kind, metadata }) =>
              describeObject({ kind, name: metadata.name }),
            )
            .join(
              ' and ',
            )} have the same priority and disagree, and the API leaves open which of them counts`,
        },
      ];
}

function tierRules(
  policy: TieredPolicy,
  rule: TieredPolicyRule,
  direction: Direction,
  index: number,
  subject: PodClass,
  universe: Universe,
  layer: string,
): TierRule[] {
  const effect = EFFECTS[rule.action ?? ''];
  const base = {
    decidedBy: {
      layer,
      direction,
      object: referenceTo(policy),
      field: `spec.${direction}[${index}]`,
    },
    ...(effect
      ? { effect }
      : {
          effect: 'unknown' as const,
          reason: `nobody knows the action "${rule.action}"`,
        }),
  };
  const peers = peersOf(rule);
  const fixed = ClassSet.union(peers.map(peer => peerClasses(peer, universe)));
  const domains = peers.flatMap(({ domainNames }) => domainNames ?? []);
  return [
    ...portsOf(rule, direction, subject, fixed, universe).map(part => ({
      ...base,
      ...part,
    })),
    // A name stands for addresses that only its DNS answer tells.
    ...(domains.length > 0
      ? portsOf(rule, direction, subject, universe.external, universe).map(
          part => ({
            ...base,
            ...part,
            ...(base.effect === 'allow'
              ? {
                  conditions: domains.map(domain => `to ${domain}`),
                  elseNext: true as const,
                }
              : {
                  effect: 'unknown' as const,
                  reason: `names such as ${domains[0]} are for allowing, and what another action makes of them is not specified`,
                }),
          }),
        )
      : []),
  ];
}

function peersOf({ from, to }: TieredPolicyRule): readonly TieredPolicyPeer[] {
  return from ?? to ?? [];
}

function peerClasses(
  { namespaces, pods, nodes, networks }: TieredPolicyPeer,
  universe: Universe,
): ClassSet {
  return ClassSet.union([
    ...(namespaces
      ? [universe.selected({ namespaceSelector: namespaces })]
      : []),
    ...(pods
      ? [
          universe.selected({
            namespaceSelector: pods.namespaceSelector ?? {},
            podSelector: pods.podSelector ?? {},
          }),
        ]
      : []),
    ...(nodes ? [universe.nodes(nodes)] : []),
    ...(networks ?? []).map(cidr => universe.block(cidr)),
  ]);
}

function namedPortsOf({ ports, protocols }: TieredPolicyRule): string[] {
  return [
    ...(ports ?? []).flatMap(({ namedPort }) => namedPort ?? []),
    ...(protocols ?? []).flatMap(
      ({ destinationNamedPort }) => destinationNamedPort ?? [],
    ),
  ];
}

/** The peers with the ports that the rule means for them: a named port is whatever the destination calls so. */
function portsOf(
  rule: TieredPolicyRule,
  direction: Direction,
  subject: PodClass,
  peers: ClassSet,
  universe: Universe,
): { peers: ClassSet; ports: PortSet }[] {
  if (!rule.ports?.length && !rule.protocols?.length) {
    return [{ peers, ports: PortSet.all }];
  }
  const names = namedPortsOf(rule);
  const fixed = PortSet.union([
    ...numberedPorts(rule),
    ...(direction === 'ingress'
      ? names.map(name => subject.namedPorts.get(name) ?? PortSet.none)
      : []),
  ]);
  return [
    ...(fixed.isEmpty ? [] : [{ peers, ports: fixed }]),
    ...(direction === 'egress'
      ? names.flatMap(name => universe.byNamedPort(name, peers))
      : []),
  ];
}

function numberedPorts({ ports, protocols }: TieredPolicyRule): PortSet[] {
  const range = (protocol: string, from: number, to: number) => {
    const known = protocolOf(protocol);
    return known ? PortSet.range(known, from, to) : PortSet.none;
  };
  return [
    ...(ports ?? []).flatMap(({ portNumber, portRange }) => [
      ...(portNumber
        ? [range(portNumber.protocol, portNumber.port, portNumber.port)]
        : []),
      ...(portRange
        ? [range(portRange.protocol, portRange.start, portRange.end)]
        : []),
    ]),
    ...(protocols ?? []).flatMap(({ tcp, udp, sctp }) =>
      Object.entries({ tcp, udp, sctp }).flatMap(([protocol, destination]) => {
        if (!destination) {
          return [];
        }
        const { number, range: numbers } = destination.destinationPort ?? {};
        if (number !== undefined) {
          return [range(protocol, number, number)];
        }
        return [
          numbers
            ? range(protocol, numbers.start, numbers.end)
            : range(protocol, 1, 65_535),
        ];
      }),
    ),
  ];
}
