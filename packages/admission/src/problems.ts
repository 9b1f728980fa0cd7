/** What is wrong with an object, and where: the words that all checks share. */

/** One field and what it does wrong; `field` is '' for the object as a whole. */
export interface Problem {
  field: string;
  message: string;
}

/**
 * What stops the rest of the API server's checks: it evaluates no CEL rule on an
 * object whose shape or size its schema does not allow.
 */
export type ProblemKind = 'shape' | 'value';

export interface FoundProblem extends Problem {
  kind: ProblemKind;
}

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** The path of a property that a schema names. */
export function child(path: string, name: string): string {
  if (!PLAIN_KEY.test(name)) {
    return key(path, name);
  }
  return path === '' ? name : `${path}.${name}`;
}

/** The path of an entry of a map, whose keys are the author's. */
export function key(path: string, name: string): string {
  return `${path}['${name}']`;
}

/** The path of an item of a list. */
export function item(path: string, index: number): string {
  return `${path}[${index}]`;
}

/** Most that a value is worth in a message. */
const LONGEST_VALUE = 60;

/** A value as a message quotes it; never more than a few words of it. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST_VALUE
    ? `${text.slice(0, LONGEST_VALUE)}…`
    : text;
}
