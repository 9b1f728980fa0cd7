/**
 * Strategic merge patches of built-in kinds: maps merge, lists whose items have
 * a key merge by it, all others are replaced, and `$patch` and its relatives
 * direct it.
 */
import { isRecord } from '../store/apiObject';

type Fields = Record<string, unknown>;

/** The key of a list's items, by the list's name; the field's own schema says so in the real server. */
const MERGE_KEYS: Record<string, readonly string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  resourceClaims: ['name'],
  ports: ['containerPort', 'port'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  conditions: ['type'],
  addresses: ['type'],
  ownerReferences: ['uid'],
};

/** Lists of plain values that are united instead of replaced. */
const SETS = new Set(['finalizers']);

const DELETE_FROM = '$deleteFromPrimitiveList/';

function mergeKey(
  field: string,
  items: readonly unknown[],
): string | undefined {
  return MERGE_KEYS[field]?.find(key =>
    items.every(item => isRecord(item) && (key in item || '$patch' in item)),
  );
}

/** Items of the patch come in its order, before those that only the object has, as far as the object's own order allows. */
function mergeItems(
  current: readonly unknown[],
  patch: readonly unknown[],
  key: string,
) {
  if (patch.some(item => isRecord(item) && item.$patch === 'replace')) {
    return patch.filter(item => !(isRecord(item) && '$patch' in item));
  }
  const keyOf = (item: unknown) => (isRecord(item) ? item[key] : undefined);
  const positions = new Map(current.map((item, index) => [keyOf(item), index]));
  const named = new Set(patch.map(keyOf));
  const rest = current.filter(item => !named.has(keyOf(item)));
  const result: unknown[] = [];
  for (const item of patch.filter(isRecord)) {
    const position = positions.get(item[key]);
    while (
      rest.length > 0 &&
      position !== undefined &&
      before(rest[0], position)
    ) {
      result.push(rest.shift());
    }
    if (item.$patch !== 'delete') {
      const existing =
        position === undefined ? {} : (current[position] as Fields);
      result.push(strategicMerge(existing, item));
    }
  }
  return [...result, ...rest];

  function before(item: unknown, position: number): boolean {
    return (positions.get(keyOf(item)) ?? 0) < position;
  }
}

function mergeList(
  field: string,
  current: readonly unknown[],
  patch: readonly unknown[],
): unknown[] {
  if (SETS.has(field)) {
    return [...new Set([...current, ...patch])];
  }
  const key = mergeKey(field, patch);
  return key === undefined ? [...patch] : mergeItems(current, patch, key);
}

/** The object after the patch; neither input is changed. */
export function strategicMerge(current: Fields, patch: Fields): Fields {
  if (patch.$patch === 'replace') {
    const { $patch, ...rest } = patch;
    return rest;
  }
  const result: Fields = { ...current };
  if (Array.isArray(patch.$retainKeys)) {
    for (const key of Object.keys(result)) {
      if (!patch.$retainKeys.includes(key)) {
        delete result[key];
      }
    }
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM) && Array.isArray(value)) {
      const field = key.slice(DELETE_FROM.length);
      const list = result[field];
      if (Array.isArray(list)) {
        result[field] = list.filter(item => !value.includes(item));
      }
    } else if (!key.startsWith('$')) {
      mergeField(result, key, value);
    }
  }
  return result;
}

function mergeField(result: Fields, key: string, value: unknown): void {
  const existing = result[key];
  if (value === null) {
    delete result[key];
  } else if (Array.isArray(value)) {
    result[key] = mergeList(
      key,
      Array.isArray(existing) ? existing : [],
      value,
    );
  } else if (isRecord(value)) {
    if (value.$patch === 'delete') {
      delete result[key];
    } else {
      result[key] = strategicMerge(isRecord(existing) ? existing : {}, value);
    }
  } else {
    result[key] = value;
  }
}
