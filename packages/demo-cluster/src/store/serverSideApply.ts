/**
 * Server-side apply: what a manager names becomes so, what it named before and
 * names no longer goes, and a field of another manager is a conflict unless
 * forced. A list counts as one field (see managedFields).
 */
import { ApiError } from '../api/status';
import { ApiObject, isRecord, ManagedFields } from './apiObject';
import { fieldsOf, ownedFields, valueOf } from './managedFields';

export interface ApplyOptions {
  live: ApiObject;
  applied: ApiObject;
  manager: string;
  force: boolean;
}

export interface ApplyResult {
  object: ApiObject;
  /** What the manager owns from now on. */
  named: Map<string, readonly string[]>;
}

/** Whether a live value already says all that is asked for; it may say more, such as defaults inside of lists. */
function covers(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) &&
      live.length === wanted.length &&
      wanted.every((item, index) => covers(live[index], item))
    );
  }
  if (isRecord(wanted)) {
    return (
      isRecord(live) &&
      Object.entries(wanted).every(([key, value]) => covers(live[key], value))
    );
  }
  return live === wanted;
}

/** Paths as conflicts print them: `.spec.replicas`, `.metadata.annotations.key`. */
function printPath(path: readonly string[]): string {
  return path.map(key => `.${key}`).join('');
}

function assign(
  object: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
) {
  let node = object;
  for (const key of path.slice(0, -1)) {
    const next = node[key];
    node = node[key] = isRecord(next) ? next : {};
  }
  node[path[path.length - 1]] = value;
}

/** Removes a field, and the maps above it that it leaves empty. */
function erase(object: Record<string, unknown>, path: readonly string[]): void {
  const parent = valueOf(object, path.slice(0, -1));
  if (!isRecord(parent)) {
    return;
  }
  delete parent[path[path.length - 1]];
  if (path.length > 1 && Object.keys(parent).length === 0) {
    erase(object, path.slice(0, -1));
  }
}

/** Another apply is named alone, an update with its version. */
function describeManager({
  manager,
  operation,
  subresource,
  apiVersion,
}: ManagedFields) {
  const name = JSON.stringify(manager);
  const below = subresource
    ? `${name} with subresource "${subresource}"`
    : name;
  return operation === 'Update' ? `${below} using ${apiVersion}` : below;
}

interface Conflict {
  manager: string;
  field: string;
}

function conflictError(conflicts: readonly Conflict[]): ApiError {
  const count = `${conflicts.length} conflict${
    conflicts.length === 1 ? '' : 's'
  }`;
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  const fieldsBy = (manager: string) =>
    conflicts
      .filter(conflict => conflict.manager === manager)
      .map(({ field }) => field);
  const text =
    conflicts.length === 1
      ? `conflict with ${conflicts[0].manager}: ${conflicts[0].field}`
      : managers
          .map(
            manager =>
              `conflicts with ${manager}:\n${fieldsBy(manager)
                .map(field => `- ${field}`)
                .join('\n')}`,
          )
          .join('\n');
  return new ApiError(409, 'Conflict', `Apply failed with ${count}: ${text}`, {
    causes: conflicts.map(({ manager, field }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${manager}`,
      field,
    })),
  });
}

/** The object after an apply; throws 409 with the fields that others own. */
export function applyOnto(options: ApplyOptions): ApplyResult {
  const { live, applied, manager, force } = options;
  const named = fieldsOf(applied);
  const entries = live.metadata.managedFields ?? [];
  const mine = entries.find(
    entry =>
      entry.manager === manager &&
      entry.operation === 'Apply' &&
      !entry.subresource,
  );
  const others = entries.filter(entry => entry !== mine);
  const differing = [...named].filter(
    ([, path]) => !covers(valueOf(live, path), valueOf(applied, path)),
  );
  const conflicts = others.flatMap(entry => {
    const owned = ownedFields(entry);
    return differing
      .filter(([key]) => owned.has(key))
      .map(([, path]) => ({
        manager: describeManager(entry),
        field: printPath(path),
      }));
  });
  if (conflicts.length > 0 && !force) {
    throw conflictError(conflicts);
  }
  const object = structuredClone(live);
  const ownedByOthers = new Set(
    others.flatMap(entry => [...ownedFields(entry).keys()]),
  );
  for (const [key, path] of mine ? ownedFields(mine) : []) {
    if (!named.has(key) && !ownedByOthers.has(key)) {
      erase(object, path);
    }
  }
  for (const [, path] of differing) {
    assign(object, path, structuredClone(valueOf(applied, path)));
  }
  return { object, named };
}
