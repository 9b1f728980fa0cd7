/** Rules for requests that refuse none, or that see none. */
import { DIRECTIONS, Direction, describeRule } from '../../../decisions';
import type { CiliumText } from '../../../network/ciliumTexts';
import { CiliumRule } from '../../../network/cilium/refusals';
import { hasLayer7 } from '../../../network/cilium/layer7';
import type { PolicyRuleSpec } from '../../../network/cilium/policySpec';
import type { CiliumView, RuleOnPod } from '../../../network/ciliumView';
import { ClusterSnapshot, sameValue } from '../../../snapshot';
import { evidenceOf } from '../evidenceOfPolicies';
import {
  Deception,
  Detector,
  Selected,
  describeText,
  fieldOfText,
} from './deception';

export const requests: Detector = selected =>
  DIRECTIONS.flatMap(direction => [
    ...refusingNone(selected, direction),
    ...voidedByText(selected, direction),
    ...selected.texts.held.flatMap(text =>
      (text.text[direction] ?? []).flatMap((rule: CiliumRule, index) =>
        emptyRules(
          selected,
          text,
          rule,
          direction,
          `${text.path}.${direction}[${index}]`,
        ),
      ),
    ),
  ]);

function refusingNone(selected: Selected, direction: Direction): Deception[] {
  const { view, podClass } = selected;
  const found = new Map<string, Deception>();
  for (const one of view.rulesFor(podClass, direction)) {
    const { layer7, doubt } = one.rule;
    if (layer7?.proxied && layer7.conditions.length > 0 && !doubt) {
      const deception = ofRule(selected, one, direction);
      if (deception) {
        found.set(`${one.spec.key} ${one.rule.decidedBy.field}`, deception);
      }
    }
  }
  return [...found.values()];
}

function ofRule(
  { name, view, podClass, snapshot }: Selected,
  { rule }: RuleOnPod,
  direction: Direction,
): Deception | undefined {
  const outcome = view.outcomeOf(rule, podClass, direction);
  if (outcome === 'refuses') {
    return undefined;
  }
  switch (outcome.refusesNothing) {
    case 'open':
      return {
        ...anyRequest(name, direction, rule.decidedBy, [], snapshot),
        unlessAlways: true,
      };
    case 'plain':
      return anyRequest(name, direction, rule.decidedBy, outcome.by, snapshot);
    default:
      return undefined;
  }
}

type PlacedRule = Parameters<typeof describeRule>[0];

/** `by` are the plain rules that void it; none where nothing shuts the direction. */
function anyRequest(
  name: string,
  direction: Direction,
  rule: PlacedRule,
  by: readonly PlacedRule[],
  snapshot: ClusterSnapshot,
): Deception {
  const isPlain = by.length > 0;
  return {
    severity: direction === 'ingress' ? 'high' : 'medium',
    message: `${
      direction === 'ingress'
        ? `Whoever may connect can send ${name} any request`
        : `${name} can send any request where it may connect`
    }, though ${describeRule(rule)} lists which ones.`,
    because: isPlain
      ? `${by
          .map(describeRule)
          .join(
            ' and ',
          )} opens the same ports to the same peers without looking into requests, and one such rule lets every request through.`
      : 'No policy shuts the direction, and rules for requests refuse nothing where there is no default deny.',
    evidence: evidenceOf(snapshot, [rule, ...by]),
    witness:
      direction === 'ingress'
        ? { from: 'its callers', to: name, action: 'any request' }
        : { from: name, to: 'its destinations', action: 'any request' },
    fix: isPlain
      ? 'Remove these peers and ports from the plain rule, or give it rules for requests too. Requests that no rule lists are refused then.'
      : `Remove enableDefaultDeny.${direction}: false, or add a policy with default deny that selects ${name}. What no rule lists is refused then.`,
  };
}

/** For peers that are not there today, of whom the decisions say nothing: a plain rule that names the same peers. */
function voidedByText(
  { name, podClass, view, snapshot }: Selected,
  direction: Direction,
): Deception[] {
  const placed = view
    .specsFor(podClass, direction)
    .flatMap(({ object, directions }) =>
      directions[direction].rules
        .filter(({ effect }) => effect === 'allow')
        .map(rule => ({ rule, object, direction, field: rule.field })),
    );
  return placed.flatMap(one => {
    const { layer7 } = one.rule;
    const plain =
      layer7?.proxied && layer7.conditions.length > 0 && !isThere(one, view)
        ? placed.find(({ rule }) => !rule.layer7 && takesAllOf(rule, one.rule))
        : undefined;
    return plain ? [anyRequest(name, direction, one, [plain], snapshot)] : [];
  });
}

function isThere(
  { rule }: { rule: PolicyRuleSpec },
  view: CiliumView,
): boolean {
  const { certain, conditional, unknown } = view.peers.of(rule.peers);
  return !certain.isEmpty || conditional.length > 0 || unknown.length > 0;
}

/** By their words: the same peers and ports, or everybody and all ports. */
function takesAllOf(plain: PolicyRuleSpec, rule: PolicyRuleSpec): boolean {
  const has = <T>(list: readonly T[], item: T) =>
    list.some(one => sameValue(one, item));
  return (
    rule.peers.length > 0 &&
    rule.peers.every(
      peer =>
        has(plain.peers, peer) ||
        plain.peers.some(({ kind }) => kind === 'everyone'),
    ) &&
    (!plain.ports ||
      Boolean(rule.ports?.every(port => has(plain.ports ?? [], port))))
  );
}

/** `http: []` is no rule, and one empty rule beside others makes those void. */
function emptyRules(
  { name }: Selected,
  text: CiliumText,
  rule: CiliumRule,
  direction: Direction,
  field: string,
): Deception[] {
  return (rule.toPorts ?? []).flatMap(({ rules }, index): Deception[] => {
    const at = `${field}.toPorts[${index}].rules`;
    const kinds = (['http', 'kafka', 'dns'] as const).filter(
      kind => rules?.[kind],
    );
    const [empty] = kinds.filter(kind => rules?.[kind]?.length === 0);
    const [voided] = kinds.filter(
      kind =>
        (rules?.[kind]?.length ?? 0) > 1 &&
        rules?.[kind]?.some(one => Object.keys(one).length === 0),
    );
    const kind = rules && !hasLayer7(rules) ? empty : voided;
    if (kind === undefined) {
      return [];
    }
    return [
      {
        severity: 'medium',
        message: `${describeText(text)} lets every request ${
          direction === 'ingress' ? `to ${name}` : `of ${name}`
        } through where it ${
          kind === empty ? 'reads as if it let none' : 'lists which ones'
        }.`,
        because:
          kind === empty
            ? `${at}.${kind} is an empty list, and to Cilium that is no rule at all.`
            : `${at}.${kind} has an empty rule, which every request meets, and one rule is enough.`,
        evidence: [fieldOfText(text, `${at}.${kind}`)],
        fix: `List in ${at}.${kind} the requests that are meant, and nothing empty. Others are refused then.`,
      },
    ];
  });
}
