/** `StringMatch`: exact, prefix or regex. */
import { Fields, isFields } from '../json';
import { isFound } from '../patterns';
import { textIn } from './shared';

const LONGEST_PATTERN = 1024;

export function wrongPattern(pattern: string): string | undefined {
  if (pattern === '') {
    return 'must not be an empty pattern';
  }
  if (new TextEncoder().encode(pattern).length > LONGEST_PATTERN) {
    return `must be a pattern of at most ${LONGEST_PATTERN} characters`;
  }
  try {
    isFound(pattern, '');
    return undefined;
  } catch (error) {
    return `"${pattern}" is no pattern of RE2: ${
      error instanceof Error ? error.message : String(error)
    }`;
  }
}

/** Where an empty prefix is allowed, it matches everything. */
export function wrongStringMatch(
  match: unknown,
  { allowsEmptyPrefix = false } = {},
): string | undefined {
  if (!isFields(match)) {
    return undefined;
  }
  if (match.regex !== undefined) {
    return wrongPattern(textIn(match, 'regex'));
  }
  return match.prefix === '' && !allowsEmptyPrefix
    ? 'must not be an empty prefix'
    : undefined;
}

export function matchText(match: Fields): string {
  return (
    textIn(match, 'exact') || textIn(match, 'prefix') || textIn(match, 'regex')
  );
}
