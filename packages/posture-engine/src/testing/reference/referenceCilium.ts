/**
 * The judge of the engine under Cilium: one question about one connection at a
 * time, over identities with their labels as Cilium has them, with no classes,
 * sets or caches. Slow on purpose, and apart from the engine's own reading.
 */
import { parse, parseCIDR } from 'ipaddr.js';
import {
  CiliumPolicy,
  CiliumPolicySpec,
  ClusterSnapshot,
  LabelSelector,
  NetworkPolicy,
} from '../../snapshot';
import {
  Identity,
  identityOf,
  inNamespace,
  requirementsOf,
  selects,
} from './referenceCiliumIdentity';
import type { ReferenceQuestion } from './referenceNetwork';

export interface CiliumVerdict {
  verdict: 'allow' | 'deny';
  /** Per direction that has any, egress first; in the order of the alphabet. */
  conditions: string[][];
}

type Way = 'ingress' | 'egress';
type Rule = NonNullable<CiliumPolicySpec['ingress']>[number] &
  NonNullable<CiliumPolicySpec['egress']>[number];

/** What a rule lets through: everything, or what meets one of the conditions. */
type Match = { proxied: boolean; conditions: string[] } | 'plain';

const ANY_REQUEST = 'any HTTP request';
const SECTIONS = ['ingress', 'ingressDeny', 'egress', 'egressDeny'] as const;

export function referenceCilium(
  snapshot: ClusterSnapshot,
  question: ReferenceQuestion,
): CiliumVerdict {
  const sides = (['egress', 'ingress'] as const).map(way =>
    oneSide(snapshot, question, way),
  );
  return sides.includes('deny')
    ? { verdict: 'deny', conditions: [] }
    : {
        verdict: 'allow',
        conditions: sides.flatMap(side =>
          side === 'deny' || side.length === 0 ? [] : [side],
        ),
      };
}

function oneSide(
  snapshot: ClusterSnapshot,
  question: ReferenceQuestion,
  way: Way,
): 'deny' | string[] {
  const config = snapshot.settings.ciliumConfig ?? {};
  const [subject, other] =
    way === 'egress'
      ? [question.source, question.destination]
      : [question.destination, question.source];
  if (typeof subject === 'string' || subject.spec.hostNetwork) {
    return [];
  }
  const own = identityOf(snapshot, subject, subject);
  const peer = identityOf(snapshot, other, subject);
  let denied = false;
  let isolated = config['enable-policy'] === 'always';
  const matches: Match[] = [];
  for (const { rules, deny, isolates } of sectionsFor(own, way)) {
    isolated ||= isolates;
    for (const rule of rules) {
      for (const match of rule()) {
        if (deny) {
          denied = true;
        } else {
          matches.push(match);
        }
      }
    }
  }
  if (denied) {
    return 'deny';
  }
  const plain = !isolated || matches.includes('plain');
  const conditional = matches.flatMap(match =>
    match === 'plain' ? [] : match,
  );
  if (conditional.some(({ proxied }) => proxied)) {
    const words = new Set(conditional.flatMap(({ conditions }) => conditions));
    return plain || words.has(ANY_REQUEST) ? [ANY_REQUEST] : [...words].sort();
  }
  const nodeGetsIn =
    way === 'ingress' && peer.ownNode && config['allow-localhost'] !== 'policy';
  if (plain || nodeGetsIn) {
    return [];
  }
  return conditional.length > 0
    ? [...new Set(conditional.flatMap(({ conditions }) => conditions))].sort()
    : 'deny';

  function sectionsFor(identity: Identity, direction: Way) {
    return [
      ...snapshot
        .all('NetworkPolicy')
        .filter(({ metadata, spec }) =>
          selects(
            [
              ...requirementsOf(spec.podSelector),
              inNamespace(metadata.namespace ?? ''),
            ],
            identity,
          ),
        )
        .map(policy => ofNetworkPolicy(policy, direction)),
      ...[
        ...snapshot.all('CiliumNetworkPolicy'),
        ...snapshot.all('CiliumClusterwideNetworkPolicy'),
      ].flatMap(policy => ofCiliumPolicy(policy, identity, direction)),
    ];
  }

  function ofCiliumPolicy(
    policy: CiliumPolicy,
    identity: Identity,
    direction: Way,
  ) {
    const specs = [
      ...(policy.spec ? [policy.spec] : []),
      ...(policy.specs ?? []),
    ];
    if (specs.some(isRefused)) {
      return [];
    }
    const { namespace } = policy.metadata;
    return specs
      .filter(({ endpointSelector = {} }) => {
        const { 'k8s:io.kubernetes.pod.namespace': _, ...rest } =
          endpointSelector.matchLabels ?? {};
        return namespace === undefined
          ? selects(requirementsOf(endpointSelector), identity)
          : selects(
              [
                ...requirementsOf({ ...endpointSelector, matchLabels: rest }),
                inNamespace(namespace),
              ],
              identity,
            );
      })
      .flatMap(spec =>
        ([direction, `${direction}Deny`] as const).map(section => ({
          deny: section !== direction,
          isolates:
            Boolean(spec[section]?.length) &&
            spec.enableDefaultDeny?.[direction] !== false,
          rules: (spec[section] ?? []).map(
            (rule: Rule) => () => ciliumMatches(rule, direction, namespace),
          ),
        })),
      );
  }

  function ciliumMatches(
    rule: Rule,
    direction: Way,
    namespace: string | undefined,
  ): Match[] {
    const prefix = direction === 'ingress' ? 'from' : 'to';
    const lists = {
      endpoints: rule[`${prefix}Endpoints`],
      cidr: rule[`${prefix}CIDR`],
      cidrSet: rule[`${prefix}CIDRSet`],
      entities: rule[`${prefix}Entities`],
      names: rule.toFQDNs,
    };
    const given = Object.values(lists).filter(list => list !== undefined);
    const { toPorts = [] } = rule;
    if (
      rule.icmps?.length ||
      given.some(list => list.length === 0) ||
      (given.length === 0 && toPorts.length === 0)
    ) {
      return [];
    }
    const named = (lists.names ?? []).map(({ matchName }) => `to ${matchName}`);
    const isPeer =
      given.length === 0 ||
      lists.endpoints?.some(selector => isPeerOf(selector, namespace)) ||
      lists.cidr?.some(cidr => inBlock(cidr)) ||
      lists.cidrSet?.some(
        ({ cidr = '', except = [] }) => inBlock(cidr) && !except.some(inBlock),
      ) ||
      lists.entities?.some(isEntity) ||
      (named.length > 0 && peer.address !== undefined);
    if (!isPeer) {
      return [];
    }
    const requests: (string[] | undefined)[] =
      toPorts.length === 0
        ? [undefined]
        : toPorts
            .filter(({ ports = [] }) =>
              ports.some(({ port, protocol = 'ANY', endPort }) =>
                portMatches(port, protocol, endPort, direction),
              ),
            )
            .map(({ rules }) =>
              rules?.http?.length
                ? rules.http.map(({ method, path }) =>
                    method || path
                      ? ['HTTP', method, path].filter(Boolean).join(' ')
                      : ANY_REQUEST,
                  )
                : undefined,
            );
    return requests.map((words): Match => {
      const http = words?.includes(ANY_REQUEST) ? [ANY_REQUEST] : words;
      if (named.length > 0) {
        return {
          proxied: false,
          conditions: http
            ? named.flatMap(name => http.map(word => `${name} and ${word}`))
            : named,
        };
      }
      return http ? { proxied: true, conditions: http } : 'plain';
    });
  }

  function ofNetworkPolicy({ metadata, spec }: NetworkPolicy, direction: Way) {
    const rules =
      direction === 'ingress'
        ? (spec.ingress ?? []).map(({ from, ports }) => ({ who: from, ports }))
        : (spec.egress ?? []).map(({ to, ports }) => ({ who: to, ports }));
    const stated =
      direction === 'ingress'
        ? spec.policyTypes.includes('Ingress') ||
          !spec.policyTypes.includes('Egress')
        : spec.policyTypes.includes('Egress');
    return {
      deny: false,
      isolates: stated || rules.length > 0,
      rules: rules.map(({ who, ports }) => (): Match[] => {
        const isPeer =
          !who ||
          who.some(({ ipBlock, namespaceSelector, podSelector = {} }) => {
            if (ipBlock) {
              return inBlock(ipBlock.cidr);
            }
            if (!namespaceSelector) {
              return isPeerOf(podSelector, metadata.namespace);
            }
            const ofNamespace = requirementsOf(namespaceSelector).map(
              requirement => ({
                ...requirement,
                key: `io.cilium.k8s.namespace.labels.${requirement.key}`,
              }),
            );
            return isPeerOf(
              {
                matchExpressions: [
                  ...requirementsOf(podSelector),
                  ...(ofNamespace.length > 0
                    ? ofNamespace
                    : [
                        {
                          key: 'io.kubernetes.pod.namespace',
                          operator: 'Exists',
                        },
                      ]),
                ],
              },
              metadata.namespace,
            );
          });
        const portOpen =
          !ports ||
          ports.some(({ port = 0, protocol }) =>
            portMatches(`${port}`, protocol, undefined, direction),
          );
        return isPeer && portOpen ? ['plain'] : [];
      }),
    };
  }

  function isPeerOf(
    selector: LabelSelector,
    namespace: string | undefined,
  ): boolean {
    const requirements = requirementsOf(selector);
    const names = (text: string) =>
      requirements.some(({ key }) =>
        key.replace(/^(k8s|any):/, '').startsWith(text),
      );
    if (!names('reserved:')) {
      if (!names('io.kubernetes.pod.namespace')) {
        if (namespace === undefined) {
          requirements.push({
            key: 'k8s:io.kubernetes.pod.namespace',
            operator: 'Exists',
            values: [],
          });
        } else if (!names('io.cilium.k8s.namespace.labels.')) {
          requirements.push(inNamespace(namespace));
        }
      }
      if (
        config['policy-default-local-cluster'] !== 'false' &&
        !names('io.cilium.k8s.policy.cluster')
      ) {
        requirements.push({
          key: 'k8s:io.cilium.k8s.policy.cluster',
          operator: 'In',
          values: ['default'],
        });
      }
    }
    const negative =
      requirements.length > 0 &&
      requirements.every(({ operator }) => /NotIn|DoesNotExist/.test(operator));
    return selects(requirements, peer) || (negative && peer.pod !== undefined);
  }

  function isEntity(entity: string): boolean {
    const has = (name: string) => peer.labels.has(`reserved:${name}`);
    switch (entity) {
      case 'all':
        return true;
      case 'world':
        return peer.address !== undefined;
      case 'cluster':
        return peer.address === undefined || has('kube-apiserver');
      default:
        return has(entity);
    }
  }

  function inBlock(cidr: string): boolean {
    if (peer.address === undefined) {
      return false;
    }
    const [network, prefix] = parseCIDR(cidr);
    const address = parse(peer.address);
    return address.kind() === network.kind() && address.match(network, prefix);
  }

  function portMatches(
    port: string,
    protocol: string,
    endPort: number | undefined,
    direction: Way,
  ): boolean {
    if (protocol !== 'ANY' && protocol !== question.protocol) {
      return false;
    }
    if (/\d/.test(port)) {
      const first = Number(port);
      return (
        first === 0 ||
        question.port === first ||
        (question.port > first && question.port <= (endPort ?? 0))
      );
    }
    const owner = direction === 'ingress' ? own.pod : peer.pod;
    return (owner?.spec.containers ?? []).some(({ ports = [] }) =>
      ports.some(
        ({ name, protocol: kind = 'TCP', containerPort }) =>
          name === port.toLowerCase() &&
          kind === question.protocol &&
          (question.port === containerPort ||
            (direction === 'ingress' &&
              question.port > containerPort &&
              question.port <= (endPort ?? 0))),
      ),
    );
  }
}

/** The reasons for refusal that random clusters have. */
function isRefused(spec: CiliumPolicySpec): boolean {
  const rules = SECTIONS.flatMap((section): Rule[] => [
    ...(spec[section] ?? []),
  ]);
  return (
    rules.length === 0 ||
    rules.some(
      ({ fromRequires, toRequires, toPorts = [] }) =>
        fromRequires?.length ||
        toRequires?.length ||
        toPorts.some(
          ({ ports = [], rules: looksInto }) =>
            looksInto?.http?.length &&
            ports.some(
              ({ port, protocol }) => protocol !== 'TCP' || port === '0',
            ),
        ),
    )
  );
}
