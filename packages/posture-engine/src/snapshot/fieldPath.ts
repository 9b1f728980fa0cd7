/** Paths to fields, as evidence and problems write them: `spec.containers[0].image`, `metadata.annotations['istio.io/rev']`. */
import { JsonValue } from './objects';

type Step = string | number;

const STEP = /\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|([^.[\]]+)/g;

/** The steps of a path, a number for each index of a list. */
export function parsePath(path: string): Step[] {
  return [...path.matchAll(STEP)].map(([, index, quoted, plain]) => {
    if (index !== undefined) {
      return Number(index);
    }
    return quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
  });
}

/** The inverse of {@link parsePath}. */
export function formatPath(steps: readonly PropertyKey[]): string {
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') {
      path += `[${step}]`;
    } else if (/^[A-Za-z_][\w-]*$/.test(String(step))) {
      path += `${path === '' ? '' : '.'}${String(step)}`;
    } else {
      path += `['${String(step).replace(/[\\']/g, '\\$&')}']`;
    }
  }
  return path;
}

/** One key deeper, whatever characters the key has: `metadata.labels` and `app` → `metadata.labels.app`. */
export function fieldOf(path: string, key: string): string {
  return formatPath([...parsePath(path), key]);
}

/** What is at a path of a value; undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: string): JsonValue | undefined {
  let current: unknown = value;
  for (const step of parsePath(path)) {
    if (
      typeof current !== 'object' ||
      current === null ||
      !Object.hasOwn(current, step)
    ) {
      return undefined;
    }
    current = (current as Record<Step, unknown>)[step];
  }
  return current as JsonValue | undefined;
}

/**
 * The path that leads to the same thing in another object: items of a list
 * that have a name are found by it, since admission adds containers and volumes
 * before and after those that people wrote. Undefined where it is not there.
 */
export function translatePath(
  path: string,
  from: unknown,
  to: unknown,
): string | undefined {
  const steps: Step[] = [];
  let source = from;
  let target = to;
  for (const step of parsePath(path)) {
    const item = childOf(source, step);
    let there = step;
    const name = nameOf(item);
    if (
      typeof step === 'number' &&
      name !== undefined &&
      Array.isArray(target) &&
      nameOf(target[step]) !== name
    ) {
      there = target.findIndex(candidate => nameOf(candidate) === name);
      if (there < 0) {
        return undefined;
      }
    }
    steps.push(there);
    source = item;
    target = childOf(target, there);
  }
  return formatPath(steps);
}

function childOf(value: unknown, step: Step): unknown {
  return typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, step)
    ? (value as Record<Step, unknown>)[step]
    : undefined;
}

function nameOf(value: unknown): string | undefined {
  const name = childOf(value, 'name');
  return typeof name === 'string' ? name : undefined;
}

/** Whether two JSON values say the same; the order of keys says nothing, and an absent key is as good as an undefined one. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) {
    return true;
  }
  if (
    typeof left !== 'object' ||
    typeof right !== 'object' ||
    left === null ||
    right === null ||
    Array.isArray(left) !== Array.isArray(right)
  ) {
    return false;
  }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every(key =>
    sameValue(childOf(left, key), childOf(right, key)),
  );
}
