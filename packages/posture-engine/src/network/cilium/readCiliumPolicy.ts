/** CiliumNetworkPolicy and its cluster-wide form in the shape of all policies. */
import type { Direction } from '../../decisions';
import {
  CiliumPolicy,
  CiliumPolicySpec,
  CiliumPortRule,
  ClusterSnapshot,
  referenceTo,
} from '../../snapshot';
import { bothTests, openTest } from './httpTest';
import { domainOf, layer7Of } from './layer7';
import type {
  DirectionSpec,
  Layer7,
  PeerTerm,
  PolicyRuleSpec,
  PolicySpec,
} from './policySpec';
import { parsePort } from './ports';
import type { Section } from './refusal';
import { CiliumRule, blockOf, peerListsOf, specsOf } from './refusals';
import { SelectorScope, peerSelector, subjectSelector } from './selectors';
import { servicePeers } from './servicePeers';

/** Of a policy that Cilium takes. */
export function readCiliumPolicy(
  policy: CiliumPolicy,
  clusterName: string | undefined,
  snapshot: ClusterSnapshot,
): PolicySpec[] {
  const { namespace, name } = policy.metadata;
  const scope: SelectorScope = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(clusterName === undefined ? {} : { clusterName }),
  };
  return specsOf(policy).map(([path, spec]) => {
    const read = (direction: Direction) =>
      readDirection(path, spec, direction, scope, snapshot);
    return {
      key: `${policy.kind}/${namespace ?? ''}/${name}/${path}`,
      layer:
        namespace === undefined
          ? 'cilium-clusterwide-network-policy'
          : 'cilium-network-policy',
      object: referenceTo(policy),
      ...(namespace === undefined ? {} : { namespace }),
      subject: subjectSelector(
        spec.endpointSelector ?? spec.nodeSelector ?? {},
        scope,
      ),
      forNodes: spec.nodeSelector !== undefined,
      directions: { ingress: read('ingress'), egress: read('egress') },
    };
  });
}

function readDirection(
  path: string,
  spec: CiliumPolicySpec,
  direction: Direction,
  scope: SelectorScope,
  snapshot: ClusterSnapshot,
): DirectionSpec {
  const sections: readonly Section[] = [direction, `${direction}Deny`];
  const filled = sections.find(section => spec[section]?.length);
  const stated = spec.enableDefaultDeny?.[direction];
  return {
    rules: sections.flatMap(section =>
      (spec[section] ?? []).flatMap((rule: CiliumRule, index) =>
        readRule(
          `${path}.${section}[${index}]`,
          section,
          rule,
          scope,
          snapshot,
        ),
      ),
    ),
    ...(filled && stated !== false
      ? {
          defaultDeny: stated
            ? `${path}.enableDefaultDeny.${direction}`
            : `${path}.${filled}`,
        }
      : {}),
  };
}

/** A rule for each set of ports that has conditions of its own. */
function readRule(
  field: string,
  section: Section,
  rule: CiliumRule,
  scope: SelectorScope,
  snapshot: ClusterSnapshot,
): PolicyRuleSpec[] {
  const { toPorts = [], icmps, authentication } = rule;
  const peers = peersOf(section, rule, scope, snapshot);
  if (icmps?.length || (peers === undefined && toPorts.length === 0)) {
    // ICMP has no ports; and a rule that names nobody lets nobody through.
    return [];
  }
  const base = {
    effect: section.endsWith('Deny') ? ('deny' as const) : ('allow' as const),
    field,
    peers: peers ?? [{ kind: 'everyone' as const }],
  };
  const mutual = (layer7?: Layer7) =>
    withAuthentication(layer7, authentication?.mode);
  if (toPorts.length === 0) {
    const layer7 = mutual();
    return [{ ...base, ...(layer7 ? { layer7 } : {}) }];
  }
  return toPorts.map(portRule => {
    const layer7 = mutual(layer7Of(portRule));
    return {
      ...base,
      ports: portsOf(portRule),
      ...(layer7 ? { layer7 } : {}),
    };
  });
}

function portsOf({ ports = [] }: CiliumPortRule) {
  return ports.flatMap(({ port, protocol, endPort }) => {
    const term = parsePort(port, protocol, endPort);
    return typeof term === 'string' ? [] : term;
  });
}

/** The condition of rules with `authentication.mode: required`. */
export const MUTUAL_AUTHENTICATION = 'mutual authentication of the pods';

function withAuthentication(
  layer7: Layer7 | undefined,
  mode: string = 'disabled',
): Layer7 | undefined {
  if (mode === 'disabled') {
    return layer7;
  }
  const proof =
    mode === 'required'
      ? MUTUAL_AUTHENTICATION
      : 'an authentication that always fails';
  const words = layer7?.conditions ?? [];
  const { requests } = layer7 ?? {};
  return {
    ...layer7,
    conditions:
      words.length > 0 ? words.map(word => `${word} and ${proof}`) : [proof],
    ...(requests
      ? { requests: requests.map(test => bothTests(test, openTest(proof))) }
      : {}),
  };
}

/** Undefined where the rule has no list of peers; an empty list is nobody, whatever is beside it. */
function peersOf(
  section: Section,
  rule: CiliumRule,
  scope: SelectorScope,
  snapshot: ClusterSnapshot,
): PeerTerm[] | undefined {
  const lists = peerListsOf(section).filter(list => rule[list]);
  if (lists.length === 0) {
    return undefined;
  }
  if (lists.some(list => rule[list]?.length === 0)) {
    return [];
  }
  const undecided = (among: 'outside' | 'nodes', reason: string) =>
    ({ kind: 'undecided', among, reason } as const);
  const { toServices = [], toFQDNs = [] } = rule;
  return [
    ...[...(rule.fromEndpoints ?? []), ...(rule.toEndpoints ?? [])].map(
      (selector): PeerTerm => ({
        kind: 'labels',
        ...peerSelector(selector, scope),
      }),
    ),
    ...[...(rule.fromCIDR ?? []), ...(rule.toCIDR ?? [])].map(
      (cidr): PeerTerm => ({ kind: 'block', cidr: blockOf(cidr), except: [] }),
    ),
    ...[...(rule.fromCIDRSet ?? []), ...(rule.toCIDRSet ?? [])].map(
      ({ cidr, cidrGroupRef, except = [] }): PeerTerm =>
        cidr === undefined
          ? undecided(
              'outside',
              `the addresses of CiliumCIDRGroup ${
                cidrGroupRef ?? 'objects that a selector names'
              } are not in view`,
            )
          : { kind: 'block', cidr, except },
    ),
    ...[...(rule.fromEntities ?? []), ...(rule.toEntities ?? [])].map(
      (entity): PeerTerm => ({ kind: 'entity', entity }),
    ),
    ...(rule.fromGroups?.length || rule.toGroups?.length
      ? [
          undecided(
            'outside',
            'the addresses of groups at a cloud provider are not in view',
          ),
        ]
      : []),
    ...(rule.fromNodes?.length || rule.toNodes?.length
      ? [
          undecided(
            'nodes',
            'which nodes a selector of nodes takes is not followed here',
          ),
        ]
      : []),
    ...(section === 'egress' && toFQDNs.length > 0
      ? [
          {
            kind: 'names' as const,
            conditions: toFQDNs.map(name => `to ${domainOf(name)}`),
          },
        ]
      : []),
    ...toServices.flatMap(service => servicePeers(service, scope, snapshot)),
  ];
}
