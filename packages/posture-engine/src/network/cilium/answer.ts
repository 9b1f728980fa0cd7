/** What Cilium's policies say together of a pod in one direction: denials first, then whoever some rule lets through, and the rest by default. */
import {
  ClassSet,
  DecidingField,
  Direction,
  PortSet,
  TierAnswer,
  TierRule,
} from '../../decisions';
import type { CompiledRule } from './compileRule';
import { ConditionalRule, conditionalRules } from './conditionalRules';
import type { CiliumSettings } from './settings';

export interface AnswerParts {
  direction: Direction;
  rules: readonly CompiledRule[];
  /** The fields that shut what no rule opens; empty where nothing does. */
  defaultDeny: readonly DecidingField[];
  ownNode: ClassSet;
  everyone: ClassSet;
  settings: CiliumSettings;
}

/** The field of Cilium's ConfigMap that a decision rests on. */
export function settingField(
  direction: Direction,
  setting: string,
): DecidingField {
  return {
    layer: 'cilium-config',
    direction,
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'kube-system',
      name: 'cilium-config',
    },
    field: `data.${setting}`,
  };
}

export function joinRules({
  direction,
  rules,
  defaultDeny,
  ownNode,
  everyone,
  settings,
}: AnswerParts): TierAnswer {
  // In audit mode what policies deny is logged and let through; proxies stay in the way.
  const shut = defaultDeny.length > 0 && !settings.audit;
  const certain = rules.filter(({ doubt }) => doubt === undefined);
  const allows = certain.filter(({ effect }) => effect === 'allow');
  const plain = allows.filter(({ layer7 }) => !layer7);
  const { proxied, others } = conditionalRules(
    allows.flatMap((rule): ConditionalRule[] =>
      rule.layer7 ? [{ ...rule, layer7: rule.layer7 }] : [],
    ),
    defaultDeny.length > 0 ? plain : [{ peers: everyone, ports: PortSet.all }],
  );
  const ownNodeRules =
    direction === 'ingress' && settings.ownNodeGetsIn
      ? [ownNodeRule(ownNode, direction)]
      : [];
  const passing = shut
    ? [
        ...proxied,
        ...plain.map(tierRule),
        ...ownNodeRules,
        ...others,
        ...doubtful(rules, 'allow'),
      ]
    : proxied;
  const denials = settings.audit
    ? []
    : [
        ...certain.filter(({ effect }) => effect === 'deny').map(tierRule),
        ...doubtful(rules, 'deny').flatMap(rule =>
          shut ? within(rule, passing) : rule,
        ),
      ];
  return {
    rules: [...denials, ...passing],
    otherwise: shut
      ? { effect: 'deny', decidedBy: defaultDeny }
      : { effect: 'next' },
  };
}

/** What is shut anyway is no question. */
function within(rule: TierRule, passing: readonly TierRule[]): TierRule[] {
  return passing
    .map(({ peers, ports }) => ({
      ...rule,
      peers: rule.peers.intersect(peers),
      ports: rule.ports.intersect(ports),
    }))
    .filter(({ peers, ports }) => !peers.isEmpty && !ports.isEmpty);
}

function tierRule({ effect, peers, ports, decidedBy }: CompiledRule): TierRule {
  return { effect, peers, ports, decidedBy };
}

function doubtful(
  rules: readonly CompiledRule[],
  wanted: CompiledRule['effect'],
): TierRule[] {
  return rules.flatMap(({ effect, doubt, peers, ports, decidedBy }) =>
    effect === wanted && doubt !== undefined
      ? [{ effect: 'unknown', reason: doubt, peers, ports, decidedBy }]
      : [],
  );
}

/** The kubelet must reach what it probes. */
function ownNodeRule(ownNode: ClassSet, direction: Direction): TierRule {
  return {
    effect: 'allow',
    peers: ownNode,
    ports: PortSet.all,
    decidedBy: settingField(direction, 'allow-localhost'),
  };
}
