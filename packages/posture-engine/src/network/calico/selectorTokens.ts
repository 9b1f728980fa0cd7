/** The words of Calico's selector expressions, cut as `libcalico-go/lib/selector/tokenizer` cuts them. */

export interface SelectorToken {
  kind:
    | 'label'
    | 'string'
    | 'has'
    | 'all'
    | 'global'
    | 'contains'
    | 'starts with'
    | 'ends with'
    | 'in'
    | 'not in'
    | 'and'
    | 'or'
    | 'not'
    | '=='
    | '!='
    | '('
    | ')'
    | '{'
    | '}'
    | ',';
  /** The name of a label, the content of a string; empty for all others. */
  text: string;
}

type Rule = [kind: SelectorToken['kind'], pattern: RegExp];

const LABEL = /([a-zA-Z0-9_./-]{1,512})/y;

const SIGNS: readonly Rule[] = [
  ['(', /\(/y],
  [')', /\)/y],
  ['string', /"([^"]*)"/y],
  ['string', /'([^']*)'/y],
  ['{', /\{/y],
  ['}', /\}/y],
  [',', /,/y],
  ['==', /==/y],
  ['!=', /!=/y],
  ['not', /!/y],
  ['and', /&&/y],
  ['or', /\|\|/y],
];

/** After a label comes an operator, whatever else the word could mean; nothing need part it from what follows. */
const OPERATORS: readonly Rule[] = [
  ...SIGNS,
  ['contains', /contains/y],
  ['starts with', /starts[ \t]*with/y],
  ['ends with', /ends[ \t]*with/y],
  ['not in', /not[ \t]*in/y],
  ['in', /in/y],
];

const OPERANDS: readonly Rule[] = [...SIGNS, ['label', LABEL]];

/** Functions are such only with the parenthesis right behind: `all` alone is a label. */
const FUNCTIONS: readonly Rule[] = [
  ['has', /has\([ \t]*([a-zA-Z0-9_./-]{1,512})[ \t]*\)/y],
  ['all', /all\([ \t]*\)/y],
  ['global', /global\([ \t]*\)/y],
];

const FUNCTION_START = /(has|all|global)\(/y;
const SPACE = /[ \t]*/y;

export function tokensOf(
  text: string,
): { tokens: SelectorToken[] } | { problem: string } {
  const tokens: SelectorToken[] = [];
  let place = 0;
  const matchAt = (pattern: RegExp) => {
    pattern.lastIndex = place;
    return pattern.exec(text);
  };
  for (;;) {
    place += matchAt(SPACE)?.[0].length ?? 0;
    if (place >= text.length) {
      return { tokens };
    }
    const afterLabel = tokens[tokens.length - 1]?.kind === 'label';
    const operands = matchAt(FUNCTION_START) ? FUNCTIONS : OPERANDS;
    let found: SelectorToken | undefined;
    for (const [kind, pattern] of afterLabel ? OPERATORS : operands) {
      const match = matchAt(pattern);
      if (match) {
        found = { kind, text: match[1] ?? '' };
        place += match[0].length;
        break;
      }
    }
    if (!found) {
      return {
        problem: `cannot be read from character ${place + 1} on: "${text.slice(
          place,
          place + 20,
        )}"`,
      };
    }
    tokens.push(found);
  }
}
