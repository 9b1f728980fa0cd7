/** One rule of a policy of Cilium, and what became of it for the pods that the policy selects. */
import { DIRECTIONS, Direction, describeRule } from '../../decisions';
import { matchesSelector } from '../../selectors';
import type { ClusterSnapshot } from '../../snapshot';
import type { PolicySpec } from '../cilium';
import { CiliumRule, blockOf, peerListsOf } from '../cilium/refusals';
import type { Section } from '../cilium/refusal';
import { CiliumView, Layer7Outcome } from '../ciliumView';
import { nobody } from './peers';
import { onlyPodsIn } from './podBlocks';
import type { Reason, RuleInQuestion } from './types';

export interface CiliumRulePlace {
  field: string;
  section: Section;
  direction: Direction;
  rule: CiliumRule;
  spec: PolicySpec;
  view: CiliumView;
  snapshot: ClusterSnapshot;
  outcomes: ReadonlyMap<string, readonly Layer7Outcome[]>;
  /** No other rule is for the direction: the default deny comes from this one. */
  isOnly: boolean;
  defaultDenyOff: boolean;
}

export function ciliumRuleInQuestion(place: CiliumRulePlace): RuleInQuestion {
  const { field, direction, rule } = place;
  const names = (rule.toPorts ?? []).flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ port }, item) =>
      /[a-z]/i.test(port)
        ? {
            field: `${field}.toPorts[${index}].ports[${item}]`,
            name: port.toLowerCase(),
          }
        : [],
    ),
  );
  const ports = (rule.toPorts ?? []).flatMap(one => one.ports ?? []);
  const known = knownOf(place);
  return {
    direction,
    field,
    peers: [],
    namedPorts: names,
    hasOtherPorts: ports.length === 0 || names.length < ports.length,
    ...(known ? { known } : {}),
    whenUnused: () =>
      whenUnusedOf(place) ?? { field, because: nobody(direction) },
  };
}

function knownOf(place: CiliumRulePlace): RuleInQuestion['known'] {
  const { field, section, rule, isOnly, defaultDenyOff, view, snapshot } =
    place;
  if (rule.icmps?.length) {
    return 'effective';
  }
  const reason = namesNobody(field, section, rule);
  if (reason) {
    // It is how a default deny is written.
    return isOnly && !defaultDenyOff ? 'effective' : reason;
  }
  const onlyPods = onlyPodsIn(blocksOf(rule), snapshot);
  if (onlyPods !== undefined) {
    return { field, because: onlyPods };
  }
  const outcomes = outcomesOf(place);
  if (outcomes.length === 0) {
    return undefined;
  }
  const [refused] = outcomes.flatMap(outcome =>
    outcome !== 'refuses' && outcome.refusesNothing === 'denied' ? outcome : [],
  );
  if (
    refused &&
    outcomes.every(
      outcome =>
        outcome !== 'refuses' &&
        ['denied', 'nobody'].includes(outcome.refusesNothing),
    )
  ) {
    return {
      field,
      because: `${refused.by
        .map(describeRule)
        .join(' and ')} decides all of it before`,
      provenBy: refused.by,
    };
  }
  return view.settings.audit || !outcomes.every(isNobody)
    ? 'effective'
    : { field, because: nobody(place.direction) };
}

function isNobody(outcome: Layer7Outcome): boolean {
  return outcome !== 'refuses' && outcome.refusesNothing === 'nobody';
}

/** By its text: lists that name nobody whatever stands beside them, or no list at all. */
export function namesNobody(
  field: string,
  section: Section,
  rule: CiliumRule,
): Reason | undefined {
  const effect = section.endsWith('Deny') ? 'denies nobody' : 'lets nobody in';
  const words = section === 'egress' ? 'lets the pods go nowhere' : effect;
  const lists = peerListsOf(section).filter(list => rule[list]);
  const empty = lists.find(list => rule[list]?.length === 0);
  if (empty !== undefined) {
    return {
      field: `${field}.${empty}`,
      because: `it ${words}: its ${empty} is empty, which is nobody${
        lists.length > 1 ? ', whatever stands beside it' : ''
      }`,
    };
  }
  return lists.length === 0 && !rule.toPorts?.length
    ? { field, because: `it ${words}: it has neither peers nor ports` }
    : undefined;
}

/** Of a rule that looks into requests, or opens names: what became of it for each kind of pod. */
function outcomesOf({
  field,
  spec,
  direction,
  outcomes,
}: CiliumRulePlace): readonly Layer7Outcome[] {
  return outcomes.get(`${direction} ${spec.key} ${field}`) ?? [];
}

/** Use as `snapshot.derive(layer7Outcomes)`: by direction, spec and field. */
export function layer7Outcomes(
  snapshot: ClusterSnapshot,
): ReadonlyMap<string, readonly Layer7Outcome[]> {
  const view = snapshot.derive(CiliumView.of);
  const found = new Map<string, Set<Layer7Outcome>>();
  for (const direction of DIRECTIONS) {
    const seen = new Set<unknown>();
    for (const pod of view.universe.podClasses) {
      const rules = view.rulesFor(pod, direction);
      if (!seen.has(rules)) {
        seen.add(rules);
        for (const { spec, rule } of rules) {
          if (rule.layer7 && rule.doubt === undefined) {
            const key = `${direction} ${spec.key} ${rule.decidedBy.field}`;
            const set = found.get(key) ?? new Set();
            found.set(key, set);
            // One pod for which it counts is enough.
            if (!set.has('refuses')) {
              set.add(view.outcomeOf(rule, pod, direction));
            }
          }
        }
      }
    }
  }
  return new Map([...found].map(([key, set]) => [key, [...set]]));
}

/** Why no tier ever asks it. */
function whenUnusedOf({
  field,
  section,
  direction,
  rule,
  spec,
  view,
}: CiliumRulePlace): Reason | undefined {
  if (
    rule.toPorts?.length &&
    rule.toPorts.every(({ ports }) => !ports?.length)
  ) {
    return rule.toPorts.every(({ ports }) => ports)
      ? { field: `${field}.toPorts`, because: 'its list of ports is empty' }
      : undefined;
  }
  const selected = (
    spec.namespace === undefined
      ? view.universe.podClasses
      : view.universe.classesIn(spec.namespace)
  ).filter(
    pod =>
      !pod.hostNetwork &&
      matchesSelector(spec.subject, view.peers.labelsOf(pod)),
  );
  return section === direction &&
    !view.settings.audit &&
    selected.length > 0 &&
    selected.every(pod => !view.isShut(pod, direction))
    ? {
        field,
        because: `nothing shuts ${direction} for the pods that it selects, so that what it does not name passes too`,
        provenBy: [
          {
            object: spec.object,
            field: `${field.replace(
              /\.[^.]*$/,
              '',
            )}.enableDefaultDeny.${direction}`,
          },
        ],
      }
    : undefined;
}

/** The blocks of addresses of a rule, which can have no other peers then. */
function blocksOf({
  fromCIDR = [],
  toCIDR = [],
  fromCIDRSet = [],
  toCIDRSet = [],
}: CiliumRule): readonly string[] {
  return [
    ...[...fromCIDR, ...toCIDR].map(blockOf),
    ...[...fromCIDRSet, ...toCIDRSet].flatMap(({ cidr }) => cidr ?? []),
  ];
}
