/**
 * Reads Calico's selector expressions token by token, as
 * `libcalico-go/lib/selector` reads them: only blanks and tabs are space,
 * strings know no escapes, a comma may end a set. Whatever the input, reading
 * neither throws nor runs deep.
 */
import { ALL, CalicoSelector, not } from './selector';
import { SelectorToken, tokensOf } from './selectorTokens';

export type ParsedSelector =
  | { selector: CalicoSelector }
  /** What is wrong with it, to follow "the selector …". */
  | { problem: string };

/** Calico sets no limit; nobody writes anything near this one. */
const DEEPEST = 100;

class SyntaxProblem extends Error {}

class Parser {
  #next = 0;
  #depth = 0;

  constructor(private readonly tokens: readonly SelectorToken[]) {}

  parse(): CalicoSelector {
    const selector = this.#alternatives();
    if (this.#next < this.tokens.length) {
      throw new SyntaxProblem(
        `goes on with ${this.#shown()} where it should end`,
      );
    }
    return selector;
  }

  #alternatives(): CalicoSelector {
    return this.#chain('or', () => this.#chain('and', () => this.#operation()));
  }

  #chain(kind: 'and' | 'or', operand: () => CalicoSelector): CalicoSelector {
    const operands = [operand()];
    while (this.#take(kind)) {
      operands.push(operand());
    }
    return operands.length === 1 ? operands[0] : { kind, operands };
  }

  #operation(): CalicoSelector {
    let negated = false;
    while (this.#take('not')) {
      negated = !negated;
    }
    const operand = this.#operand();
    return negated ? not(operand) : operand;
  }

  #operand(): CalicoSelector {
    if (this.#take('(')) {
      if (++this.#depth > DEEPEST) {
        throw new SyntaxProblem(
          `is nested more than ${DEEPEST} levels deep, which is not followed here`,
        );
      }
      const inner = this.#alternatives();
      this.#depth--;
      this.#expect(')');
      return inner;
    }
    const has = this.#take('has');
    if (has) {
      return { kind: 'has', label: has.text };
    }
    for (const kind of ['all', 'global'] as const) {
      if (this.#take(kind)) {
        return { kind };
      }
    }
    return this.#comparison(this.#expect('label').text);
  }

  #comparison(label: string): CalicoSelector {
    const value = () => this.#expect('string').text;
    if (this.#take('==')) {
      return { kind: 'equals', label, value: value() };
    }
    if (this.#take('!=')) {
      return not({ kind: 'equals', label, value: value() });
    }
    for (const kind of ['contains', 'starts with', 'ends with'] as const) {
      if (this.#take(kind)) {
        return { kind, label, value: value() };
      }
    }
    if (this.#take('in')) {
      return { kind: 'in', label, values: this.#set() };
    }
    if (this.#take('not in')) {
      return not({ kind: 'in', label, values: this.#set() });
    }
    throw new SyntaxProblem(
      `has ${this.#shown()} where the label ${label} needs an operator`,
    );
  }

  #set(): ReadonlySet<string> {
    this.#expect('{');
    const values = new Set<string>();
    for (let more = true; more; ) {
      const value = this.#take('string');
      if (value) {
        values.add(value.text);
      }
      more = value !== undefined && this.#take(',') !== undefined;
    }
    this.#expect('}');
    return values;
  }

  #take(kind: SelectorToken['kind']): SelectorToken | undefined {
    const token = this.tokens[this.#next];
    if (token?.kind !== kind) {
      return undefined;
    }
    this.#next++;
    return token;
  }

  #expect(kind: SelectorToken['kind']): SelectorToken {
    const token = this.#take(kind);
    if (!token) {
      throw new SyntaxProblem(`has ${this.#shown()} where a ${kind} should be`);
    }
    return token;
  }

  #shown(): string {
    const token = this.tokens[this.#next];
    if (!token) {
      return 'its end';
    }
    return token.text ? `"${token.text.slice(0, 40)}"` : token.kind;
  }
}

/** An empty expression selects everything. */
export function parseSelector(text: string): ParsedSelector {
  const read = tokensOf(text);
  if ('problem' in read) {
    return read;
  }
  if (read.tokens.length === 0) {
    return { selector: ALL };
  }
  const parser = new Parser(read.tokens);
  try {
    return { selector: parser.parse() };
  } catch (error) {
    if (error instanceof SyntaxProblem) {
      return { problem: error.message };
    }
    throw error;
  }
}
