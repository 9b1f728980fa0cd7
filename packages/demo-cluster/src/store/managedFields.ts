/**
 * Who set which field, as `metadata.managedFields` says it. Lists count as one
 * field; the real server looks into the ones that its schemas call maps.
 */
import type { JsonValue } from '@backstage-zero-trust/posture-engine';
import { ApiObject, isRecord, JsonObject, ManagedFields } from './apiObject';

type Path = readonly string[];

const SERVER_FIELDS = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'name',
  'namespace',
  'generateName',
]);

/** The fields that a manager can own, by their path, with their value as text. */
export function fieldsOf(object: Record<string, unknown>): Map<string, Path> {
  const fields = new Map<string, Path>();
  const visit = (value: unknown, path: Path) => {
    if (isRecord(value) && Object.keys(value).length > 0) {
      for (const [key, inner] of Object.entries(value)) {
        const top =
          path.length === 0 && (key === 'apiVersion' || key === 'kind');
        const server =
          path.length === 1 && path[0] === 'metadata' && SERVER_FIELDS.has(key);
        if (!top && !server) {
          visit(inner, [...path, key]);
        }
      }
    } else if (
      path.length > 0 &&
      !(path.length === 1 && path[0] === 'metadata')
    ) {
      fields.set(JSON.stringify(path), path);
    }
  };
  visit(object, []);
  return fields;
}

export function valueOf(object: unknown, path: Path): unknown {
  let current: unknown = object;
  for (const key of path) {
    current = isRecord(current) ? current[key] : undefined;
  }
  return current;
}

function encode(paths: Iterable<Path>): JsonObject {
  const root: JsonObject = {};
  for (const path of paths) {
    let node = root;
    for (const key of path) {
      const next: JsonValue = node[`f:${key}`] ?? {};
      node[`f:${key}`] = next;
      node = next as JsonObject;
    }
  }
  return root;
}

/** The paths of a `fieldsV1`, as {@link fieldsOf} gives them. */
export function ownedFields(entry: ManagedFields): Map<string, Path> {
  const fields = new Map<string, Path>();
  const visit = (node: JsonObject, path: Path) => {
    const keys = Object.keys(node);
    if (keys.length === 0 && path.length > 0) {
      fields.set(JSON.stringify(path), path);
    }
    for (const key of keys) {
      visit(node[key] as JsonObject, [...path, key.slice(2)]);
    }
  };
  visit(entry.fieldsV1, []);
  return fields;
}

export interface FieldOwner {
  manager: string;
  operation: 'Apply' | 'Update';
  subresource?: string;
}

export interface TrackOwnershipOptions {
  owner: FieldOwner;
  apiVersion: string;
  time: string;
  before: ApiObject | undefined;
  after: ApiObject;
  /** What an apply names, changed or not; an update owns what it changed. */
  named?: Map<string, Path>;
}

function sameOwner(entry: ManagedFields, owner: FieldOwner): boolean {
  return (
    entry.manager === owner.manager &&
    entry.operation === owner.operation &&
    entry.subresource === owner.subresource
  );
}

/** The managedFields of an object after a write. */
export function trackOwnership(
  options: TrackOwnershipOptions,
): ManagedFields[] {
  const { owner, apiVersion, time, before, after, named } = options;
  const present = fieldsOf(after);
  const changed = new Map(
    [...present].filter(
      ([, path]) =>
        JSON.stringify(valueOf(before, path)) !==
        JSON.stringify(valueOf(after, path)),
    ),
  );
  const entries: ManagedFields[] = [];
  const mine = new Map<string, Path>(named ?? changed);
  for (const entry of before?.metadata.managedFields ?? []) {
    const fields = [...ownedFields(entry)].filter(([key]) => present.has(key));
    if (sameOwner(entry, owner)) {
      if (!named) {
        fields.forEach(([key, path]) => mine.set(key, path));
      }
      continue;
    }
    const kept = fields.filter(([key]) => !changed.has(key));
    if (kept.length > 0) {
      entries.push({
        ...entry,
        fieldsV1: encode(kept.map(([, path]) => path)),
      });
    }
  }
  if (mine.size > 0) {
    entries.push({
      manager: owner.manager,
      operation: owner.operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: encode(mine.values()),
      ...(owner.subresource ? { subresource: owner.subresource } : {}),
    });
  }
  return entries.sort(byPrecedence);
}

/** Applies first, then by time, then by name. */
function byPrecedence(left: ManagedFields, right: ManagedFields): number {
  const rank = ({
    operation,
    time,
    manager,
    subresource = '',
  }: ManagedFields) => [operation, time, manager, subresource].join(' ');
  return rank(left) < rank(right) ? -1 : 1;
}
