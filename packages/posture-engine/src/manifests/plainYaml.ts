/**
 * The YAML that machines and most people write, read quickly: block maps and
 * lists, scalars on one line, literal blocks. Whatever looks like anything
 * else is left to a full parser, which says the same of all that is read here.
 */

const MOST_LEVELS = 100;

/** A key that is text in every version of YAML, or one in quotes, and what follows it. */
const ENTRY = /^(?:([A-Za-z_][\w./-]*)|"([^"\\]*)"|'([^']*)'):(?: +([^ ].*))?$/;
/** What YAML 1.1 takes for something other than text although it begins with a letter. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
const BEGINS_AS_TEXT = /^[A-Za-z_/]/;
/** A comment, an entry, or white space that nobody means. */
const NO_TEXT = /\s#|:(?:\s|$)|\t/;
const INTEGER = /^(?:0|[1-9]\d{0,14})$/;
/** Quantities, addresses, versions and moments, which begin with a digit and are text. */
const TEXT_WITH_DIGITS =
  /^(?:[1-9]\d*(?:m|k|M|G|Ki|Mi|Gi|Ti)|\d+\.\d+\.\d+(?:\.\d+)*(?:\/\d+)?|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)$/;
const FLOW_LIST = /^\[([^[\]{}"'#&*!|>%@`?:-]+)\]$/;

class NotPlain extends Error {}

class Reader {
  #next = 0;

  constructor(private readonly lines: string[]) {}

  document(): unknown {
    if (this.lines[0]?.trimEnd() === '---') {
      this.#next = 1;
    }
    const indent = this.#indent();
    const content = indent === 0 ? this.#block(0, 0) : null;
    if (this.#indent() !== undefined) {
      throw new NotPlain();
    }
    return content;
  }

  /** Of the next line with something on it; undefined at the end. */
  #indent(): number | undefined {
    for (; this.#next < this.lines.length; this.#next++) {
      const line = this.lines[this.#next];
      const indent = line.search(/[^ ]/);
      if (indent >= 0 && line[indent] !== '#') {
        if (line[indent] === '\t') {
          throw new NotPlain();
        }
        return indent;
      }
    }
    return undefined;
  }

  #isItem(indent: number): boolean {
    const line = this.lines[this.#next];
    return (
      line[indent] === '-' &&
      (line.length === indent + 1 || line[indent + 1] === ' ')
    );
  }

  #block(indent: number, level: number): unknown {
    if (level > MOST_LEVELS) {
      throw new NotPlain();
    }
    return this.#isItem(indent)
      ? this.#list(indent, level)
      : this.#map(indent, level);
  }

  #map(indent: number, level: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    while (this.#indent() === indent) {
      const entry = ENTRY.exec(this.lines[this.#next].slice(indent).trimEnd());
      const key = entry?.[1] ?? entry?.[2] ?? entry?.[3];
      if (
        !entry ||
        key === undefined ||
        key === '__proto__' ||
        Object.hasOwn(map, key) ||
        (entry[1] !== undefined && WORDS.test(key))
      ) {
        throw new NotPlain();
      }
      this.#next++;
      map[key] =
        entry[4] === undefined
          ? this.#nested(indent, level, true)
          : this.#scalar(entry[4], indent);
    }
    this.#mustNotBeDeeper(indent);
    return map;
  }

  #list(indent: number, level: number): unknown[] {
    const list: unknown[] = [];
    while (this.#indent() === indent && this.#isItem(indent)) {
      const line = this.lines[this.#next];
      const rest = line.slice(indent + 1).trim();
      if (rest === '') {
        this.#next++;
        list.push(this.#nested(indent, level, false));
      } else if (rest === '-' || rest.startsWith('- ') || ENTRY.test(rest)) {
        // What follows the dash is a block of its own, as if on a line of its own.
        const inner = line.indexOf(rest, indent + 1);
        this.lines[this.#next] = ' '.repeat(inner) + rest;
        list.push(this.#block(inner, level + 1));
      } else {
        this.#next++;
        list.push(this.#scalar(rest, indent));
      }
    }
    this.#mustNotBeDeeper(indent);
    return list;
  }

  #mustNotBeDeeper(indent: number): void {
    const next = this.#indent();
    if (next !== undefined && next > indent) {
      throw new NotPlain();
    }
  }

  /** What comes on the lines after a key or a dash. A list may be as far left as its key. */
  #nested(indent: number, level: number, isOfKey: boolean): unknown {
    const next = this.#indent();
    if (
      next !== undefined &&
      (next > indent || (isOfKey && next === indent && this.#isItem(next)))
    ) {
      return this.#block(next, level + 1);
    }
    return null;
  }

  #scalar(text: string, indent: number): unknown {
    if (text === '|' || text === '|-') {
      return this.#literal(indent, text === '|');
    }
    const value = valueOf(text);
    // It would go on there.
    this.#mustNotBeDeeper(indent);
    return value;
  }

  #literal(indent: number, endsWithBreak: boolean): string {
    const start = this.#next;
    const inner = this.lines[start]?.search(/[^ ]/) ?? -1;
    if (inner <= indent) {
      throw new NotPlain();
    }
    const content: string[] = [];
    for (; this.#next < this.lines.length; this.#next++) {
      const line = this.lines[this.#next];
      const at = line.search(/[^ ]/);
      if (at >= 0 && at < inner) {
        break;
      }
      content.push(line.slice(inner));
    }
    while (content[content.length - 1] === '') {
      content.pop();
    }
    return content.join('\n') + (endsWithBreak ? '\n' : '');
  }
}

function valueOf(text: string): unknown {
  switch (text[0]) {
    case '"':
      return doubleQuoted(text);
    case "'":
      if (!/^'(?:[^']|'')*'$/.test(text)) {
        throw new NotPlain();
      }
      return text.slice(1, -1).replaceAll("''", "'");
    case '{':
      if (text !== '{}') {
        throw new NotPlain();
      }
      return {};
    case '[':
      return flowList(text);
    default:
      return plain(text);
  }
}

/** What JSON takes YAML takes for the same. */
function doubleQuoted(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'string') {
      return value;
    }
  } catch {
    // Said below.
  }
  throw new NotPlain();
}

function flowList(text: string): unknown[] {
  if (text === '[]') {
    return [];
  }
  const items = FLOW_LIST.exec(text)?.[1];
  if (items === undefined) {
    throw new NotPlain();
  }
  return items.split(',').map(item => plain(item.trim()));
}

function plain(text: string): unknown {
  if (text === 'true' || text === 'false') {
    return text === 'true';
  }
  if (INTEGER.test(text)) {
    return Number(text);
  }
  if (
    (BEGINS_AS_TEXT.test(text) && !NO_TEXT.test(text) && !WORDS.test(text)) ||
    TEXT_WITH_DIGITS.test(text)
  ) {
    return text;
  }
  throw new NotPlain();
}

/** Undefined where the text needs a full parser, be it for what is in it or for what is wrong with it. */
export function readPlain(
  lines: readonly string[],
): { content: unknown } | undefined {
  try {
    return { content: new Reader([...lines]).document() };
  } catch (error) {
    if (error instanceof NotPlain) {
      return undefined;
    }
    throw error;
  }
}
