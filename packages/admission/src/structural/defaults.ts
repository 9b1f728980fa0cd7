/** The values that a schema gives to fields which are left out. */
import { copyOf, isFields, setField } from '../json';
import { Schema, entrySchemaOf, propertyOf } from './Schema';

/** Fills in what is left out, and replaces nulls that only stand for that. */
export function setDefaults(value: unknown, schema: Schema | undefined): void {
  if (!schema) {
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((inner, index) => {
      if (isReplaced(inner, schema.items)) {
        value[index] = copyOf(schema.items?.default);
      }
      setDefaults(value[index], schema.items);
    });
    return;
  }
  if (!isFields(value)) {
    return;
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (
      property.default !== undefined &&
      (!Object.hasOwn(value, name) || isReplaced(value[name], property))
    ) {
      setField(value, name, copyOf(property.default));
    }
  }
  const entries = entrySchemaOf(schema);
  for (const name of Object.keys(value)) {
    const known = propertyOf(schema, name) ?? entries;
    if (isReplaced(value[name], known)) {
      setField(value, name, copyOf(known?.default));
    }
    setDefaults(value[name], known);
  }
}

function isReplaced(value: unknown, schema: Schema | undefined): boolean {
  return (
    value === null && schema?.nullable !== true && schema?.default !== undefined
  );
}
