/**
 * Comprehensions with two variables, `x.all(k, v, e)`, for an evaluator that has
 * those with one: a map or list becomes a list of pairs, and the two variables
 * the parts of a pair.
 */
import { Token, textOf, tokensOf } from './tokens';

/** A method that gives the pairs of a map (key and value) or of a list (index and item). */
export const PAIRS = '__pairs';
/** A map of a list of keys and values; of a list of maps. */
export const MAP_OF_PAIRS = '__map_of_pairs';
export const MERGED = '__merged';

/** What each becomes, and how what it is told about a pair is put. */
const REWRITES: Readonly<
  Record<string, { method: string; then?: string; keepsKey?: boolean }>
> = {
  all: { method: 'all' },
  exists: { method: 'exists' },
  existsOne: { method: 'exists_one' },
  exists_one: { method: 'exists_one' },
  transformList: { method: 'map' },
  transformMap: { method: 'map', then: `.${MAP_OF_PAIRS}()`, keepsKey: true },
  transformMapEntry: { method: 'map', then: `.${MERGED}()` },
};

/** The expression without them; what only looks like one is left alone. */
export function withoutPairs(expression: string): string {
  return Object.keys(REWRITES).some(name => expression.includes(name))
    ? textOf(rewrite(tokensOf(expression), 0))
    : expression;
}

/** `depth` gives pairs inside pairs names of their own. */
function rewrite(tokens: readonly Token[], depth: number): Token[] {
  const result: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const call = callAt(tokens, at);
    if (!call) {
      result.push(tokens[at]);
      continue;
    }
    const { name, parts, end } = call;
    const [[key], [value], ...rest] = parts;
    const { method, then = '', keepsKey } = REWRITES[name];
    const pair = `__pair${depth}`;
    // Before what is inside is rewritten: that may use these variables too.
    const told = rest.map(part =>
      textOf(
        rewrite(
          part.map((token, index) =>
            replaced(token, part[index - 1], pair, key.text, value.text),
          ),
          depth + 1,
        ),
      ),
    );
    const last = told.pop() ?? '';
    const body = [
      pair,
      ...told,
      keepsKey ? `[dyn(${pair}.key), dyn(${last})]` : last,
    ].join(', ');
    result.push({
      kind: 'sign',
      text: `.${PAIRS}().${method}(${body})${then}`,
    });
    at = end;
  }
  return result;
}

/** A variable as the part of a pair that it stands for. */
function replaced(
  token: Token,
  before: Token | undefined,
  pair: string,
  key: string,
  value: string,
): Token {
  if (token.kind !== 'word' || before?.text === '.') {
    return token;
  }
  if (token.text === key || token.text === value) {
    const part = token.text === key ? 'key' : 'value';
    return { kind: 'word', text: `${pair}.${part}` };
  }
  return token;
}

interface Call {
  name: string;
  /** What stands between its commas. */
  parts: Token[][];
  /** Where its closing bracket is. */
  end: number;
}

/** A call of one of these methods with two variables and more. */
function callAt(tokens: readonly Token[], at: number): Call | undefined {
  const name = tokens[at + 1]?.text;
  if (
    tokens[at].text !== '.' ||
    name === undefined ||
    !Object.hasOwn(REWRITES, name) ||
    tokens[at + 2]?.text !== '('
  ) {
    return undefined;
  }
  const parts: Token[][] = [[]];
  let open = 1;
  let end = at + 3;
  for (; end < tokens.length; end++) {
    const { text, kind } = tokens[end];
    const isSign = kind === 'sign';
    open += isSign && '([{'.includes(text) ? 1 : 0;
    open -= isSign && ')]}'.includes(text) ? 1 : 0;
    if (open === 0) {
      break;
    }
    if (open === 1 && text === ',' && isSign) {
      parts.push([]);
    } else {
      parts[parts.length - 1].push(tokens[end]);
    }
  }
  const hasVariables = parts
    .slice(0, 2)
    .every(part => part.length === 1 && part[0].kind === 'word');
  return open === 0 && parts.length > 2 && hasVariables
    ? { name, parts, end }
    : undefined;
}
