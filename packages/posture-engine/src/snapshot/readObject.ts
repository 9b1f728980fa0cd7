/**
 * From an unchecked object to a typed resource, or to the field that is wrong.
 * Results are remembered by identity: a source that hands in the same object
 * again (nothing about it changed) pays nothing.
 */
import { z } from 'zod';
import { KINDS, KindName, Resource, kindNameOf } from './kinds';
import { KubernetesObject, describeObject, groupOf } from './objects';
import { ObjectProblem } from './coverage';

export type ReadResult =
  | { kind: KindName; resource: Resource<KindName> }
  | { problem: ObjectProblem }
  | { ignored: true };

const results = new WeakMap<object, ReadResult>();

/** Checks, projects and types one object; kinds that the engine does not read are `ignored`. */
export function readObject(object: KubernetesObject): ReadResult {
  const known = results.get(object);
  if (known) {
    return known;
  }
  const result = read(object);
  results.set(object, result);
  return result;
}

function read(object: KubernetesObject): ReadResult {
  const kind = kindNameOf(groupOf(object.apiVersion), object.kind);
  if (!kind) {
    return { ignored: true };
  }
  const definition = KINDS[kind];
  const parsed = (definition.schema as z.ZodType<Resource<KindName>>).safeParse(
    withoutNulls(object),
  );
  if (parsed.success) {
    const resource = parsed.data;
    if (definition.namespaced && resource.metadata.namespace === undefined) {
      // As kubectl does for a manifest that names no namespace.
      resource.metadata.namespace = 'default';
    }
    return { kind, resource };
  }
  const issue = parsed.error.issues[0];
  return {
    problem: {
      kind,
      object: describeObject({
        kind: object.kind,
        namespace: object.metadata.namespace,
        name: object.metadata.name,
      }),
      ...(definition.namespaced
        ? { namespace: object.metadata.namespace ?? 'default' }
        : {}),
      field: issue.path.map(String).join('.'),
      message: issue.message,
    },
  };
}

/** An API server treats a null field as absent; null items of a list stay, and are an error. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(item => (item === null ? item : withoutNulls(item)));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, field]) => field !== null)
        .map(([key, field]) => [key, withoutNulls(field)]),
    );
  }
  return value;
}
