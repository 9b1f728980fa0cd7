/**
 * Regular expressions as Go writes and runs them (RE2): no pattern of a stranger
 * can take exponential time, and `(?i)` or `\z` mean what they mean there.
 */
import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS | Error>();
const MOST_KEPT = 5000;

/** Throws where the pattern is none. */
export function patternOf(pattern: string): RE2JS {
  let found = compiled.get(pattern);
  if (!found) {
    try {
      found = RE2JS.compile(pattern);
    } catch (error) {
      found = error instanceof Error ? error : new Error(String(error));
    }
    if (compiled.size >= MOST_KEPT) {
      compiled.clear();
    }
    compiled.set(pattern, found);
  }
  if (found instanceof Error) {
    throw found;
  }
  return found;
}

/** Whether a pattern is found anywhere in a text. Throws where the pattern is none. */
export function isFound(pattern: string, text: string): boolean {
  return patternOf(pattern).test(text);
}
