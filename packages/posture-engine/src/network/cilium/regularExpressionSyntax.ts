/** The syntax of RE2: https://github.com/google/re2/wiki/Syntax. Unicode classes and flags other than i and s are not understood. */

import {
  Atom,
  CONTROLS,
  POSIX_CLASSES,
  atBoundary,
  perlClass,
  pointOf,
} from './characterClasses';
import { Cursor, NotUnderstood } from './Cursor';

export type Expression =
  | { kind: 'character'; atom: Atom }
  | {
      kind: 'assertion';
      holds: (before: string | undefined, after: string | undefined) => boolean;
    }
  | { kind: 'sequence' | 'either'; parts: readonly Expression[] }
  | { kind: 'repetition'; part: Expression; least: number; most: number };

interface Flags {
  ignoresCase: boolean;
  dotTakesNewline: boolean;
}

/** RE2 takes no more. */
const MOST_REPETITIONS = 1_000;
const DEEPEST = 100;

class Parser {
  static create(source: string): Parser {
    return new Parser(source);
  }

  readonly #text: Cursor;
  #depth = 0;
  #flags: Flags = { ignoresCase: false, dotTakesNewline: false };

  private constructor(source: string) {
    this.#text = Cursor.create(source);
  }

  parse(): Expression {
    const expression = this.#either();
    if (this.#text.next !== undefined) {
      throw new NotUnderstood();
    }
    return expression;
  }

  #either(): Expression {
    const parts = [this.#sequence()];
    while (this.#text.skip('|')) {
      parts.push(this.#sequence());
    }
    return parts.length === 1 ? parts[0] : { kind: 'either', parts };
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    while (
      this.#text.next !== undefined &&
      this.#text.next !== '|' &&
      this.#text.next !== ')'
    ) {
      parts.push(this.#repeated());
    }
    return { kind: 'sequence', parts };
  }

  #repeated(): Expression {
    const part = this.#single();
    const times = this.#times();
    if (!times) {
      return part;
    }
    // Lazy or not is the same where all of a text must match.
    this.#text.skip('?');
    if (this.#times()) {
      throw new NotUnderstood();
    }
    return { kind: 'repetition', part, ...times };
  }

  #times(): { least: number; most: number } | undefined {
    if (this.#text.skip('*')) {
      return { least: 0, most: Infinity };
    }
    if (this.#text.skip('+')) {
      return { least: 1, most: Infinity };
    }
    if (this.#text.skip('?')) {
      return { least: 0, most: 1 };
    }
    // Other braces stand for themselves.
    const braces = this.#text.find(/^\{(\d+)(?:(,)(\d*))?\}/);
    if (!braces) {
      return undefined;
    }
    const least = Number(braces[1]);
    const most = braces[2] ? Number(braces[3] || Infinity) : least;
    if (
      least > most ||
      least > MOST_REPETITIONS ||
      (most > MOST_REPETITIONS && most !== Infinity)
    ) {
      throw new NotUnderstood();
    }
    return { least, most };
  }

  #single(): Expression {
    const character = this.#text.take();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#set();
      case '.': {
        const { dotTakesNewline } = this.#flags;
        return {
          kind: 'character',
          atom: one => dotTakesNewline || one !== '\n',
        };
      }
      case '^':
        return { kind: 'assertion', holds: before => before === undefined };
      case '$':
        return {
          kind: 'assertion',
          holds: (_before, after) => after === undefined,
        };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw new NotUnderstood();
      default:
        return this.#literal(character);
    }
  }

  #group(): Expression {
    this.#depth++;
    if (this.#depth > DEEPEST) {
      throw new NotUnderstood();
    }
    const before = this.#flags;
    if (this.#text.skip('?')) {
      const opening = this.#text.find(
        /^(?:P?<\w+>|([is]*)(?:-([is]+))?([:)]))/,
      );
      if (!opening) {
        throw new NotUnderstood();
      }
      const [, on = '', off = '', end] = opening;
      const flag = (letter: string, value: boolean) =>
        (value || on.includes(letter)) && !off.includes(letter);
      this.#flags = {
        ignoresCase: flag('i', before.ignoresCase),
        dotTakesNewline: flag('s', before.dotTakesNewline),
      };
      if (end === ')') {
        // These flags hold until the group around them ends.
        if (on === '' && off === '') {
          throw new NotUnderstood();
        }
        this.#depth--;
        return { kind: 'sequence', parts: [] };
      }
    }
    const inside = this.#either();
    if (!this.#text.skip(')')) {
      throw new NotUnderstood();
    }
    this.#flags = before;
    this.#depth--;
    return inside;
  }

  #literal(character: string): Expression {
    return { kind: 'character', atom: this.#sameAs(character, character) };
  }

  /** Of one character or of all between two. */
  #sameAs(from: string, to: string): Atom {
    const [first, last] = [pointOf(from), pointOf(to)];
    const isInside = (character: string) => {
      const point = pointOf(character);
      return point >= first && point <= last;
    };
    return this.#flags.ignoresCase
      ? character =>
          [character, character.toLowerCase(), character.toUpperCase()]
            .filter(({ length }) => length === character.length)
            .some(isInside)
      : isInside;
  }

  #escape(): Expression {
    const character = this.#text.take();
    switch (character) {
      case 'b':
        return { kind: 'assertion', holds: atBoundary };
      case 'B':
        return {
          kind: 'assertion',
          holds: (before, after) => !atBoundary(before, after),
        };
      case 'A':
        return { kind: 'assertion', holds: before => before === undefined };
      case 'z':
        return {
          kind: 'assertion',
          holds: (_before, after) => after === undefined,
        };
      default: {
        const perl = perlClass(character);
        return perl
          ? { kind: 'character', atom: perl }
          : this.#literal(this.#escaped(character));
      }
    }
  }

  /** The character that an escape stands for. */
  #escaped(character: string): string {
    if (CONTROLS[character] !== undefined) {
      return CONTROLS[character];
    }
    if (character === 'x') {
      const digits = `${this.#text.take()}${this.#text.take()}`;
      if (/^[0-9a-f]{2}$/i.test(digits)) {
        return String.fromCodePoint(parseInt(digits, 16));
      }
    }
    if (!/^[!-/:-@[-^`{-~ ]$/.test(character)) {
      throw new NotUnderstood();
    }
    return character;
  }

  /** After `[`. */
  #set(): Expression {
    const isNegated = this.#text.skip('^');
    const atoms: Atom[] = [];
    do {
      atoms.push(this.#member());
    } while (!this.#text.skip(']'));
    return {
      kind: 'character',
      atom: character => atoms.some(atom => atom(character)) !== isNegated,
    };
  }

  #member(): Atom {
    const posix = this.#text.find(/^\[:(\^?)(\w+):\]/);
    if (posix) {
      const [, negation, name] = posix;
      if (!(name in POSIX_CLASSES)) {
        throw new NotUnderstood();
      }
      return character =>
        POSIX_CLASSES[name].test(character) !== (negation === '^');
    }
    const from = this.#text.take();
    if (from === '\\') {
      const escape = this.#text.take();
      const perl = perlClass(escape);
      return perl ?? this.#range(this.#escaped(escape));
    }
    return this.#range(from);
  }

  #range(from: string): Atom {
    if (!this.#text.skip('-')) {
      return this.#sameAs(from, from);
    }
    // At the end a hyphen stands for itself.
    if (this.#text.next === ']') {
      const same = this.#sameAs(from, from);
      return character => character === '-' || same(character);
    }
    const end = this.#text.take();
    const to = end === '\\' ? this.#escaped(this.#text.take()) : end;
    if (pointOf(from) > pointOf(to)) {
      throw new NotUnderstood();
    }
    return this.#sameAs(from, to);
  }
}

/** Undefined for what is no expression, or one that is not understood here. */
export function parseExpression(source: string): Expression | undefined {
  try {
    return Parser.create(source).parse();
  } catch (error) {
    if (error instanceof NotUnderstood) {
      return undefined;
    }
    throw error;
  }
}
