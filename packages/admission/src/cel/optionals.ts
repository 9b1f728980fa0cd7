/**
 * Optional values, for an evaluator that has none. CEL's syntax for them,
 * `a.?b`, `a[?b]`, `x.optMap(v, e)`, is rewritten to calls on lists: a list of
 * one item is a value, an empty list is none.
 */
import { Token, tokensOf } from './tokens';

/** Methods that give an optional again, so that plain selections behind them look into it. */
const STILL_OPTIONAL: ReadonlySet<string> = new Set([
  'or',
  'optMap',
  'optFlatMap',
]);

/** What stands for a selection in an optional. */
export const SELECT = '__optional_select';
export const INDEX = '__optional_index';
export const FLATTEN = '__optional_flatten';

interface Bracket {
  open: string;
  /** Written behind the bracket that closes it. */
  then: string;
  /** Whether what the brackets close is an optional. */
  optional: boolean;
}

/** The expression without optional syntax; throws where it cannot be rewritten. */
export function withoutOptionals(expression: string): string {
  const tokens = tokensOf(expression);
  if (!tokens.some(({ text }) => text === '?' || text.startsWith('opt'))) {
    return expression;
  }
  const brackets: Bracket[] = [];
  let optional = false;
  let result = '';
  for (let at = 0; at < tokens.length; at++) {
    const { text, kind } = tokens[at];
    const next = tokens[at + 1]?.text;
    const after = tokens[at + 2]?.text;
    if (text === '.' && next === '?') {
      result += `.${SELECT}("${after}")`;
      optional = true;
      at += 2;
    } else if (text === '[' && isOperand(tokens[at - 1])) {
      const isAsked = next === '?';
      result += openIndex(optional, isAsked);
      brackets.push({
        open: '[',
        then: closeIndex(optional, isAsked),
        optional: optional || isAsked,
      });
      optional = false;
      at += isAsked ? 1 : 0;
    } else if (text === '[' || text === '{') {
      if (next === '?') {
        throw new Error('it puts optional values into a list or map');
      }
      result += text;
      brackets.push({
        open: text,
        then: text === '[' ? ']' : '}',
        optional: false,
      });
      optional = false;
    } else if (text === '(') {
      result += text;
      brackets.push({ open: text, then: ')', optional: false });
      optional = false;
    } else if (text === ')' || text === ']' || text === '}') {
      const bracket = brackets.pop();
      result += bracket?.then ?? text;
      optional = bracket?.optional ?? false;
    } else if (text === '.' && after === '(') {
      const isFlat = next === 'optFlatMap';
      result += `.${next === 'optMap' || isFlat ? 'map' : next}(`;
      brackets.push({
        open: '(',
        then: isFlat ? `).${FLATTEN}()` : ')',
        optional: STILL_OPTIONAL.has(next ?? ''),
      });
      optional = false;
      at += 2;
    } else if (text === '.' && optional) {
      result += `.map(__inner, __inner.${next})`;
      at += 1;
    } else {
      result += kind === 'word' && isWord(tokens[at - 1]) ? ` ${text}` : text;
      optional =
        kind === 'word' || text === '.' ? optional && text === '.' : false;
    }
  }
  return result;
}

function openIndex(optional: boolean, isAsked: boolean): string {
  const open = isAsked ? `.${INDEX}(` : '[';
  return optional ? `.map(__inner, __inner${open}` : open;
}

function closeIndex(optional: boolean, isAsked: boolean): string {
  if (!optional) {
    return isAsked ? ')' : ']';
  }
  return isAsked ? `)).${FLATTEN}()` : '])';
}

/** Whether a bracket behind it is an index, and not a list. */
function isOperand(token: Token | undefined): boolean {
  return (
    token !== undefined &&
    ((token.kind === 'word' && token.text !== 'in') ||
      token.kind === 'text' ||
      token.text === ')' ||
      token.text === ']' ||
      token.text === '}')
  );
}

function isWord(token: Token | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'number';
}
