/** The tokens of a CEL expression, as far as they matter to who rewrites it. */

export interface Token {
  kind: 'word' | 'number' | 'text' | 'sign';
  text: string;
}

const TOKEN =
  /(?<space>\s+|\/\/[^\n]*)|(?<text>[rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|(?<word>[A-Za-z_]\w*)|(?<number>\d[\w.]*(?:(?<=[eE])[+-]\d+)?|\.\d+)|(?<sign>&&|\|\||[=!<>]=|[^])/y;

export function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (
    let match = TOKEN.exec(expression);
    match?.groups && TOKEN.lastIndex <= expression.length && match[0] !== '';
    match = TOKEN.exec(expression)
  ) {
    const { text, word, number, sign } = match.groups;
    if (text !== undefined) {
      tokens.push({ kind: 'text', text });
    } else if (word !== undefined) {
      tokens.push({ kind: 'word', text: word });
    } else if (number !== undefined) {
      tokens.push({ kind: 'number', text: number });
    } else if (sign !== undefined) {
      tokens.push({ kind: 'sign', text: sign });
    }
  }
  return tokens;
}

/** Whether an expression reads a variable. */
export function reads(expression: string, variable: string): boolean {
  return tokensOf(expression).some(
    ({ kind, text }, at, all) =>
      kind === 'word' && text === variable && all[at - 1]?.text !== '.',
  );
}

/** The expression of tokens, with a space wherever two might run together. */
export function textOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ kind, text }, at) => {
      const before = tokens[at - 1]?.kind;
      const mayJoin =
        kind !== 'sign' && before !== undefined && before !== 'sign';
      return mayJoin ? ` ${text}` : text;
    })
    .join('');
}
