/** A rule with its peers as classes and its ports as sets: what is left to put in is what the subject calls its ports. */
import {
  ClassSet,
  Condition,
  DecidingField,
  Direction,
  PodClass,
  PortSet,
  Universe,
} from '../../decisions';
import { bothTests, openTest } from './httpTest';
import { anyOf } from './layer7';
import { API_SERVER_UNSEEN, Peers } from './Peers';
import type {
  Layer7,
  PolicyRuleSpec,
  PolicySpec,
  PortTerm,
} from './policySpec';
import { destinationPorts, numberedPorts, ownNamedPorts } from './ports';

export interface CompiledRule {
  effect: 'allow' | 'deny';
  peers: ClassSet;
  ports: PortSet;
  /** Of incoming rules: names that the subject gives its ports. */
  ownNames: readonly PortTerm[];
  layer7?: Layer7;
  /** Why nobody can tell whether the rule holds. */
  doubt?: string;
  decidedBy: DecidingField;
}

export function compileRule(
  { layer, object }: PolicySpec,
  rule: PolicyRuleSpec,
  direction: Direction,
  peers: Peers,
  universe: Universe,
): CompiledRule[] {
  const { certain, conditional, unknown } = peers.of(rule.peers);
  const decidedBy = { layer, direction, object, field: rule.field };
  const { effect, layer7 } = rule;
  const compile = (
    classes: ClassSet,
    more: Pick<CompiledRule, 'layer7' | 'doubt'>,
  ): CompiledRule[] =>
    partsOf(rule.ports, direction, classes, universe).map(part => ({
      effect,
      decidedBy,
      ...part,
      ...more,
    }));
  return [
    ...compile(certain, layer7 ? { layer7 } : {}),
    ...conditional.flatMap(({ classes, conditions }) =>
      compile(
        classes,
        effect === 'deny'
          ? { doubt: API_SERVER_UNSEEN }
          : { layer7: both(conditions, layer7) },
      ),
    ),
    ...unknown.flatMap(({ classes, reason }) =>
      compile(classes, { doubt: reason }),
    ),
  ];
}

function both(
  conditions: readonly Condition[],
  layer7: Layer7 | undefined,
): Layer7 {
  if (!layer7) {
    return { conditions };
  }
  const words = requestsOf(layer7);
  const { requests } = layer7;
  return {
    conditions: conditions.flatMap(one =>
      words.map(other => `${one} and ${other}`),
    ),
    ...(requests
      ? {
          requests: conditions.flatMap(one =>
            requests.map(test => bothTests(openTest(one), test)),
          ),
        }
      : {}),
  };
}

/** At least one. */
export function requestsOf({
  proxied,
  conditions,
}: Layer7): readonly Condition[] {
  return conditions.length > 0 || proxied === undefined
    ? conditions
    : [anyOf(proxied)];
}

function partsOf(
  terms: readonly PortTerm[] | undefined,
  direction: Direction,
  peers: ClassSet,
  universe: Universe,
): Pick<CompiledRule, 'peers' | 'ports' | 'ownNames'>[] {
  if (peers.isEmpty) {
    return [];
  }
  if (!terms) {
    return [{ peers, ports: PortSet.all, ownNames: [] }];
  }
  const ports = PortSet.union(terms.map(numberedPorts));
  const names = terms.filter(({ port }) => typeof port === 'string');
  if (direction === 'ingress') {
    return [{ peers, ports, ownNames: names }];
  }
  return [
    { peers, ports, ownNames: [] },
    ...names.flatMap(term =>
      universe
        .byNamedPort(String(term.port), peers.intersect(universe.podNetwork))
        .map(named => ({
          peers: named.peers,
          ports: destinationPorts(term, named.ports),
          ownNames: [],
        })),
    ),
  ].filter(part => !part.ports.isEmpty);
}

/** Undefined where the rule means no port of the subject. */
export function forSubject(
  rule: CompiledRule,
  subject: PodClass,
): CompiledRule | undefined {
  const ports =
    rule.ownNames.length === 0
      ? rule.ports
      : PortSet.union([
          rule.ports,
          ...rule.ownNames.map(term => ownNamedPorts(term, subject)),
        ]);
  return ports.isEmpty ? undefined : { ...rule, ports };
}
