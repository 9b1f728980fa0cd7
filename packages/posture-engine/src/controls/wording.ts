/** What several controls say alike: evidence where people edit, sentences in order of weight. */
import { PodView, Workload, locateField, valueAt } from '../snapshot';
import { Evidence, SEVERITIES, Severity } from './control';

/** A field of a pod as evidence, at the template where that says the same; null where it is absent. */
export function locateForPeople(
  workload: Workload,
  pod: PodView,
  field: string,
): Evidence {
  return {
    ...locateField(workload, pod, field),
    value: valueAt(pod, field) ?? null,
  };
}

/** Sentences joined, each said once. */
export function sentence(parts: readonly string[]): string {
  return [...new Set(parts)].join(' ');
}

/** The worst first, else in the order given. */
export function worstFirst<T extends { severity: Severity }>(
  list: readonly T[],
): T[] {
  return [...list].sort(
    (left, right) =>
      SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity),
  );
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function enumerate(names: readonly string[], most = 3): string {
  if (names.length > most) {
    return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  }
  return names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}
