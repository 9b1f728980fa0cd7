import { parse } from 'yaml';
import { accessRules } from './accessRules';

describe('accessRules', () => {
  it('merges kinds of one API group into one rule that lists and watches', () => {
    const rules = accessRules([
      { verb: 'list', group: 'apps', resource: 'statefulsets' },
      { verb: 'watch', group: 'apps', resource: 'deployments' },
      { verb: 'list', group: '', resource: 'pods' },
    ]);
    expect(rules).toHaveLength(1);
    expect(rules[0].namespace).toBeUndefined();
    expect(parse(rules[0].yaml)).toEqual([
      {
        apiGroups: ['apps'],
        resources: ['deployments', 'statefulsets'],
        verbs: ['list', 'watch'],
      },
      { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
    ]);
  });

  it('keeps rights that are missing in one namespace apart', () => {
    expect(
      accessRules([
        { verb: 'list', group: '', resource: 'pods', namespace: 'shop' },
        { verb: 'list', group: '', resource: 'pods' },
      ]).map(({ namespace }) => namespace),
    ).toEqual(['shop', undefined]);
  });

  it('asks for no other verb than the one that is missing', () => {
    const [{ yaml }] = accessRules([
      { verb: 'get', group: '', resource: 'namespaces' },
    ]);
    expect(parse(yaml)[0].verbs).toEqual(['get']);
  });
});
