/** A place in the text of a regular expression. */

/** What follows is no expression, or one that is not understood here. */
export class NotUnderstood extends Error {}

/** Names of groups that are longer are not understood. */
const FARTHEST = 64;

export class Cursor {
  static create(text: string): Cursor {
    return new Cursor([...text]);
  }

  #at = 0;

  private constructor(private readonly characters: readonly string[]) {}

  get next(): string | undefined {
    return this.characters[this.#at];
  }

  /** The next character. Throws {@link NotUnderstood} at the end. */
  take(): string {
    const character = this.next;
    if (character === undefined) {
      throw new NotUnderstood();
    }
    this.#at++;
    return character;
  }

  /** Goes past a character if it is next. */
  skip(character: string): boolean {
    const isNext = this.next === character;
    if (isNext) {
      this.#at++;
    }
    return isNext;
  }

  /** Goes past what a pattern finds here. */
  find(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(
      this.characters.slice(this.#at, this.#at + FARTHEST).join(''),
    );
    if (found) {
      this.#at += [...found[0]].length;
    }
    return found ?? undefined;
  }
}
