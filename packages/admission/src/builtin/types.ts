/**
 * The kinds that an API server has of its own (Kubernetes 1.37), and their
 * fields. `kinds.json` is read from a real server by a test; a field is a word:
 * `text`, `int32`, `boolean`, `quantity`, `moment`, `bytes`, `metadata`, `any`,
 * `@Type` of an object, `[]word` of a list, `{}word` of a map.
 */
import { OBJECT_META } from '../metadata';
import { parseQuantity } from '../quantities';
import { Schema, ValueType } from '../structural/Schema';
import { isDateTime } from '../structural/formats';
import kinds from './kinds.json';

export interface BuiltinKind {
  namespaced: boolean;
  schema: Schema;
}

const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> =
  kinds.types;
const NAMESPACED: Readonly<Record<string, string>> = kinds.namespaced;
const CLUSTER: Readonly<Record<string, string>> = kinds.cluster;

const QUANTITY: ValueType = {
  name: 'a quantity such as 100m or 1Gi',
  includes: value =>
    typeof value === 'number' ||
    (typeof value === 'string' && parseQuantity(value) !== undefined),
};
const BYTES: ValueType = {
  name: 'bytes in base64',
  // Go reads a list of numbers as bytes too.
  includes: value =>
    (Array.isArray(value) &&
      value.every(byte => Number.isInteger(byte) && byte >= 0 && byte < 256)) ||
    (typeof value === 'string' &&
      /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(
        value.replace(/[\r\n]/g, ''),
      )),
};
const MOMENT: ValueType = {
  name: 'a moment such as 2026-01-01T00:00:00Z',
  includes: value => typeof value === 'string' && isDateTime(value),
};
const INTEGER_OR_TEXT: ValueType = {
  name: 'an integer or text',
  includes: value => typeof value === 'string' || Number.isInteger(value),
};

const WORDS: Readonly<Record<string, Schema>> = {
  text: { type: 'string' },
  boolean: { type: 'boolean' },
  number: { type: 'number' },
  integer: { type: 'integer', format: 'int64' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  bytes: { only: BYTES },
  moment: { only: MOMENT },
  quantity: { only: QUANTITY },
  'integer-or-text': { only: INTEGER_OR_TEXT },
  metadata: OBJECT_META,
  any: { 'x-kubernetes-preserve-unknown-fields': true },
};

/** The schema of a custom resource, which holds schemas. */
const SCHEMA_TYPE = 'apiextensions.v1.JSONSchemaProps';

const schemas = new Map<string, Schema>();

function schemaOf(word: string): Schema {
  if (word.startsWith('[]')) {
    return { type: 'array', items: schemaOf(word.slice(2)) };
  }
  if (word.startsWith('{}')) {
    return {
      type: 'object',
      additionalProperties: schemaOf(word.slice(2)),
    };
  }
  return word.startsWith('@') ? typeSchema(word.slice(1)) : WORDS[word] ?? {};
}

/** Types may hold themselves, so a schema is there before its fields are. */
function typeSchema(name: string): Schema {
  let schema = schemas.get(name);
  if (!schema) {
    const properties: Record<string, Schema> = {};
    schema = { type: 'object', properties };
    schemas.set(name, schema);
    for (const [field, word] of Object.entries(TYPES[name] ?? {})) {
      properties[field] = schemaOf(word);
    }
    if (name === SCHEMA_TYPE) {
      // The published API leaves open what these two hold.
      properties.items = schema;
      properties.additionalProperties = {
        'x-kubernetes-preserve-unknown-fields': true,
        anyOf: [{ type: 'boolean' }, schema],
      };
    }
  }
  return schema;
}

/** Undefined where the API server has no such kind of its own. */
export function builtinKind(
  apiVersion: string,
  kind: string,
): BuiltinKind | undefined {
  const name = `${apiVersion} ${kind}`;
  for (const [names, namespaced] of [
    [NAMESPACED, true],
    [CLUSTER, false],
  ] as const) {
    if (Object.hasOwn(names, name)) {
      return { namespaced, schema: typeSchema(names[name]) };
    }
  }
  return undefined;
}

/** Whether a group is the API server's own, so that what is not in it does not exist. */
export function isBuiltinGroup(group: string): boolean {
  return [NAMESPACED, CLUSTER].some(names =>
    Object.keys(names).some(name => {
      const [apiVersion] = name.split(' ');
      return (
        (apiVersion.includes('/') ? apiVersion.split('/')[0] : '') === group
      );
    }),
  );
}
