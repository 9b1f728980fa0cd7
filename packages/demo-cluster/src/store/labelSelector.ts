/** Label selectors as they come in a query string, with the grammar and the errors of the real parser. */
import { ApiError, badRequest } from '../api/status';
import { keyProblems, valueProblems } from './labelSyntax';

type Labels = Readonly<Record<string, string>>;
export type LabelPredicate = (labels: Labels) => boolean;

const SYMBOLS = ['==', '!=', '=', '!', '(', ')', ',', '<', '>'];
const OPERATORS = new Set(['in', 'notin', '=', '==', '!=', '<', '>']);

function unparsable(problem: string): ApiError {
  return badRequest(`unable to parse requirement: ${problem}`);
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  let word = '';
  const flush = () => {
    if (word !== '') {
      tokens.push(word);
      word = '';
    }
  };
  for (let at = 0; at < text.length; ) {
    const symbol = SYMBOLS.find(candidate => text.startsWith(candidate, at));
    if (symbol) {
      flush();
      tokens.push(symbol);
      at += symbol.length;
    } else {
      if (/\s/.test(text[at])) {
        flush();
      } else {
        word += text[at];
      }
      at++;
    }
  }
  flush();
  return tokens;
}

/** Reads one selector; the end of the text is the empty token. */
class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): LabelPredicate[] {
    const requirements: LabelPredicate[] = [];
    if (this.#peek() === '') {
      return requirements;
    }
    for (;;) {
      const first = this.#peek();
      if (first !== '!' && !isWord(first)) {
        throw badRequest(
          `found '${first}', expected: !, identifier, or 'end of string'`,
        );
      }
      requirements.push(this.#requirement());
      const next = this.#next();
      if (next === '') {
        return requirements;
      }
      if (next !== ',') {
        throw badRequest(`found '${next}', expected: ',' or 'end of string'`);
      }
      const following = this.#peek();
      if (following !== '!' && !isWord(following)) {
        throw badRequest(
          `found '${following}', expected: identifier after ','`,
        );
      }
    }
  }

  #requirement(): LabelPredicate {
    const negated = this.#peek() === '!';
    if (negated) {
      this.#next();
    }
    const key = this.#next();
    if (!isWord(key)) {
      throw unparsable(`found '${key}', expected: identifier`);
    }
    checkKey(key);
    const operator = this.#peek();
    if (operator === '' || operator === ',') {
      return labels => key in labels !== negated;
    }
    if (negated || !OPERATORS.has(operator)) {
      throw unparsable(
        negated
          ? `found '${operator}', expected: ',' or 'end of string'`
          : `found '${operator}', expected: in, notin, =, ==, !=, gt, lt`,
      );
    }
    this.#next();
    return operator === 'in' || operator === 'notin'
      ? this.#set(key, operator === 'in')
      : this.#comparison(key, operator);
  }

  #set(key: string, wanted: boolean): LabelPredicate {
    const open = this.#next();
    if (open !== '(') {
      throw unparsable(`found '${open}' expected: '('`);
    }
    const values = new Set<string>();
    if (this.#peek() === ')') {
      this.#next();
      values.add('');
    } else {
      for (let ended = false; !ended; ) {
        const value = isWord(this.#peek()) ? this.#next() : '';
        if (value === '' && this.#peek() === '') {
          throw unparsable("found '', expected: ',', or identifier");
        }
        values.add(checkValue(key, value, values.size));
        const next = this.#next();
        if (next !== ',' && next !== ')') {
          throw unparsable(`found '${next}', expected: ',' or ')'`);
        }
        ended = next === ')';
      }
    }
    return labels => (key in labels && values.has(labels[key])) === wanted;
  }

  #comparison(key: string, operator: string): LabelPredicate {
    const following = this.#peek();
    const empty = following === '' || following === ',';
    if (!empty && !isWord(following)) {
      throw unparsable(`found '${following}', expected: identifier`);
    }
    const value = empty ? '' : this.#next();
    if (operator === '<' || operator === '>') {
      return order(key, operator, value);
    }
    checkValue(key, value, 0);
    return operator === '!='
      ? labels => labels[key] !== value
      : labels => labels[key] === value;
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #next(): string {
    const token = this.#peek();
    this.#at++;
    return token;
  }
}

function isWord(token: string): boolean {
  return token !== '' && !SYMBOLS.includes(token);
}

function order(key: string, operator: string, value: string): LabelPredicate {
  if (!/^-?\d+$/.test(value)) {
    throw unparsable(
      `values[0]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  }
  const limit = Number(value);
  return labels => {
    if (!/^-?\d+$/.test(labels[key] ?? '')) {
      return false;
    }
    const number = Number(labels[key]);
    return operator === '<' ? number < limit : number > limit;
  };
}

function checkKey(key: string): void {
  const problems = keyProblems(key);
  if (problems.length > 0) {
    throw unparsable(`<nil>: Invalid value: "${key}": ${problems.join('; ')}`);
  }
}

function checkValue(key: string, value: string, index: number): string {
  const problems = valueProblems(value);
  if (problems.length > 0) {
    throw unparsable(
      `values[${index}][${key}]: Invalid value: "${value}": ${problems.join(
        '; ',
      )}`,
    );
  }
  return value;
}

/** Throws 400 for what the grammar does not allow. */
export function parseLabelSelector(text: string): LabelPredicate {
  const requirements = new Parser(text).parse();
  return labels => requirements.every(requirement => requirement(labels));
}
