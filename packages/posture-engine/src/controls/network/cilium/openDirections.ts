/** Text that reads as if it shut a direction, and shuts nothing. */
import { DIRECTIONS, Direction } from '../../../decisions';
import type { CiliumText } from '../../../network/ciliumTexts';
import { CiliumRule } from '../../../network/cilium/refusals';
import { hasLayer7 } from '../../../network/cilium/layer7';
import {
  Deception,
  Detector,
  anybody,
  describeText,
  fieldOfText,
} from './deception';

export const openDirections: Detector = ({ name, podClass, texts, view }) =>
  DIRECTIONS.filter(direction => !view.isShut(podClass, direction)).flatMap(
    direction =>
      texts.held.flatMap(text => [
        ...listWithoutDefaultDeny(text, direction, name),
        ...emptyList(text, direction, name),
        ...defaultDenyWithoutRule(text, direction, name),
      ]),
  );

function openness(direction: Direction, name: string): string {
  return direction === 'ingress'
    ? `Any pod in the cluster can open connections to ${name}`
    : `${name} can open connections to every address`;
}

function deception(
  text: CiliumText,
  direction: Direction,
  name: string,
  parts: { field: string; reads: string; because: string; fix: string },
): Deception {
  return {
    severity: direction === 'ingress' ? 'high' : 'medium',
    message: `${openness(direction, name)}, though ${describeText(text)} ${
      parts.reads
    }.`,
    because: parts.because,
    evidence: [fieldOfText(text, parts.field)],
    witness: anybody(name, direction),
    fix: `${parts.fix} Whoever no rule names is cut off then.`,
    unlessAlways: true,
  };
}

function listWithoutDefaultDeny(
  text: CiliumText,
  direction: Direction,
  name: string,
): Deception[] {
  const stated = text.text.enableDefaultDeny?.[direction];
  const rules: readonly CiliumRule[] = text.text[direction] ?? [];
  if (stated !== false || !rules.some(namesSomebody)) {
    return [];
  }
  const field = `${text.path}.enableDefaultDeny.${direction}`;
  return [
    deception(text, direction, name, {
      field,
      reads: `lists who may${direction === 'ingress' ? '' : ' be called'}`,
      because: `${field} is false, and no other policy shuts the direction, so that the list adds nothing to what passes anyway.`,
      fix: `Remove ${field} from ${describeText(
        text,
      )}, or add a policy with default deny that selects ${name}.`,
    }),
  ];
}

/** Rules that only have a proxy look at what passes are no list of who may. */
function namesSomebody(rule: CiliumRule): boolean {
  const everyone = [...(rule.fromEntities ?? []), ...(rule.toEntities ?? [])];
  return (
    !everyone.includes('all') &&
    !rule.icmps?.length &&
    !(rule.toPorts ?? []).some(({ rules }) => rules && hasLayer7(rules))
  );
}

function emptyList(
  text: CiliumText,
  direction: Direction,
  name: string,
): Deception[] {
  if (text.text[direction]?.length !== 0) {
    return [];
  }
  const field = `${text.path}.${direction}`;
  return [
    deception(text, direction, name, {
      field,
      reads: `has "${direction}: []", which reads as if nobody might`,
      because: `To Cilium ${field} as an empty list says nothing at all; a default deny is written "${direction}: [{}]".`,
      fix: `Write "${direction}: [{}]" in ${describeText(
        text,
      )} if nobody is meant, or the rules that are.`,
    }),
  ];
}

function defaultDenyWithoutRule(
  text: CiliumText,
  direction: Direction,
  name: string,
): Deception[] {
  const filled =
    text.text[direction]?.length || text.text[`${direction}Deny`]?.length;
  if (!text.text.enableDefaultDeny?.[direction] || filled) {
    return [];
  }
  const field = `${text.path}.enableDefaultDeny.${direction}`;
  return [
    deception(text, direction, name, {
      field,
      reads: `switches default deny on for ${direction}`,
      because: `${field} counts only beside at least one rule for ${direction}, and there is none.`,
      fix: `Add "${direction}: [{}]" to ${describeText(
        text,
      )}, or the rules that are meant.`,
    }),
  ];
}
