import { snapshotOf, deployment } from '../testing/TestClusters';
import { WorkloadIndex, workloadSelectorOf } from './entityWorkloads';

const ID = 'backstage.io/kubernetes-id';
const SELECTOR = 'backstage.io/kubernetes-label-selector';
const NAMESPACE = 'backstage.io/kubernetes-namespace';
const CLUSTER = 'backstage.io/kubernetes-cluster';

const snapshot = snapshotOf('prod', [
  deployment({ name: 'orders' }),
  deployment({ name: 'orders', namespace: 'staging' }),
  deployment({
    name: 'labelled',
    labels: { app: 'labelled' },
    ownLabels: { [ID]: 'labelled' },
  }),
  deployment({ name: 'web', labels: { app: 'shop', tier: 'web' } }),
  deployment({ name: 'jobs', labels: { app: 'shop', tier: 'batch' } }),
  deployment({ name: 'bare', labels: {} }),
]);

function workloadsOf(annotations: Record<string, string>, kind = 'Component') {
  const result = workloadSelectorOf({
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name: 'any', annotations },
  });
  if (!result || 'problem' in result) {
    return result?.problem;
  }
  return WorkloadIndex.create(snapshot)
    .select(result.selector)
    .map(({ reference: { namespace, name } }) => `${namespace}/${name}`);
}

describe('the workloads of an entity', () => {
  it('are those whose pods carry its id, in every namespace', () => {
    expect(workloadsOf({ [ID]: 'orders' })).toEqual([
      'shop/orders',
      'staging/orders',
    ]);
  });

  it('are those that carry its id themselves, as the kubernetes plugin lists them', () => {
    expect(workloadsOf({ [ID]: 'labelled' })).toEqual(['shop/labelled']);
  });

  it('are those that its label selector matches, which outweighs the id', () => {
    expect(
      workloadsOf({ [SELECTOR]: 'app=shop,tier!=batch', [ID]: 'orders' }),
    ).toEqual(['shop/web']);
    expect(workloadsOf({ [SELECTOR]: 'tier in (web,batch)' })).toEqual([
      'shop/jobs',
      'shop/web',
    ]);
    expect(workloadsOf({ [SELECTOR]: 'app=shop,app=orders' })).toEqual([]);
  });

  it('are only those of its namespace, where it names one', () => {
    expect(workloadsOf({ [ID]: 'orders', [NAMESPACE]: 'staging' })).toEqual([
      'staging/orders',
    ]);
  });

  it('are only those of its cluster, where it names one', () => {
    expect(workloadsOf({ [ID]: 'orders', [CLUSTER]: 'test' })).toEqual([]);
    expect(workloadsOf({ [ID]: 'orders', [CLUSTER]: 'prod' })).toHaveLength(2);
  });

  it('may be those of an entity of any kind', () => {
    expect(workloadsOf({ [SELECTOR]: 'app=shop' }, 'System')).toHaveLength(2);
  });

  it('are none where no annotation names any', () => {
    expect(workloadsOf({ [NAMESPACE]: 'shop' })).toBeUndefined();
  });

  it('cannot be told where an annotation is empty or wrong', () => {
    expect(workloadsOf({ [ID]: '' })).toBe(`The annotation ${ID} is empty.`);
    expect(workloadsOf({ [SELECTOR]: '' })).toBe(
      `The annotation ${SELECTOR} is empty.`,
    );
    expect(workloadsOf({ [SELECTOR]: '!' })).toBe(
      `The annotation ${SELECTOR} cannot be read: "!" is no requirement on a label.`,
    );
  });
});
