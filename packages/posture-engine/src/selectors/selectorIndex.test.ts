import fc from 'fast-check';
import { LabelSelector } from '../snapshot';
import { SelectorIndex, UnknownOperatorError, matchesSelector } from '.';

describe('label selectors', () => {
  const matches = (selector: LabelSelector) =>
    matchesSelector(selector, { app: 'orders', tier: 'back' });

  it('match everything where they are empty, and need all that they say', () => {
    expect(matches({})).toBe(true);
    expect(matches({ matchLabels: {}, matchExpressions: [] })).toBe(true);
    expect(matches({ matchLabels: { app: 'orders', tier: 'front' } })).toBe(
      false,
    );
  });

  it('also match with NotIn and DoesNotExist where the key is absent', () => {
    const one = (key: string, operator: string, values?: string[]) =>
      matches({ matchExpressions: [{ key, operator, values }] });
    expect(one('app', 'In', ['orders'])).toBe(true);
    expect(one('none', 'In', ['orders'])).toBe(false);
    expect(one('app', 'NotIn', ['orders'])).toBe(false);
    expect(one('none', 'NotIn', ['orders'])).toBe(true);
    expect(one('app', 'Exists')).toBe(true);
    expect(one('none', 'DoesNotExist')).toBe(true);
    expect(one('app', 'DoesNotExist')).toBe(false);
  });

  it('do not find a label in what every object inherits', () => {
    expect(
      matches({
        matchExpressions: [{ key: 'constructor', operator: 'Exists' }],
      }),
    ).toBe(false);
  });

  it('are an error with an operator that Kubernetes does not have', () => {
    expect(() =>
      matches({ matchExpressions: [{ key: 'app', operator: 'in' }] }),
    ).toThrow(UnknownOperatorError);
  });
});

describe('an index of selectors', () => {
  const labels = fc.dictionary(
    fc.constantFrom('a', 'b', 'constructor'),
    fc.constantFrom('1', '2'),
  );
  const selector: fc.Arbitrary<LabelSelector> = fc.record(
    {
      matchLabels: labels,
      matchExpressions: fc.array(
        fc.record({
          key: fc.constantFrom('a', 'b'),
          operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
          values: fc.array(fc.constantFrom('1', '2')),
        }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  );

  it('finds what trying every selector in order finds', () => {
    fc.assert(
      fc.property(fc.array(selector), labels, (selectors, given) => {
        expect(
          SelectorIndex.create(selectors, item => item).matching(given),
        ).toEqual(selectors.filter(item => matchesSelector(item, given)));
      }),
    );
  });
});
