/**
 * What is known of "does this policy match?" before everything about a request
 * is known: always, never, under conditions on the request, or nobody can tell.
 * Three-valued, so that what cannot be told never turns into yes or no, and
 * always in the form without negations, which tests take into themselves.
 */
import { Pattern } from './patterns';

/** One condition on a request. */
export interface RequestTest {
  /** `method`, `path`, `host`, `header x-team`, `request principal`, `claim groups`… */
  attribute: string;
  /** At least one must match; with `negated`, none may. */
  patterns: readonly Pattern[];
  negated: boolean;
  /** Whether a request has at most one value of it. */
  single: boolean;
}

export type Formula =
  | { kind: 'always' }
  | { kind: 'never' }
  | { kind: 'unknown'; reason: string }
  | { kind: 'test'; test: RequestTest }
  | { kind: 'all' | 'any'; parts: readonly Formula[] };

export const ALWAYS: Formula = { kind: 'always' };
export const NEVER: Formula = { kind: 'never' };

export function truth(value: boolean): Formula {
  return value ? ALWAYS : NEVER;
}

export function unknown(reason: string): Formula {
  return { kind: 'unknown', reason };
}

export function all(parts: Iterable<Formula>): Formula {
  const open: Formula[] = [];
  for (const part of parts) {
    if (part.kind === 'never') {
      return NEVER;
    }
    if (part.kind === 'all') {
      open.push(...part.parts);
    } else if (part.kind !== 'always') {
      open.push(part);
    }
  }
  return joined('all', open, ALWAYS);
}

export function any(parts: Iterable<Formula>): Formula {
  const open: Formula[] = [];
  for (const part of parts) {
    if (part.kind === 'always') {
      return ALWAYS;
    }
    if (part.kind === 'any') {
      open.push(...part.parts);
    } else if (part.kind !== 'never') {
      open.push(part);
    }
  }
  return joined('any', open, NEVER);
}

function joined(
  kind: 'all' | 'any',
  parts: readonly Formula[],
  empty: Formula,
): Formula {
  switch (parts.length) {
    case 0:
      return empty;
    case 1:
      return parts[0];
    default:
      return { kind, parts };
  }
}

export function not(formula: Formula): Formula {
  switch (formula.kind) {
    case 'always':
      return NEVER;
    case 'never':
      return ALWAYS;
    case 'unknown':
      return formula;
    case 'test':
      return {
        kind: 'test',
        test: { ...formula.test, negated: !formula.test.negated },
      };
    case 'all':
      return any(formula.parts.map(not));
    default:
      return all(formula.parts.map(not));
  }
}
