/** Label and field selectors as they come in a query string, with the errors of the real parser. */
import { ApiError, badRequest } from '../api/status';
import { apiVersionOf, ServedKind } from '../kinds/servedKind';
import { ApiObject, isRecord } from './apiObject';

export type ObjectPredicate = (object: ApiObject) => boolean;

const LABEL_KEY =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

type Labels = Record<string, string>;
type LabelRequirement = (labels: Labels) => boolean;

function unparsable(text: string): ApiError {
  return badRequest(
    `unable to parse requirement: found '${text}', expected: identifier`,
  );
}

function checkKey(key: string): string {
  if (!LABEL_KEY.test(key)) {
    throw badRequest(
      `unable to parse requirement: <nil>: Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    );
  }
  return key;
}

function checkValue(key: string, value: string): string {
  if (!LABEL_VALUE.test(value)) {
    throw badRequest(
      `unable to parse requirement: values[0][${key}]: Invalid value: "${value}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    );
  }
  return value;
}

/** Splits at commas that are not inside parentheses. */
function splitRequirements(selector: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of selector) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) {
      parts.push(current);
      current = '';
    } else {
      current += character;
    }
  }
  return [...parts, current];
}

function labelRequirement(text: string): LabelRequirement {
  const set = /^\s*([^\s=!(),<>]+)\s+(in|notin)\s*\(([^()]*)\)\s*$/.exec(text);
  if (set) {
    const key = checkKey(set[1]);
    const values = new Set(
      set[3].split(',').map(value => checkValue(key, value.trim())),
    );
    return set[2] === 'in'
      ? labels => key in labels && values.has(labels[key])
      : labels => !(key in labels && values.has(labels[key]));
  }
  const equal = /^\s*([^\s=!(),<>]+)\s*(==|=|!=)\s*([^\s=!(),<>]*)\s*$/.exec(text);
  if (equal) {
    const key = checkKey(equal[1]);
    const value = checkValue(key, equal[3]);
    return equal[2] === '!='
      ? labels => labels[key] !== value
      : labels => labels[key] === value;
  }
  const order = /^\s*([^\s=!(),<>]+)\s*(<|>)\s*(-?\d+)\s*$/.exec(text);
  if (order) {
    const key = checkKey(order[1]);
    const limit = Number(order[3]);
    return labels => {
      if (!/^-?\d+$/.test(labels[key] ?? '')) {
        return false;
      }
      const value = Number(labels[key]);
      return order[2] === '<' ? value < limit : value > limit;
    };
  }
  const exists = /^\s*(!?)\s*([^\s=!(),<>]+)\s*$/.exec(text);
  if (exists) {
    const key = checkKey(exists[2]);
    return exists[1] === '!' ? labels => !(key in labels) : labels => key in labels;
  }
  throw unparsable(text.trim());
}

export function parseLabelSelector(selector: string): ObjectPredicate {
  if (selector.trim() === '') {
    return () => true;
  }
  const requirements = splitRequirements(selector).map(labelRequirement);
  return object => {
    const labels = object.metadata.labels ?? {};
    return requirements.every(requirement => requirement(labels));
  };
}

function fieldValue(object: ApiObject, path: string): string {
  if (path === 'status.podIPs') {
    return fieldValue(object, 'status.podIP');
  }
  let current: unknown = object;
  for (const part of path.split('.')) {
    current = isRecord(current) ? current[part] : undefined;
  }
  if (path === 'spec.hostNetwork') {
    return String(current === true);
  }
  if (path === 'status.replicas') {
    return String(current ?? 0);
  }
  return typeof current === 'string' || typeof current === 'number' || typeof current === 'boolean'
    ? String(current)
    : '';
}

/** Only the fields that the kind's strategy knows may be asked for; any other is a 400. */
export function parseFieldSelector(
  selector: string,
  kind: ServedKind,
  version: string,
): ObjectPredicate {
  if (selector.trim() === '') {
    return () => true;
  }
  const allowed = new Set([
    'metadata.name',
    ...(kind.namespaced ? ['metadata.namespace'] : []),
    ...kind.fieldSelectors,
  ]);
  // Namespaces and nodes are cluster-scoped, yet custom resources know only these two.
  const requirements = selector
    .split(',')
    .filter(part => part !== '')
    .map(part => {
      const match = /^(.*?)(!=|==|=)(.*)$/.exec(part);
      if (!match) {
        throw badRequest(
          `invalid selector: '${selector}'; can't understand '${part}'`,
        );
      }
      const [, field, operator, value] = match;
      if (!allowed.has(field)) {
        throw badRequest(
          kind.custom
            ? `field label not supported: ${field}`
            : unsupportedField(kind, version, field),
        );
      }
      return (object: ApiObject) =>
        (fieldValue(object, field) === value) === (operator !== '!=');
    });
  return object => requirements.every(requirement => requirement(object));
}

/** Kinds with their own conversion name the field alone; all others the default one's text. */
const OWN_CONVERSION = new Set([
  'pods',
  'nodes',
  'replicationcontrollers',
  'events',
  'namespaces',
  'secrets',
  'services',
]);

function unsupportedField(kind: ServedKind, version: string, field: string): string {
  if (OWN_CONVERSION.has(kind.plural) && kind.group === '') {
    return `field label not supported: ${field}`;
  }
  return `${apiVersionOf(kind.group, version)}, Kind=${kind.kind}: "${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
