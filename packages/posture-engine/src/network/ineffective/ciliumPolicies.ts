/** CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy: what of one can be without an effect. */
import { DIRECTIONS, Direction } from '../../decisions';
import { matchesSelector } from '../../selectors';
import {
  CiliumPolicy,
  CiliumPolicySpec,
  ClusterSnapshot,
  referenceTo,
} from '../../snapshot';
import type { PolicySpec } from '../cilium';
import { CiliumRule, specsOf } from '../cilium/refusals';
import { SECTIONS, Section } from '../cilium/refusal';
import type { CiliumView } from '../ciliumView';
import { ciliumRuleInQuestion, layer7Outcomes } from './ciliumRules';
import {
  CiliumEnforcedKind,
  auditReason,
  neverUnderSettings,
  settingReason,
} from './ciliumSettings';
import type { PolicyInQuestion, Reason, RuleInQuestion } from './types';
import type { CILIUM_KINDS } from './unenforced';

export function ciliumPoliciesInQuestion(
  kinds: readonly (typeof CILIUM_KINDS)[number][],
  snapshot: ClusterSnapshot,
  view: CiliumView,
): PolicyInQuestion[] {
  return kinds.flatMap(kind =>
    snapshot
      .all(kind)
      .flatMap(policy => ofPolicy(policy, kind, view, snapshot)),
  );
}

function ofPolicy(
  policy: CiliumPolicy,
  kind: CiliumEnforcedKind,
  view: CiliumView,
  snapshot: ClusterSnapshot,
): PolicyInQuestion[] {
  const object = referenceTo(policy);
  const refused = view.refusalOf(policy);
  const never = refused
    ? {
        field: refused.field,
        because: `Cilium refuses the whole object: ${refused.reason}`,
      }
    : neverUnderSettings(kind, view.settings);
  if (never) {
    return [
      {
        object,
        never,
        idle: [],
        selects: () => false,
        selectsOthers: false,
        subjectField: 'spec',
        rules: () => [],
      },
    ];
  }
  return specsOf(policy).flatMap(([path, text]) => {
    const spec = view.specOf(policy, path);
    return spec ? ofSpec(path, text, spec, view, snapshot) : [];
  });
}

function ofSpec(
  path: string,
  text: CiliumPolicySpec,
  spec: PolicySpec,
  view: CiliumView,
  snapshot: ClusterSnapshot,
): PolicyInQuestion {
  const never = neverOf(spec, view);
  return {
    object: spec.object,
    path,
    ...(never ? { never } : {}),
    idle: idleOf(path, text),
    selects: pod =>
      !spec.forNodes &&
      (spec.namespace ?? pod.namespace) === pod.namespace &&
      matchesSelector(spec.subject, view.peers.labelsOf(pod)),
    selectsOthers: spec.forNodes,
    subjectField: `${path}.endpointSelector`,
    rules: () =>
      spec.forNodes ? [] : rulesOf(path, text, spec, view, snapshot),
  };
}

function neverOf(
  { forNodes, directions }: PolicySpec,
  { settings }: CiliumView,
): Reason | undefined {
  if (forNodes && !settings.hostFirewall) {
    return settingReason(
      'enable-host-firewall',
      'does not switch enable-host-firewall on, and without it policies of nodes hold nothing back',
    );
  }
  const looksIntoRequests = DIRECTIONS.some(direction =>
    directions[direction].rules.some(({ layer7 }) => layer7),
  );
  return settings.audit && !looksIntoRequests ? auditReason() : undefined;
}

/** Empty lists and switches that nothing follows from. */
function idleOf(path: string, text: CiliumPolicySpec): Reason[] {
  return DIRECTIONS.flatMap(direction => {
    const sections = sectionsOf(direction);
    const empty = sections.filter(section => text[section]?.length === 0);
    const isFilled = sections.some(section => text[section]?.length);
    return [
      ...empty.map(section => ({
        field: `${path}.${section}`,
        because:
          'to Cilium an empty list is as good as none: it neither lets anybody through nor shuts anything',
      })),
      ...(text.enableDefaultDeny?.[direction] && !isFilled
        ? [
            {
              field: `${path}.enableDefaultDeny.${direction}`,
              because: `it shuts nothing: Cilium asks for at least one rule for ${direction} beside it, and there is none`,
            },
          ]
        : []),
    ];
  });
}

function sectionsOf(direction: Direction): readonly Section[] {
  return SECTIONS.filter(section => section.startsWith(direction));
}

function rulesOf(
  path: string,
  text: CiliumPolicySpec,
  spec: PolicySpec,
  view: CiliumView,
  snapshot: ClusterSnapshot,
): RuleInQuestion[] {
  return DIRECTIONS.flatMap(direction =>
    sectionsOf(direction).flatMap(section =>
      (text[section] ?? []).map((rule: CiliumRule, index) =>
        ciliumRuleInQuestion({
          field: `${path}.${section}[${index}]`,
          section,
          direction,
          rule,
          spec,
          view,
          snapshot,
          outcomes: snapshot.derive(layer7Outcomes),
          isOnly:
            sectionsOf(direction).reduce(
              (count, one) => count + (text[one]?.length ?? 0),
              0,
            ) === 1,
          defaultDenyOff: text.enableDefaultDeny?.[direction] === false,
        }),
      ),
    ),
  );
}
