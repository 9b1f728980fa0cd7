/** Selectors that mean others than they seem to. */
import { DIRECTIONS, Direction } from '../../../decisions';
import { NAMESPACE, isIdentityLabel } from '../../../network/cilium/labels';
import type { PolicyRuleSpec } from '../../../network/cilium/policySpec';
import type { CiliumText } from '../../../network/ciliumTexts';
import {
  Deception,
  Detector,
  Selected,
  describeText,
  fieldOfText,
} from './deception';

export const selectors: Detector = selected =>
  selected.texts.held.flatMap(text => [
    ...otherNamespace(selected, text),
    ...DIRECTIONS.flatMap(direction =>
      text.spec.directions[direction].rules.flatMap(rule =>
        peers(selected, text, rule, direction),
      ),
    ),
  ]);

/** It holds in its own namespace, whatever its selector says. */
function otherNamespace(
  { name, pod }: Selected,
  text: CiliumText,
): Deception[] {
  const key = `k8s:${NAMESPACE}`;
  const wanted = text.text.endpointSelector?.matchLabels?.[key];
  if (
    wanted === undefined ||
    wanted === pod.namespace ||
    text.spec.namespace === undefined
  ) {
    return [];
  }
  const described = describeText(text);
  return [
    {
      severity: 'medium',
      message: `${described} decides about ${name}, though it says that it is for pods of namespace ${wanted}.`,
      because: `A CiliumNetworkPolicy holds in its own namespace, and Cilium overwrites the label ${key} in its endpointSelector.`,
      evidence: [
        fieldOfText(
          text,
          `${text.path}.endpointSelector.matchLabels['${key}']`,
        ),
      ],
      fix: `Move ${described} to namespace ${wanted}, or remove the label from its endpointSelector. ${name} is not restricted by it any more once it has moved.`,
    },
  ];
}

function peers(
  selected: Selected,
  text: CiliumText,
  rule: PolicyRuleSpec,
  direction: Direction,
): Deception[] {
  return rule.peers.flatMap(term => {
    if (term.kind !== 'labels') {
      return [];
    }
    if (term.purelyNegative && rule.effect === 'allow') {
      return [takesEverybody(selected, text, rule, direction)];
    }
    const requirements = [
      ...Object.entries(term.selector.matchLabels ?? {}).map(
        ([key, value]) => ({ key, operator: 'In', values: [value] }),
      ),
      ...(term.selector.matchExpressions ?? []),
    ];
    const unseen = requirements.find(
      ({ key, operator }) =>
        key !== NAMESPACE &&
        !isIdentityLabel(key) &&
        (operator === 'In' || operator === 'Exists') ===
          (rule.effect === 'deny'),
    );
    return unseen
      ? [unseenLabel(selected, text, rule, direction, unseen.key)]
      : [];
  });
}

function takesEverybody(
  { name }: Selected,
  text: CiliumText,
  { field }: PolicyRuleSpec,
  direction: Direction,
): Deception {
  return {
    severity: 'high',
    message:
      direction === 'ingress'
        ? `Every pod of the cluster can reach ${name} by a rule that reads as if it left some out.`
        : `${name} can reach every pod of the cluster by a rule that reads as if it left some out.`,
    because: `${field} of ${describeText(
      text,
    )} says only what its peers must not be, and Cilium then takes every pod, also those that it excludes.`,
    evidence: [fieldOfText(text, field)],
    witness:
      direction === 'ingress'
        ? { from: 'any pod in the cluster', to: name, port: null }
        : { from: name, to: 'any pod in the cluster', port: null },
    fix: `Say in ${field} what the peers are too, such as a label that they carry. Pods without it are cut off then.`,
  };
}

/** A label that Cilium keeps out of identities is absent to every selector. */
function unseenLabel(
  { name }: Selected,
  text: CiliumText,
  { field, effect }: PolicyRuleSpec,
  direction: Direction,
  key: string,
): Deception {
  const denies = effect === 'deny';
  return {
    severity: denies ? 'high' : 'medium',
    message: denies
      ? `${describeText(text)} does not deny ${
          direction === 'ingress' ? 'the callers' : 'the destinations'
        } of ${name} that it names by the label ${key}.`
      : `${describeText(text)} does not leave out the ${
          direction === 'ingress' ? 'callers' : 'destinations'
        } of ${name} that it excludes by the label ${key}.`,
    because: `Cilium keeps ${key} out of the identities of pods, so that to its selectors no pod carries it (${field}).`,
    evidence: [fieldOfText(text, field)],
    fix: `Select by a label that does not differ between the pods of one workload, or give the agent a list of labels that has ${key} in it, which costs an identity for every value.`,
  };
}
