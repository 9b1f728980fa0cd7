/** Cilium as a tier: all that it enforces, joined. There is no other tier beside it. */
import {
  DecidingField,
  Direction,
  FactCache,
  PodClass,
  Tier,
  TierAnswer,
  Universe,
  keyOfNamedPorts,
} from '../../decisions';
import { CompiledRule, compileRule, forSubject } from './compileRule';
import { joinRules, settingField } from './answer';
import type { Peers } from './Peers';
import { CiliumPolicies, concernsDirection } from './policies';
import type { PolicySpec } from './policySpec';
import type { CiliumSettings } from './settings';
import { undecidedBy } from './undecidedTier';

export function ciliumTier(
  policies: CiliumPolicies,
  peers: Peers,
  universe: Universe,
  settings: CiliumSettings,
): Tier {
  const answers = FactCache.create<TierAnswer>(universe.facts);
  const compiled = FactCache.create<CompiledRule[]>(universe.facts);
  const rulesOf = (spec: PolicySpec, direction: Direction) =>
    compiled.get(`${direction} ${spec.key}`, () =>
      spec.directions[direction].rules.flatMap(rule =>
        compileRule(spec, rule, direction, peers, universe),
      ),
    );
  const answerOf = (
    specs: readonly PolicySpec[],
    direction: Direction,
    subject: PodClass,
  ) =>
    joinRules({
      direction,
      rules: specs
        .flatMap(spec => rulesOf(spec, direction))
        .flatMap(rule => forSubject(rule, subject) ?? []),
      defaultDeny: [
        ...specs.flatMap(spec => defaultDenyOf(spec, direction) ?? []),
        ...(settings.enforcement === 'always'
          ? [settingField(direction, 'enable-policy')]
          : []),
      ],
      ownNode: peers.ownNode,
      everyone: peers.everyone,
      settings,
    });

  return {
    answer(subject, direction) {
      if (subject.hostNetwork || settings.enforcement === 'never') {
        return undefined;
      }
      const specs = policies.selecting(
        subject.namespace,
        peers.labelsOf(subject),
        direction,
      );
      if (specs.length === 0 && settings.enforcement !== 'always') {
        return undefined;
      }
      const key = [
        direction,
        ...specs.map(spec => spec.key),
        keyOfNamedPorts(subject, direction),
      ].join('\u0000');
      return answers.get(key, () => answerOf(specs, direction, subject));
    },

    answerNode(_node, direction) {
      const spec = settings.hostFirewall
        ? policies.specs.find(
            one => one.forNodes && concernsDirection(one, direction),
          )
        : undefined;
      return (
        spec &&
        answers.get(`${direction} nodes`, () =>
          undecidedBy(
            spec,
            direction,
            universe,
            'the host firewall of Cilium is on, and policies of nodes are not followed here',
          ),
        )
      );
    },
  };
}

function defaultDenyOf(
  { layer, object, directions }: PolicySpec,
  direction: Direction,
): DecidingField | undefined {
  const { defaultDeny } = directions[direction];
  return defaultDeny === undefined
    ? undefined
    : { layer, direction, object, field: defaultDeny };
}
