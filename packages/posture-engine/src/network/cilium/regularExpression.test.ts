import fc from 'fast-check';
import { RegularExpression } from './regularExpression';

function matches(source: string, text: string): boolean | undefined {
  return RegularExpression.create(source)?.matches(text);
}

describe('a regular expression', () => {
  it.each([
    ['GET', 'GET', 'GET '],
    ['GET|HEAD', 'HEAD', 'GETHEAD'],
    ['/orders/[0-9]+', '/orders/17', '/orders/17/items'],
    ['/orders/[^/]+', '/orders/a-b', '/orders/a/b'],
    ['^/a$', '/a', '/ab'],
    ['/.*', '/anything?at=all', 'x/'],
    ['/a.b', '/a\u{1F600}b', '/a\nb'],
    ['/v[12]{1,2}', '/v21', '/v121'],
    ['a{2,}', 'aaa', 'a'],
    ['a{,2}', 'a{,2}', 'aa'],
    ['(?:ab)*c', 'ababc', 'abac'],
    ['(?P<id>\\d+)-(?<rest>\\w*)', '12-x_', '12-é'],
    ['[[:alpha:]_-]+', 'a_b-c', 'a1'],
    ['[]a]+', 'a]', '['],
    ['[\\d.\\-]+', '1.2-3', '1,2'],
    ['(?i)shop\\.example', 'Shop.EXAMPLE', 'Shop-EXAMPLE'],
    ['(?i:a)b', 'Ab', 'AB'],
    ['(?s).', '\n', ''],
    ['a\\b.c', 'a-c', 'abc'],
    ['\\x41\\/', 'A/', 'a/'],
    ['(a*)*', 'aaa', 'b'],
    ['', '', 'a'],
  ])('%j takes the whole of %j and not %j', (source, taken, other) => {
    expect(matches(source, taken)).toBe(true);
    expect(matches(source, other)).toBe(false);
  });

  it.each([
    ['a(?=b)', 'looks ahead'],
    ['(a)\\1', 'refers back'],
    ['(a', 'never ends a group'],
    ['a)', 'begins no group'],
    ['[a', 'never ends a set'],
    ['[b-a]', 'goes downwards'],
    ['a**', 'repeats a repetition'],
    ['+a', 'repeats nothing'],
    ['a{1001}', 'repeats too often'],
    ['(((a{100}){100}){100})', 'grows too large'],
    ['\\pL', 'asks for what is not followed here'],
    ['(?m)a', 'has a flag that is not followed here'],
    [`${'('.repeat(10_000)}a${')'.repeat(10_000)}`, 'is nested too deep'],
  ])('%.30s is none: it %s', source => {
    expect(RegularExpression.create(source)).toBeUndefined();
  });

  it('takes time by the length of the text, whatever the pattern', () => {
    expect(matches('(a+)+(b|a+)*c', 'a'.repeat(2_000))).toBe(false);
  });

  it('agrees with JavaScript on what both understand', () => {
    const piece = fc.constantFrom(
      ...['a', 'b', '.', '[ab]', '[^a]', '(a|b)', '(ab)?', 'a*', 'b+', '\\w'],
      ...['a{1,2}', '(?:a|bb)*', '^', '$', '\\b', '|'],
    );
    const text = fc
      .array(fc.constantFrom('a', 'b', '-'), { maxLength: 6 })
      .map(characters => characters.join(''));
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 5 }),
        text,
        (pieces, subject) => {
          const source = pieces.join('');
          expect(matches(source, subject)).toBe(
            new RegExp(`^(?:${source})$`).test(subject),
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
