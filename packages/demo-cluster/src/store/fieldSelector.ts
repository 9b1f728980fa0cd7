/** Field selectors as they come in a query string; only the fields that a kind knows may be asked for. */
import { badRequest } from '../api/status';
import type { ServedKind } from '../kinds/servedKind';
import { ApiObject, isRecord } from './apiObject';

export type ObjectPredicate = (object: ApiObject) => boolean;

/** Kinds with their own list of fields, whose errors name the field alone; a Namespace or Node has no namespace there. */
const OWN_FIELDS = new Set([
  'pods',
  'nodes',
  'replicationcontrollers',
  'events',
  'namespaces',
  'secrets',
  'services',
]);

function fieldValue(object: ApiObject, path: string): string {
  if (path === 'status.podIPs') {
    return fieldValue(object, 'status.podIP');
  }
  let current: unknown = object;
  for (const part of path.split('.')) {
    current = isRecord(current) ? current[part] : undefined;
  }
  if (path === 'spec.hostNetwork' || path === 'spec.unschedulable') {
    return String(current === true);
  }
  if (path === 'status.replicas' || path === 'status.successful') {
    return String(current ?? 0);
  }
  return ['string', 'number', 'boolean'].includes(typeof current)
    ? String(current)
    : '';
}

/** Splits at commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  return text.split(/(?<!\\)(?:\\\\)*,/).filter(term => term !== '');
}

function unescape(value: string): string {
  const wrong = /\\([^\\,=])/.exec(value);
  if (wrong) {
    throw badRequest(
      `invalid field selector: invalid escape sequence: \\${wrong[1]}`,
    );
  }
  const bare = /(?<!\\)(?:\\\\)*[=]/.exec(value);
  if (bare) {
    throw badRequest(
      'invalid field selector: unescaped character in value: 61',
    );
  }
  return value.replace(/\\([\\,=])/g, '$1');
}

function unsupported(kind: ServedKind, field: string): string {
  if (kind.custom || (kind.group === '' && OWN_FIELDS.has(kind.plural))) {
    return `field label not supported: ${field}`;
  }
  if (kind.group === 'batch' && kind.kind === 'Job') {
    return `field label "${field}" not supported for Job`;
  }
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function allowedFields(kind: ServedKind): Set<string> {
  const namespace =
    kind.namespaced || !(kind.group === '' && OWN_FIELDS.has(kind.plural));
  return new Set([
    'metadata.name',
    ...(namespace ? ['metadata.namespace'] : []),
    ...kind.fieldSelectors,
  ]);
}

/** Throws 400 for what the grammar or the kind does not allow. */
export function parseFieldSelector(
  text: string,
  kind: ServedKind,
): ObjectPredicate {
  const allowed = allowedFields(kind);
  const terms = splitTerms(text).flatMap(term => {
    const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
    if (!match) {
      throw badRequest(
        `invalid selector: '${text}'; can't understand '${term}'`,
      );
    }
    const [, field, operator, escaped] = match;
    const value = unescape(escaped);
    if (field === '' && value === '') {
      return [];
    }
    if (!allowed.has(field)) {
      throw badRequest(unsupported(kind, field));
    }
    return [
      (object: ApiObject) =>
        (fieldValue(object, field) === value) === (operator !== '!='),
    ];
  });
  return object => terms.every(term => term(object));
}
