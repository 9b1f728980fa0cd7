/**
 * Which of several policies of one level is in force: the oldest. Istio
 * compares creation times of one second's grain, then names; an object without
 * a time is not in a cluster yet, and will be the youngest when it is.
 */
import { compare } from '../snapshot';

interface Dated {
  metadata: { name: string; creationTimestamp?: string };
}

function createdAt({ metadata }: Dated): number {
  const time = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(time) ? Infinity : Math.floor(time / 1000);
}

/** Oldest first, then by name, as sidecars are configured. */
export function compareAge(left: Dated, right: Dated): number {
  const [one, other] = [createdAt(left), createdAt(right)];
  return one === other
    ? compare(left.metadata.name, right.metadata.name)
    : one - other;
}

/** All that share the oldest age: where names do not decide, any of them may be in force. */
export function oldestOf<T extends Dated>(objects: readonly T[]): T[] {
  const oldest = objects.reduce(
    (age, object) => Math.min(age, createdAt(object)),
    Infinity,
  );
  return objects.filter(object => createdAt(object) === oldest);
}

/** As {@link oldestOf}, but names settle a tie; except between objects that are not in a cluster yet, whose ages nobody knows. */
export function oldestByName<T extends Dated>(objects: readonly T[]): T[] {
  if (objects.length < 2) {
    return [...objects];
  }
  const oldest = oldestOf(objects);
  return oldest.length > 0 && createdAt(oldest[0]) < Infinity
    ? oldest.sort(compareAge).slice(0, 1)
    : oldest;
}

/** More combinations than this of equally old objects are nothing that anybody runs. */
const MOST_COMBINATIONS = 256;

/** Every way to take one candidate of each level; a level without candidates stays empty. */
export function combinationsOf<K extends string, T extends Dated>(
  levels: Readonly<Record<K, readonly T[]>>,
): Partial<Record<K, T>>[] {
  let found: Partial<Record<K, T>>[] = [{}];
  for (const level of Object.keys(levels) as K[]) {
    const candidates = levels[level];
    if (candidates.length > 0) {
      found = found.flatMap(chosen =>
        candidates.map(candidate => ({ ...chosen, [level]: candidate })),
      );
    }
    if (found.length > MOST_COMBINATIONS) {
      throw new Error(
        `too many policies of the same age as ${candidates[0].metadata.name} compete`,
      );
    }
  }
  return found;
}
