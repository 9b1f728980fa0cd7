/**
 * Fields that a schema does not know. An API server drops them; asked to be
 * strict, as kubectl does, it refuses the object. Nulls where a schema allows
 * none are dropped in silence either way, so that defaults apply.
 */
import { Fields, isFields } from '../json';
import { FoundProblem, child, item, key } from '../problems';
import { OBJECT_FIELDS, Schema, entrySchemaOf, propertyOf } from './Schema';

/** Drops unknown fields and forbidden nulls from a value, which it changes, and says which fields are unknown. */
export function pruneFields(
  value: Fields,
  schema: Schema,
  path: string,
): FoundProblem[] {
  const problems: FoundProblem[] = [];
  prune(value, schema, path, problems);
  return problems;
}

/** Of a whole object, whose kind and metadata are not the schema's to say. */
export function pruneObject(object: Fields, schema: Schema): FoundProblem[] {
  return pruneFields(
    object,
    { ...schema, 'x-kubernetes-embedded-resource': true },
    '',
  );
}

function prune(
  value: unknown,
  schema: Schema | undefined,
  path: string,
  problems: FoundProblem[],
): void {
  const keepsAll = schema?.['x-kubernetes-preserve-unknown-fields'] === true;
  if (Array.isArray(value)) {
    const items =
      keepsAll && schema.items
        ? { ...schema.items, 'x-kubernetes-preserve-unknown-fields': true }
        : schema?.items;
    if (items || !keepsAll) {
      value.forEach((inner, index) =>
        prune(inner, items, item(path, index), problems),
      );
    }
    return;
  }
  if (!isFields(value)) {
    return;
  }
  const entries = schema && entrySchemaOf(schema);
  for (const name of Object.keys(value)) {
    if (schema?.['x-kubernetes-embedded-resource'] && OBJECT_FIELDS.has(name)) {
      continue;
    }
    const property = schema && propertyOf(schema, name);
    const known = property ?? entries;
    const isEntry = !property && schema?.additionalProperties !== undefined;
    if (value[name] === null && known && !isNullKept(known)) {
      delete value[name];
    } else if (known) {
      prune(
        value[name],
        known,
        property ? child(path, name) : key(path, name),
        problems,
      );
    } else if (!keepsAll && !(isEntry && schema.additionalProperties)) {
      problems.push({
        kind: 'shape',
        field: child(path, name),
        message: 'is no field of this kind',
      });
      delete value[name];
    }
  }
}

/** Null is a value of its own there, or what the default replaces. */
function isNullKept(schema: Schema): boolean {
  return schema.nullable === true || schema.default !== undefined;
}
