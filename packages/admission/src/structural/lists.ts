/** Lists that their schemas declare to be sets or maps hold nothing twice. */
import { identityOf, isFields } from '../json';
import { FoundProblem, child, item, key } from '../problems';
import { Schema, entrySchemaOf, propertyOf } from './Schema';

export function checkLists(
  value: unknown,
  schema: Schema | undefined,
  path: string,
): FoundProblem[] {
  if (!schema) {
    return [];
  }
  if (Array.isArray(value)) {
    return [
      ...checkList(value, schema, path),
      ...value.flatMap((inner, index) =>
        checkLists(inner, schema.items, item(path, index)),
      ),
    ];
  }
  if (!isFields(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const property = propertyOf(schema, name);
    return checkLists(
      inner,
      property ?? entrySchemaOf(schema),
      property ? child(path, name) : key(path, name),
    );
  });
}

function checkList(
  list: readonly unknown[],
  schema: Schema,
  path: string,
): FoundProblem[] {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return repeated(list.map(identityOf), path, 'is there twice');
    case 'map': {
      const names = schema['x-kubernetes-list-map-keys'] ?? [];
      const wrong = list.findIndex(inner => inner !== null && !isFields(inner));
      if (wrong >= 0) {
        return [
          {
            kind: 'value',
            field: item(path, wrong),
            message: 'must be an object',
          },
        ];
      }
      return repeated(
        list.map(inner =>
          identityOf(
            names.map(name =>
              isFields(inner) && Object.hasOwn(inner, name)
                ? [inner[name]]
                : [],
            ),
          ),
        ),
        path,
        `has the same ${names.join(' and ')} as another item`,
      );
    }
    default:
      return [];
  }
}

function repeated(
  identities: readonly string[],
  path: string,
  message: string,
): FoundProblem[] {
  const seen = new Set<string>();
  return identities.flatMap((identity, index) => {
    if (!seen.has(identity)) {
      seen.add(identity);
      return [];
    }
    return [{ kind: 'value' as const, field: item(path, index), message }];
  });
}
