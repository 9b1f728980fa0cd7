/** Which characters the classes and escapes of RE2 stand for. */

export type Atom = (character: string) => boolean;

/** Of Perl. */
const CLASSES: Readonly<Record<string, RegExp>> = {
  d: /[0-9]/,
  w: /[0-9A-Za-z_]/,
  s: /[\t\n\f\r ]/,
};

export const POSIX_CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[\t ]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  word: /[0-9A-Za-z_]/,
  xdigit: /[0-9A-Fa-f]/,
};

export const CONTROLS: Readonly<Record<string, string>> = {
  a: '\u0007',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Between a character of a word and another one, or none. */
export function atBoundary(
  before: string | undefined,
  after: string | undefined,
): boolean {
  return isWord(before) !== isWord(after);
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && CLASSES.w.test(character);
}

/** `d`, `w` and `s`, and all but those. */
export function perlClass(letter: string): Atom | undefined {
  const known = CLASSES[letter.toLowerCase()];
  return known && 'dwsDWS'.includes(letter)
    ? character => known.test(character) === letter in CLASSES
    : undefined;
}

export function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
