/** Careful access to answers of which nothing has been checked. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list; anything else in it is left out. */
export function recordsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A string as it is; anything else as the empty string. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
