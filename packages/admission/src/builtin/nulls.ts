/** A null in a list is what Go makes of it where the type has no null: an empty text, 0, false, an object without fields. */
import { isFields } from '../json';
import { Schema, entrySchemaOf, propertyOf } from '../structural/Schema';

const ZEROS: Readonly<Record<string, unknown>> = {
  string: '',
  integer: 0,
  number: 0,
  boolean: false,
  object: {},
  array: [],
};

/** Replaces them in a value, which it changes. */
export function replaceNulls(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    value.forEach((inner, index) => {
      if (inner === null && items?.type !== undefined) {
        value[index] = structuredClone(ZEROS[items.type]);
      } else if (items) {
        replaceNulls(inner, items);
      }
    });
  } else if (isFields(value)) {
    for (const [name, inner] of Object.entries(value)) {
      const known = propertyOf(schema, name) ?? entrySchemaOf(schema);
      if (known) {
        replaceNulls(inner, known);
      }
    }
  }
}
