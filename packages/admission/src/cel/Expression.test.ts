import { CelInput, CelValue, isCelList } from '@bufbuild/cel';
import { Expression } from './Expression';

function plain(value: CelValue): unknown {
  if (isCelList(value)) {
    return [...value].map(plain);
  }
  return typeof value === 'bigint' ? Number(value) : value;
}

function evaluate(text: string, self: CelInput = null): unknown {
  const evaluation = Expression.of(text).evaluate({ self, oldSelf: [] });
  return 'value' in evaluation ? plain(evaluation.value) : evaluation;
}

const FAILS = { error: expect.any(String) };

describe('expressions in CEL', () => {
  it.each([
    // CEL itself
    ["self.size() == 2 && self.all(k, k.startsWith('a'))", true],
    ['has(self.ab) && !has(self.zz)', true],
    ['self.zz == 1', FAILS],
    ['1 / 0 == 1', FAILS],
    ["int('acd') > 0", FAILS],
    ["'é'.size()", 1],
    ["'ABC'.matches('^(?i)abc$')", true],
    ["'a,b'.split(',')", ['a', 'b']],
    ["duration('1h') > duration('59m')", true],
    ['1 < 1.5', true],
  ])('%s', (text, expected) => {
    expect(evaluate(text, { aa: 1n, ab: 2n })).toEqual(expected);
  });

  it.each([
    // urls
    ["isURL('https://a.example:80/b?c=d')", true],
    ["isURL('a.example')", false],
    ["isURL('http://request.headers[x]')", false],
    ["isURL('http://[::1]:80/')", true],
    ["isURL('http://a:b:80/')", false],
    ["url('https://u@a.example:80/b?c=d&c=e').getHostname()", 'a.example'],
    ["url('https://a.example:80/b').getPort()", '80'],
    ["url('https://a.example/b?c=d&c=e').getQuery()['c']", ['d', 'e']],
    ["url('HTTPS://a').getScheme()", 'https'],
    // ip, cidr
    ["isIP('1.2.3.4') && !isIP('1.2.3') && !isIP('01.2.3.4')", true],
    ["isIP('::ffff:1.2.3.4')", false],
    ["ip('::1').isLoopback() && ip('10.0.0.1').family() == 4", true],
    ["ip.isCanonical('2001:DB8::1')", false],
    ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", true],
    ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", true],
    ["cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')", true],
    ["cidr('10.1.2.3/8').ip() == ip('10.1.2.3')", true],
    // quantities, semantic versions
    ["quantity('200M').compareTo(quantity('0.2G'))", 0],
    ["quantity('50Mi').isGreaterThan(quantity('50M'))", true],
    ["quantity('1500m').isInteger()", false],
    ["quantity('1k').add(quantity('1')).asInteger()", 1001],
    ["isQuantity('1e3') && !isQuantity('1x')", true],
    ["semver('1.2.3-rc.1').isLessThan(semver('1.2.3'))", true],
    ["isSemver('v1.2') || !isSemver('v1.2', true)", false],
    // lists, sets
    ['[3, 1, 2].sort()', [1, 2, 3]],
    ['[1, 2, 3].sum() + [1, 2].max() + [1, 2].min()', 9],
    ['[1, 1, 2].distinct()', [1, 2]],
    ["['a', 'b'].indexOf('b')", 1],
    ['[[1], [2]].flatten().isSorted()', true],
    ['[].min()', FAILS],
    ['sets.contains([1, 2], [2]) && !sets.intersects([1], [2])', true],
    ['sets.equivalent([1, 2], [2, 1, 1])', true],
    // texts, formats
    ["'abc 123'.find('[0-9]+')", '123'],
    ["'1 2 3'.findAll('[0-9]', 2)", ['1', '2']],
    ["format.dns1123Label().validate('A').hasValue()", true],
    ["format.named('nothing').hasValue()", false],
    ["'%s is %d'.format(['a', 1])", 'a is 1'],
  ])("Kubernetes' own functions: %s", (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  it.each([
    ['self.?a.orValue(5)', 1],
    ['self.?zz.orValue(5)', 5],
    ['self.?b.c.orValue(5)', 2],
    ['self.?zz.c.orValue(5)', 5],
    ['self.b.?c.hasValue() && !self.b.?d.hasValue()', true],
    ["self[?'a'].value()", 1],
    ["self.?list[?1].orValue('none')", 'y'],
    ["self.?list[?7].orValue('none')", 'none'],
    ['self.?a.optMap(v, v + 1).orValue(0)', 2],
    ['self.?a.optFlatMap(v, optional.none()).orValue(0)', 0],
    ['self.?zz.or(self.?a).value()', 1],
    ['oldSelf.orValue(7)', 7],
    ["'a' in self ? 1 : 2", 1],
    ['optional.none().value()', FAILS],
  ])('optional values: %s', (text, expected) => {
    const self = { a: 1n, b: { c: 2n }, list: ['x', 'y'] };
    expect(evaluate(text, self)).toEqual(expected);
  });

  it.each([
    ['self.m.all(k, v, v > 0 && k != "c")', true],
    ['self.l.exists(i, v, i == 1 && v == "y")', true],
    ['self.l.existsOne(i, v, v == "y")', true],
    ['self.m.transformList(k, v, v > 1, k)', ['b']],
    ['self.m.transformMap(k, v, v + 1).b', 3],
    ['self.l.transformMapEntry(i, v, { v: i }).y', 1],
    ['self.l.transformMapEntry(i, v, { "same": i })', FAILS],
    ['self.m.all(k, v, self.l.all(i, w, v > i - 2))', true],
    ['self.l.all(x, x != "k, v")', true],
  ])('comprehensions with two variables: %s', (text, expected) => {
    const self = { m: { a: 1n, b: 2n }, l: ['x', 'y'] };
    expect(evaluate(text, self)).toEqual(expected);
  });

  it.each([
    ['unheardOf(1)', 'unbound function: unheardOf'],
    ['[?self.?a]', 'it puts optional values into a list or map'],
    ['1 +', expect.any(String)],
  ])('say what they lack instead of guessing: %s', (text, unknown) => {
    expect(evaluate(text, { a: 1n })).toEqual({ unknown });
  });

  it('know whether they compare with what was before', () => {
    expect(Expression.of('self == oldSelf').readsOldSelf).toBe(true);
    expect(Expression.of("self.oldSelf == 'oldSelf'").readsOldSelf).toBe(false);
  });
});
