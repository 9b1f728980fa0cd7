/** Label selectors as people write them in an annotation and for `kubectl -l`, per `k8s.io/apimachinery/pkg/labels` `Parse`. */
import type { LabelSelector } from '@backstage-zero-trust/posture-engine';
import { InputError } from '@backstage/errors';

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

const KEY = '[A-Za-z0-9][-A-Za-z0-9_./]*';
const VALUE = '[-A-Za-z0-9_.]*';
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*(${VALUE})$`);
const MEMBERSHIP = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EXISTENCE = new RegExp(`^(!?)\\s*(${KEY})$`);
const VALUE_ALONE = new RegExp(`^${VALUE}$`);

/** Kubernetes would take nothing for everything; in an annotation it is a mistake. */
export function parseLabelSelector(text: string): LabelSelector {
  const parts = text.trim() === '' ? [] : splitRequirements(text);
  if (parts.length === 0) {
    throw new InputError('it is empty, which would select every workload');
  }
  const matchLabels: Record<string, string> = {};
  const matchExpressions: Requirement[] = [];
  for (const part of parts) {
    const requirement = parseRequirement(part);
    const [value] = requirement.values ?? [];
    if (
      requirement.operator === 'In' &&
      requirement.values?.length === 1 &&
      !Object.hasOwn(matchLabels, requirement.key)
    ) {
      matchLabels[requirement.key] = value;
    } else {
      matchExpressions.push(requirement);
    }
  }
  return { matchLabels, matchExpressions };
}

/** At commas that are not within parentheses; in one pass, since an annotation may be of any length. */
function splitRequirements(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let within = false;
  for (let index = 0; index <= text.length; index++) {
    const character = text[index];
    if (character === '(' || character === ')') {
      within = character === '(';
    } else if (index === text.length || (character === ',' && !within)) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return parts;
}

function parseRequirement(text: string): Requirement {
  const equality = EQUALITY.exec(text);
  if (equality) {
    const [, key, operator, value] = equality;
    return {
      key,
      operator: operator === '!=' ? 'NotIn' : 'In',
      values: [value],
    };
  }
  const membership = MEMBERSHIP.exec(text);
  if (membership) {
    const [, key, operator, list] = membership;
    const values = list.split(',').map(value => value.trim());
    if (values.every(value => VALUE_ALONE.test(value))) {
      return { key, operator: operator === 'in' ? 'In' : 'NotIn', values };
    }
  }
  const existence = EXISTENCE.exec(text);
  if (existence) {
    const [, negation, key] = existence;
    return { key, operator: negation ? 'DoesNotExist' : 'Exists' };
  }
  throw new InputError(`"${text.slice(0, 80)}" is no requirement on a label`);
}
