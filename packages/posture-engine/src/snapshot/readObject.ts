/**
 * From an unchecked object to a typed resource, or to the field that is wrong.
 * Results are remembered by identity: a source that hands in the same object
 * again (nothing about it changed) pays nothing.
 */
import { z } from 'zod';
import { KINDS, KindName, Resource, isRemovedKind, kindNameOf } from './kinds';
import {
  KubernetesObject,
  describeObject,
  groupOf,
  versionOf,
} from './objects';
import { ObjectProblem } from './coverage';
import { formatPath } from './fieldPath';

export type ReadResult =
  | { kind: KindName; resource: Resource<KindName> }
  | { problem: ObjectProblem }
  | { ignored: true };

const results = new WeakMap<object, ReadResult>();

/** Checks, projects and types one object; kinds that the engine does not read are `ignored`. Never throws. */
export function readObject(object: KubernetesObject): ReadResult {
  const known = results.get(object);
  if (known) {
    return known;
  }
  const result = read(object);
  results.set(object, result);
  if ('resource' in result) {
    // A source may keep the projection alone and hand it in instead.
    results.set(result.resource, result);
  }
  return result;
}

function read(object: KubernetesObject): ReadResult {
  const group = groupOf(object.apiVersion);
  const kind = kindNameOf(group, object.kind);
  if (!kind) {
    return isRemovedKind(group, object.kind)
      ? problemOf(
          object,
          undefined,
          'apiVersion',
          `no API server of today serves ${object.apiVersion} ${object.kind}, so this object would not exist`,
        )
      : { ignored: true };
  }
  const { namespaced, versions, plural } = KINDS[kind];
  const version = versionOf(object.apiVersion);
  if (!versions.includes(version)) {
    return problemOf(
      object,
      kind,
      'apiVersion',
      `version ${version} of ${plural} is not known here, only ${versions.join(
        ', ',
      )}`,
    );
  }
  const schema = KINDS[kind].schema as z.ZodType<Resource<KindName>>;
  try {
    const parsed = schema.safeParse(
      hasNull(object) ? withoutNulls(object, textMapsOf(kind)) : object,
    );
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return problemOf(object, kind, formatPath(issue.path), issue.message);
    }
    const { metadata } = parsed.data;
    // As kubectl does for a manifest that names no namespace, and as the API has none for the others.
    metadata.namespace = namespaced
      ? metadata.namespace || 'default'
      : undefined;
    return { kind, resource: parsed.data };
  } catch (error) {
    // A stack overflow, from an object nested thousands of levels deep.
    return problemOf(
      object,
      kind,
      '',
      error instanceof RangeError ? 'nested too deeply' : String(error),
    );
  }
}

function problemOf(
  object: KubernetesObject,
  kind: KindName | undefined,
  field: string,
  message: string,
): ReadResult {
  const { name, namespace } = object.metadata;
  return {
    problem: {
      kind,
      object: describeObject({ kind: object.kind, namespace, name }),
      ...(kind && KINDS[kind].namespaced
        ? { namespace: namespace || 'default' }
        : {}),
      field,
      message,
    },
  };
}

/** Loops, since all of every object is looked at. */
function hasNull(value: unknown): boolean {
  if (typeof value !== 'object') {
    return false;
  }
  if (value === null) {
    return true;
  }
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof item === 'object' && hasNull(item)) {
      return true;
    }
  }
  return false;
}

/**
 * An API server treats a null field as absent; null items of a list stay, and
 * are an error. But a null value of a label or in a selector is the empty text
 * to it, so that a selector with one matches next to nothing, not everything.
 */
function withoutNulls(value: unknown, textMaps: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) {
    return value.map(item =>
      item === null ? item : withoutNulls(item, textMaps),
    );
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, field]) => field !== null)
        .map(([key, field]) => [
          key,
          textMaps.has(key) && isTextMap(field)
            ? nullsAsEmpty(field)
            : withoutNulls(field, textMaps),
        ]),
    );
  }
  return value;
}

type TextMap = Record<string, string | null>;

function isTextMap(value: unknown): value is TextMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(
      field => field === null || typeof field === 'string',
    )
  );
}

function nullsAsEmpty(map: TextMap): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([key, text]) => [key, text ?? '']),
  );
}

const METADATA_MAPS: ReadonlySet<string> = new Set(['labels', 'annotations']);
const OWN_MAPS: ReadonlySet<string> = new Set([
  ...METADATA_MAPS,
  'matchLabels',
  'selector', // of a Service
]);
/** Groups that are no CustomResourceDefinitions: in those a schema prunes nulls from every other map. */
const OWN_GROUPS: ReadonlySet<string> = new Set([
  '',
  'apps',
  'batch',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
]);

function textMapsOf(kind: KindName): ReadonlySet<string> {
  return OWN_GROUPS.has(KINDS[kind].group) ? OWN_MAPS : METADATA_MAPS;
}
