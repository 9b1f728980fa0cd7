/** What a fix makes of the objects of a cluster. Nothing that is there is overwritten but the fields that it names. */
import { Fix } from '../controls/control';
import {
  JsonValue,
  KubernetesObject,
  describeObject,
  identityOf,
  parsePath,
  referenceTo,
  sameValue,
} from '../snapshot';

export type Applied =
  | { objects: KubernetesObject[] }
  /** Why it cannot be applied, in a sentence. */
  | { conflict: string };

/** Objects that the fix does not name are the same ones. */
export function applyFix(
  objects: readonly KubernetesObject[],
  { objects: additions = [], edits = [] }: Pick<Fix, 'objects' | 'edits'>,
): Applied {
  const result = [...objects];
  const places = new Map(
    objects.map((object, place) => [identityOf(referenceTo(object)), place]),
  );
  for (const object of additions) {
    const key = identityOf(referenceTo(object));
    const place = places.get(key);
    if (place === undefined) {
      places.set(key, result.push(object) - 1);
    } else if (!sameValue(result[place], object)) {
      return {
        conflict: `${describeObject(
          referenceTo(object),
        )} is there already, and says something else.`,
      };
    }
  }
  for (const { object, field, value } of edits) {
    const place = places.get(identityOf(object));
    if (place === undefined) {
      return { conflict: `${describeObject(object)} is not there.` };
    }
    const edited = withValue(result[place], parsePath(field), value);
    if (edited === undefined) {
      return {
        conflict: `${field} of ${describeObject(
          object,
        )} leads through something that is no object and no list.`,
      };
    }
    result[place] = edited as KubernetesObject;
  }
  return { objects: result };
}

const REMOVED = Symbol('removed');

/** A copy with another value at a path, or none, all else shared; undefined where the path leads through a plain value. */
function withValue(
  whole: unknown,
  [step, ...rest]: readonly (string | number)[],
  value: JsonValue | undefined,
): unknown {
  if (step === undefined) {
    return value === undefined ? REMOVED : value;
  }
  if (typeof step === 'number') {
    if (!Array.isArray(whole) || step > whole.length) {
      return undefined;
    }
    const inner = withValue(whole[step], rest, value);
    return inner === undefined
      ? undefined
      : [
          ...whole.slice(0, step),
          ...(inner === REMOVED ? [] : [inner]),
          ...whole.slice(step + 1),
        ];
  }
  const fields = whole ?? {};
  if (typeof fields !== 'object' || Array.isArray(fields)) {
    return undefined;
  }
  if (value === undefined && !Object.hasOwn(fields, step)) {
    return whole;
  }
  const own = Object.hasOwn(fields, step)
    ? (fields as Record<string, unknown>)[step]
    : undefined;
  const inner = withValue(own, rest, value);
  // `__proto__` as a name of a field is one like any other.
  return inner === undefined
    ? undefined
    : Object.fromEntries([
        ...Object.entries(fields).filter(([name]) => name !== step),
        ...(inner === REMOVED ? [] : [[step, inner] as const]),
      ]);
}
