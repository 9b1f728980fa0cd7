import fc from 'fast-check';
import { parseDocument, stringify } from 'yaml';
import { readPlain } from './plainYaml';
import { readDocuments } from './yaml';

/** A document of the full parser alone: a tag that changes nothing keeps the quick one away. */
function readFully(text: string) {
  return readDocuments(`--- !!map\n${text}`);
}

const words = fc.constantFrom(
  ...['web', 'yes', 'No', 'on', 'null', '~', '017', '0o17', '1_000', '12:30'],
  ...['1e3', '0x1F', '64Mi', '100m', '10.0.0.1', '1.5', '-1', '.5', 'a: b'],
  ...['a #b', '# a', '- a', '*a', '&a b', '!a b', '', ' a', 'a ', '2026-01-01'],
  ...['2026-01-01T00:00:00Z', 'two\nlines', 'ends\n', "it's", 'a"b', '{a: b}'],
  ...['[a, b]', '---', 'http://a/b', 'a:', 'sha256:00', 'é', '\t', '=', '<<'],
);
const json = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    words,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(words, tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('plain YAML, read quickly', () => {
  it('is what a machine writes of any value, or is left to the full parser', () => {
    fc.assert(
      fc.property(
        fc.dictionary(words, json, { minKeys: 1, maxKeys: 4 }),
        value => {
          const text = stringify(value, { version: '1.1' });
          const [full] = readFully(text);
          const quick = readPlain(text.split('\n'));
          expect(quick ?? full).toEqual(full);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is what people write, or is left to the full parser', () => {
    const line = fc
      .tuple(
        fc.constantFrom('', '  ', '    ', '- ', '  - ', '    - ', '# '),
        fc.constantFrom('', 'a:', 'b: ', 'c: ', '"d": ', "'e': ", 'on: ', 'x'),
        fc.oneof(
          words,
          fc.constantFrom('|', '|-', '>', '"a"', "'a'", '[]', '{}'),
        ),
      )
      .map(parts => parts.join(''));
    let quickly = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), lines => {
        const text = ['kind: A', ...lines].join('\n');
        const [full] = readFully(text);
        const quick = readPlain(text.split('\n'));
        quickly += quick ? 1 : 0;
        expect(quick ?? full).toEqual(full);
      }),
      { numRuns: 5000 },
    );
    // Else the property says nothing.
    expect(quickly).toBeGreaterThan(200);
  });

  it.each([
    ['maps and lists', 'a:\n  b:\n  - c: 1\n    d: true\n  - e\n'],
    ['literal blocks', 'a: |\n  one\n\n    two\nb: |-\n  three\n'],
    ['quotes', "a: \"x: \\n\"\nb: 'it''s'\n"],
    ['short lists', 'policyTypes: [Ingress, Egress]\nargs: []\nlabels: {}\n'],
    ['text that looks like numbers', 'ip: 10.0.0.1\nmemory: 64Mi\ncpu: 100m\n'],
  ])('takes %s', (_, text) => {
    expect(readPlain(text.split('\n'))?.content).toEqual(
      parseDocument(text, { version: '1.1' }).toJS(),
    );
  });

  it('leaves the rest of a text alone where one document is no plain YAML', () => {
    expect(
      readDocuments(
        '# first\n---\na: 1\n---\nb: &x [1]\nc: *x\n---\n---\nd: [\n',
      ),
    ).toEqual([
      { content: { a: 1 } },
      { content: { b: [1], c: [1] } },
      { content: null },
      { error: expect.stringMatching(/^line (9|10), column /) },
    ]);
  });
});
