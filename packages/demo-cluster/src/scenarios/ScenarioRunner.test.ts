/** Breaking and fixing clusters by scenarios. */
import { FieldError } from '../cluster/FieldReader';
import { DemoCluster } from '../cluster/DemoCluster';
import { namespace, workload } from '../testing/manifests';
import { readPods } from '../testing/readPods';
import { readScenario, Scenario } from './scenario';
import { ScenarioError, ScenarioRunner } from './ScenarioRunner';

const words = { title: 'T', description: 'D', cluster: 'test' };
const config = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'shop',
  name,
});
const manifest = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data: { value },
});

function scenario(name: string, changes: unknown[]): Scenario {
  return readScenario(name, { ...words, changes });
}

describe('scenarios', () => {
  let cluster: DemoCluster;

  beforeEach(async () => {
    cluster = await DemoCluster.start({
      name: 'test',
      objects: [
        namespace('shop'),
        manifest('kept', 'before'),
        manifest('gone', 'before'),
        workload('web', { replicas: 2 }),
      ],
    });
  });

  afterEach(() => cluster.stop());

  const runner = (...scenarios: Scenario[]) =>
    ScenarioRunner.create(
      new Map([['test', cluster]]),
      new Map(scenarios.map(one => [one.name, one])),
    );

  it('apply, patch and delete in order; fixing restores exactly what was, uid and age included', async () => {
    const before = ['kept', 'gone'].map(name => cluster.get(config(name)));
    const run = runner(
      scenario('all', [
        { apply: manifest('new', 'x') },
        { patch: config('kept'), merge: { data: { value: 'after' } } },
        {
          patch: config('kept'),
          json: [{ op: 'add', path: '/data/more', value: 'y' }],
        },
        { delete: config('gone') },
      ]),
    );
    const broken = await run.break('all');
    expect(broken).toMatchObject({
      changed: true,
      steps: [
        'created ConfigMap shop/new',
        'changed ConfigMap shop/kept',
        'changed ConfigMap shop/kept',
        'deleted ConfigMap shop/gone',
      ],
    });
    expect(cluster.get(config('kept'))?.data).toEqual({
      value: 'after',
      more: 'y',
    });
    expect(cluster.get(config('gone'))).toBeUndefined();
    await run.fix('all');
    expect(cluster.get(config('new'))).toBeUndefined();
    ['kept', 'gone'].forEach((name, index) => {
      const { resourceVersion, ...metadata } = before[index]?.metadata ?? {
        name,
      };
      expect(cluster.get(config(name))).toMatchObject({
        metadata,
        data: { value: 'before' },
      });
    });
  });

  it('bring back the pods of a workload that was deleted', async () => {
    const run = runner(
      scenario('off', [
        {
          delete: {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            namespace: 'shop',
            name: 'web',
          },
        },
      ]),
    );
    await run.break('off');
    expect(await readPods(cluster)).toEqual([]);
    await run.fix('off');
    expect(await readPods(cluster)).toHaveLength(2);
  });

  it('begin and end faults', async () => {
    const run = runner(
      scenario('slow', [{ fault: { type: 'slow', milliseconds: 5 } }]),
    );
    await run.break('slow');
    expect(cluster.faults).toEqual([{ type: 'slow', milliseconds: 5 }]);
    await run.fix('slow');
    expect(cluster.faults).toEqual([]);
  });

  it('change nothing when broken twice, or fixed while whole', async () => {
    const run = runner(scenario('one', [{ apply: manifest('new', 'x') }]));
    expect(await run.fix('one')).toMatchObject({ changed: false });
    await run.break('one');
    expect(await run.break('one')).toMatchObject({ changed: false, steps: [] });
    expect(run.list()).toMatchObject([
      { scenario: { name: 'one' }, broken: true },
    ]);
  });

  it('undo what they did where a later change fails', async () => {
    const run = runner(
      scenario('half', [
        { apply: manifest('new', 'x') },
        { delete: config('nothing') },
      ]),
    );
    await expect(run.break('half')).rejects.toThrow(
      'half could not be broken, and nothing was changed: changes[1]: configmaps "nothing" not found',
    );
    expect(cluster.get(config('new'))).toBeUndefined();
    expect(run.list()).toMatchObject([{ broken: false }]);
  });

  it('do not hold one object at the same time', async () => {
    const change = [{ patch: config('kept'), merge: { data: {} } }];
    const run = runner(scenario('first', change), scenario('second', change));
    await run.break('first');
    await expect(run.break('second')).rejects.toThrow(
      'ConfigMap shop/kept in test is already held by the scenario first. Fix that one first: bin/demo fix first',
    );
    await run.fix('first');
    expect(await run.break('second')).toMatchObject({ changed: true });
  });

  it('are refused by a name that there is not, or for a cluster or kind that is not there', async () => {
    await expect(runner().break('x')).rejects.toThrow(
      'There is no scenario x. Those there are: none.',
    );
    expect(() =>
      runner({
        ...scenario('one', [{ delete: config('a') }]),
        cluster: 'mars',
      }),
    ).toThrow(
      new ScenarioError(
        'scenario one: cluster: there is no cluster mars; those there are: test',
      ),
    );
    expect(() =>
      runner(
        scenario('one', [
          {
            delete: {
              apiVersion: 'cilium.io/v2',
              kind: 'CiliumNetworkPolicy',
              name: 'a',
            },
          },
        ]),
      ),
    ).toThrow(
      'scenario one: changes[0].delete.kind: test does not serve CiliumNetworkPolicy in cilium.io/v2',
    );
  });
});

describe('a scenario file', () => {
  const read = (changes: unknown) => () =>
    readScenario('x', { ...words, changes });

  it.each<[unknown, string]>([
    [undefined, 'changes: must be a list with at least one change'],
    [[{}], 'changes[0]: must be exactly one of apply, patch, delete, fault'],
    [
      [{ apply: {}, delete: {} }],
      'changes[0]: must be exactly one of apply, patch, delete, fault',
    ],
    [
      [{ apply: { kind: 'ConfigMap' } }],
      'changes[0].apply.apiVersion: must be a non-empty text',
    ],
    [
      [{ delete: { apiVersion: 'v1', kind: 'ConfigMap' } }],
      'changes[0].delete.name: is required',
    ],
    [
      [{ delete: config('a'), merge: {} }],
      'changes[0]: merge and json belong to a patch',
    ],
    [
      [{ patch: config('a') }],
      'changes[0]: a patch needs either merge or json',
    ],
    [
      [{ patch: config('a'), json: [{ op: 'add' }] }],
      'changes[0].json[0]: must be an operation with op and path',
    ],
    [
      [{ fault: { type: 'fire' } }],
      'changes[0].fault.type: must be one of forbidden, unauthorized, expired, slow, cut-watch, malformed, down; it is "fire"',
    ],
    [
      [{ fault: { type: 'slow' } }],
      'changes[0].fault.milliseconds: is required',
    ],
    [
      [{ fault: { type: 'down', resources: ['pods'] } }],
      'changes[0].fault.resources: is not known; the fields here are type',
    ],
  ])('is refused with the field that is wrong: %j', (changes, message) => {
    expect(read(changes)).toThrow(FieldError);
    expect(read(changes)).toThrow(message);
  });
});
