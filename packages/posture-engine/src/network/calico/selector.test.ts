import fc from 'fast-check';
import { parseSelector } from './parseSelector';
import { matchesCalico } from './selector';

const LABELS = {
  app: 'web-front',
  tier: 'x',
  empty: '',
  'example.org/part-of': 'shop',
  all: 'mine',
  in: 'here',
};

function selects(text: string, labels: Record<string, string> = LABELS) {
  const parsed = parseSelector(text);
  if ('problem' in parsed) {
    throw new Error(`${text}: ${parsed.problem}`);
  }
  return matchesCalico(parsed.selector, labels);
}

describe('selectors of Calico', () => {
  it.each([
    // The empty selector selects everything.
    ['', true],
    [' \t', true],
    ['all()', true],
    ['all( )', true],
    ['!all()', false],
    ['global()', true],
    ['has(app)', true],
    ['has( app )', true],
    ['has(nothing)', false],
    ['! has(nothing)', true],
    ['!!has(app)', true],
    ['!!!has(app)', false],
    ['has(example.org/part-of)', true],
    // A label with an empty value is there.
    ['has(empty)', true],
    [`empty == ''`, true],
    [`app == "web-front"`, true],
    [`app=='web-front'`, true],
    [`app == "web"`, false],
    // Either quote may stand inside the other; there are no escapes.
    [`app == "it's"`, false],
    [`app != 'web'`, true],
    // What compares unequal may be absent.
    [`nothing != 'x'`, true],
    [`nothing == ''`, false],
    [`tier in {'x', "y"}`, true],
    [`tier in{'x'}`, true],
    [`tier in {'y',}`, false],
    ['tier in {}', false],
    [`nothing in {'x'}`, false],
    [`tier not in {'x'}`, false],
    [`tier notin {'y'}`, true],
    ['tier not in {}', true],
    [`nothing not in {'x'}`, true],
    [`app contains 'b-f'`, true],
    [`app contains''`, true],
    [`nothing contains ''`, false],
    [`app starts with 'web'`, true],
    [`app startswith 'front'`, false],
    [`app ends\twith 'front'`, true],
    [`app ends with 'web'`, false],
    // && binds closer than ||.
    [`has(app) || has(nothing) && has(nothing)`, true],
    [`(has(app) || has(nothing)) && has(nothing)`, false],
    [`!has(nothing) && tier == 'x'`, true],
    [`!(has(app) && tier == 'x')`, false],
    [`((((tier == 'x'))))`, true],
    // Words of the grammar are labels where a label stands.
    [`all == 'mine'`, true],
    [`in in {'here'}`, true],
    [`in not in {'here'}`, false],
  ])('%s', (text, expected) => {
    expect(selects(text)).toBe(expected);
  });

  it.each([
    'app',
    'app ==',
    'app = "x"',
    'app == x',
    `app == "x`,
    `app == 'x"`,
    `app in 'x'`,
    `app in {'x'`,
    `app in {,}`,
    `app in {'x' 'y'}`,
    `app not 'x'`,
    `app starts 'x'`,
    'has()',
    'has(app',
    'has (app)',
    'has(a b)',
    'all(',
    'all(app)',
    '!',
    '(has(app)',
    'has(app))',
    ')',
    'has(app) &&',
    '|| has(app)',
    'has(app) & has(tier)',
    'has(app) has(tier)',
    // A line break is no space to Calico.
    'has(app)\n&& has(tier)',
    'äpp == "x"',
    `${'a'.repeat(513)} == 'x'`,
  ])('is not taken: %s', text => {
    expect(parseSelector(text)).toEqual({ problem: expect.any(String) });
  });

  it('sees no labels that objects of the language have', () => {
    for (const key of ['constructor', 'toString', '__proto__']) {
      expect(selects(`has(${key})`, {})).toBe(false);
    }
  });

  it('says where it stopped understanding', () => {
    expect(parseSelector(`app = 'x'`)).toEqual({
      problem: `cannot be read from character 5 on: "= 'x'"`,
    });
    expect(parseSelector('has(app) )')).toEqual({
      problem: 'goes on with ) where it should end',
    });
  });

  it('takes long selectors, and refuses deep ones, without running deep', () => {
    const long = Array.from(
      { length: 50_000 },
      (_, index) => `l${index} == 'x'`,
    );
    expect(selects(long.join(' || '))).toBe(false);
    expect(selects(long.join(' && '))).toBe(false);
    expect(selects(`${'!'.repeat(200_001)}has(app)`)).toBe(false);
    expect(selects(`${'('.repeat(100)}has(app)${')'.repeat(100)}`)).toBe(true);
    for (const hostile of [
      '('.repeat(100_000),
      `${'('.repeat(100_000)}has(app)${')'.repeat(100_000)}`,
      `${'!('.repeat(50_000)}`,
      `app == '${'x'.repeat(1_000_000)}`,
      `app in {${`'x',`.repeat(100_000)}`,
    ]) {
      expect(parseSelector(hostile)).toEqual({ problem: expect.any(String) });
    }
  });

  it('never throws, whatever it is given', () => {
    const word = fc.constantFrom(
      ...['has(', 'all(', 'global()', 'app', 'in', 'not in', 'contains'],
      ...['starts with', '==', '!=', '!', '&&', '||', '(', ')', '{', '}'],
      ...[',', `'x'`, '"', `'`, ' ', '\t', '\n', '\u0000', '=', 'ö'],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 12 }).map(words => words.join(' ')),
        ),
        text => {
          const parsed = parseSelector(text);
          expect(
            'problem' in parsed
              ? parsed.problem
              : matchesCalico(parsed.selector, LABELS),
          ).toBeDefined();
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
