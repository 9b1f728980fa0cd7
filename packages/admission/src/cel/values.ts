/** JSON as the types that CEL rules see: the schema says which number is an integer, which text a moment. */
import { CelInput } from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { parseDuration } from '../durations';
import { Fields, isFields } from '../json';
import { Schema, entrySchemaOf, propertyOf } from '../structural/Schema';

type CelFields = Map<string, CelInput>;

/** Of metadata, rules see names only. */
const OBJECT_SCHEMA: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      generateName: { type: 'string' },
    },
  },
};

/** The whole object of a kind: its name is there, whatever its schema says. */
export function objectValue(object: Fields, schema: Schema): CelInput {
  return valueOf(object, {
    ...schema,
    'x-kubernetes-embedded-resource': true,
  });
}

/** Throws where a text is not what its format promises; the API server's evaluation ends there too. */
export function valueOf(value: unknown, schema: Schema | undefined): CelInput {
  if (value === null || value === undefined) {
    return null;
  }
  if (!schema || schema['x-kubernetes-int-or-string']) {
    return plainValue(value);
  }
  if (Array.isArray(value)) {
    return value.map(inner => valueOf(inner, schema.items));
  }
  if (isFields(value)) {
    return fieldsValue(value, schema);
  }
  if (typeof value === 'string') {
    return textValue(value, schema.format);
  }
  if (typeof value === 'number') {
    return schema.type === 'integer' ? BigInt(value) : value;
  }
  return Boolean(value);
}

function fieldsValue(fields: Fields, schema: Schema): CelInput {
  const isObject = schema['x-kubernetes-embedded-resource'] === true;
  const entries = entrySchemaOf(schema);
  const result: CelFields = new Map();
  if (entries && !isObject) {
    for (const [name, inner] of Object.entries(fields)) {
      result.set(name, valueOf(inner, propertyOf(schema, name) ?? entries));
    }
    return result;
  }
  if (!schema.properties && !isObject) {
    return plainValue(fields);
  }
  for (const [name, inner] of Object.entries(fields)) {
    const property =
      isObject && Object.hasOwn(OBJECT_SCHEMA, name)
        ? OBJECT_SCHEMA[name]
        : propertyOf(schema, name);
    if (property) {
      result.set(escapeName(name), valueOf(inner, property));
    }
  }
  return result;
}

/** Of what nobody declared a type for: only good for being compared. */
function plainValue(value: unknown): CelInput {
  if (Array.isArray(value)) {
    return value.map(plainValue);
  }
  if (isFields(value)) {
    return new Map(
      Object.entries(value).map(([name, inner]) => [name, plainValue(inner)]),
    );
  }
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : value;
    case 'string':
    case 'boolean':
      return value;
    default:
      return null;
  }
}

function textValue(text: string, format: string | undefined): CelInput {
  switch (format) {
    case 'duration': {
      const nanoseconds = parseDuration(text);
      if (nanoseconds === undefined) {
        throw new Error(`${text} is no duration`);
      }
      return create(DurationSchema, {
        seconds: nanoseconds / 1_000_000_000n,
        nanos: Number(nanoseconds % 1_000_000_000n),
      });
    }
    case 'date':
    case 'date-time':
      return momentOf(text);
    case 'byte':
      return Uint8Array.from(
        atob(text.replace(/-/g, '+').replace(/_/g, '/')),
        character => character.charCodeAt(0),
      );
    default:
      return text;
  }
}

function momentOf(text: string): CelInput {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) {
    throw new Error(`${text} is no moment`);
  }
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? '';
  return create(TimestampSchema, {
    seconds: BigInt(Math.floor(milliseconds / 1000)),
    nanos: Number(fraction.padEnd(9, '0')),
  });
}

/** CEL's own words, which a field may be called only in disguise. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue'],
  ...['else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package'],
  ...['namespace', 'return', 'var', 'void', 'while'],
]);

const DISGUISES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** What a rule calls a field: `namespace` is `__namespace__`, `a-b` is `a__dash__b`. */
export function escapeName(name: string): string {
  return RESERVED.has(name)
    ? `__${name}__`
    : name.replace(/__|[.\-/]/g, found => DISGUISES[found]);
}
