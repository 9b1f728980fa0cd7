import { parseLabelSelector } from './parseLabelSelector';

describe('parseLabelSelector', () => {
  it.each([
    ['app=orders', { matchLabels: { app: 'orders' }, matchExpressions: [] }],
    ['app == orders', { matchLabels: { app: 'orders' }, matchExpressions: [] }],
    ['app=', { matchLabels: { app: '' }, matchExpressions: [] }],
    [
      'app.kubernetes.io/name=orders,tier=web',
      {
        matchLabels: { 'app.kubernetes.io/name': 'orders', tier: 'web' },
        matchExpressions: [],
      },
    ],
    [
      'env in (prod, test) , tier!=batch',
      {
        matchLabels: {},
        matchExpressions: [
          { key: 'env', operator: 'In', values: ['prod', 'test'] },
          { key: 'tier', operator: 'NotIn', values: ['batch'] },
        ],
      },
    ],
    [
      'a notin (b),!c,d',
      {
        matchLabels: {},
        matchExpressions: [
          { key: 'a', operator: 'NotIn', values: ['b'] },
          { key: 'c', operator: 'DoesNotExist' },
          { key: 'd', operator: 'Exists' },
        ],
      },
    ],
    // Both must hold, so nothing is selected; neither requirement may be lost.
    [
      'app=a,app=b',
      {
        matchLabels: { app: 'a' },
        matchExpressions: [{ key: 'app', operator: 'In', values: ['b'] }],
      },
    ],
  ])('reads %s', (text, selector) => {
    expect(parseLabelSelector(text)).toEqual(selector);
  });

  it.each([
    ['  ', 'it is empty, which would select every workload'],
    ['app=a,', '"" is no requirement on a label'],
    ['app in (a', '"app in (a" is no requirement on a label'],
    ['replicas>3', '"replicas>3" is no requirement on a label'],
    ['app=a b', '"app=a b" is no requirement on a label'],
    ['__proto__=x', '"__proto__=x" is no requirement on a label'],
    ['a in (b),(c)', '"(c)" is no requirement on a label'],
  ])('refuses %s', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  it('takes text of any length', () => {
    expect(() => parseLabelSelector(`${'a,'.repeat(500_000)}(`)).toThrow(
      'no requirement',
    );
  });
});
