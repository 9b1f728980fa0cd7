/** Holds the scenarios of `examples/` to what they promise. */
import { Entity, parseEntityRef } from '@backstage/catalog-model';
import {
  CONTROLS,
  ClusterSnapshot,
  Coverage,
  KubernetesObject,
  judge,
  summarize,
} from '@backstage-zero-trust/posture-engine';
import { Operation, applyPatch } from 'fast-json-patch';
import { parse, parseAllDocuments } from 'yaml';
import {
  CLUSTERS,
  byWorkload,
  findingsIn,
  outcomeOf,
  readCluster,
  readFolder,
  readTable,
  verdictOf,
} from './__testUtils__/exampleCompany';

interface Reference {
  kind: string;
  namespace: string;
  name: string;
}

interface Scenario {
  cluster: string;
  watch: string;
  changes: {
    apply?: KubernetesObject;
    patch?: Reference;
    merge?: Record<string, unknown>;
    json?: Operation[];
    delete?: Reference;
    fault?: { type: string; resources?: string[] };
  }[];
}

describe('the scenarios', () => {
  const files = readFolder('scenarios');
  const scenarioOf = (name: string) =>
    parse(files.get(`${name}.yaml`) ?? '') as Scenario;

  /** What a scenario makes of a cluster's objects. */
  function after({ cluster, changes }: Scenario): KubernetesObject[] {
    let objects = structuredClone(readCluster(cluster));
    const indexOf = ({ kind, namespace, name }: Reference) => {
      const index = objects.findIndex(
        ({ kind: own, metadata }) =>
          own === kind &&
          metadata.namespace === namespace &&
          metadata.name === name,
      );
      expect({ kind, name, index }).not.toMatchObject({ index: -1 });
      return index;
    };
    for (const change of changes) {
      if (change.apply) {
        objects = [...objects, change.apply];
      } else if (change.delete) {
        objects.splice(indexOf(change.delete), 1);
      } else if (change.patch) {
        const index = indexOf(change.patch);
        objects[index] = change.json
          ? applyPatch(objects[index], change.json, true).newDocument
          : (mergePatch(objects[index], change.merge) as KubernetesObject);
      }
    }
    return objects;
  }

  it.each([
    ['permissive-port', 'shop/orders', { 'AN-2': 'fail' }],
    ['allow-all-rule', 'shop/orders', { 'AZ-1': 'fail', 'NW-7': 'fail' }],
    [
      'dry-run-policy',
      'payments/payment-api',
      { 'AZ-1': 'fail', 'AZ-2': 'fail' },
    ],
    ['no-default-deny', 'shop/products', { 'NW-1': 'fail', 'NW-5': 'fail' }],
    ['secret-in-env', 'shop/cart', { 'SE-4': 'fail' }],
  ])('%s turns, for %s, exactly %j', (name, workload, changed) => {
    const scenario = scenarioOf(name);
    const verdicts = (objects: KubernetesObject[]) => {
      const findings =
        byWorkload(findingsIn(scenario.cluster, objects)).get(workload) ?? [];
      return Object.fromEntries(
        CONTROLS.map(({ id }) => [id, outcomeOf(findings, id)]),
      );
    };
    const before = verdicts(readCluster(scenario.cluster));
    for (const control of Object.keys(changed)) {
      expect({ [control]: before[control] }).toEqual({ [control]: 'holds' });
    }
    expect(verdicts(after(scenario))).toEqual({ ...before, ...changed });
    expect(scenario.watch).toBe(`component:default/${workload.split('/')[1]}`);
  });

  it('privileged-pod takes orders out of the mesh, and lets it own its node', () => {
    const scenario = scenarioOf('privileged-pod');
    const findings = byWorkload(findingsIn('prod-eu', after(scenario))).get(
      'shop/orders',
    )!;
    expect(verdictOf(findings, 'WL-1')).toBe('fail');
    expect(verdictOf(findings, 'AN-1')).toBe('fail');
    expect(summarize(findings).level).toBe('exposed');
  });

  it('network-agent-gone makes NW-4 of every service unknown, and nothing else worse', () => {
    const scenario = scenarioOf('network-agent-gone');
    const worse = (objects: KubernetesObject[]) =>
      [...byWorkload(findingsIn('prod-eu', objects))].flatMap(
        ([workload, findings]) =>
          CONTROLS.filter(({ id }) => outcomeOf(findings, id) !== 'holds').map(
            ({ id }) => `${workload} ${id}`,
          ),
      );
    const before = new Set(worse(readCluster('prod-eu')));
    const gone = worse(after(scenario)).filter(line => !before.has(line));
    const services = [
      ...byWorkload(findingsIn('prod-eu', after(scenario))).keys(),
    ].filter(workload => !before.has(`${workload} NW-4`));
    expect(services.length).toBeGreaterThan(10);
    expect(gone.sort()).toEqual(
      services.map(workload => `${workload} NW-4`).sort(),
    );
  });

  it('forbidden-policies makes exactly the network controls of orders unknown that rest on them, and says what is missing', () => {
    const [{ fault }] = scenarioOf('forbidden-policies').changes;
    expect(fault).toEqual({
      type: 'forbidden',
      resources: ['networkpolicies.networking.k8s.io'],
    });
    const snapshot = ClusterSnapshot.create({
      cluster: 'prod-eu',
      objects: readCluster('prod-eu').filter(
        ({ kind }) => kind !== 'NetworkPolicy',
      ),
      coverage: problems =>
        Coverage.create(
          {
            ...Coverage.complete().kinds,
            NetworkPolicy: { state: 'forbidden', verb: 'list' },
          },
          problems,
        ),
    });
    const doubtful = judge(snapshot, { controls: CONTROLS }).filter(
      ({ subject, verdict }) =>
        subject.name === 'orders' &&
        verdict !== 'pass' &&
        verdict !== 'not-applicable',
    );
    expect(doubtful).toEqual(
      ['NW-1', 'NW-5', 'NW-6', 'NW-7'].map(control =>
        expect.objectContaining({
          control,
          verdict: 'unknown',
          missing: [
            expect.objectContaining({
              verb: 'list',
              resource: 'networkpolicies',
            }),
          ],
        }),
      ),
    );
  });

  it('all name a cluster and an entity that exist', () => {
    const names = [...readFolder('catalog').values()].flatMap(text =>
      parseAllDocuments(text).map(
        document => (document.toJS() as Entity).metadata.name,
      ),
    );
    for (const file of files.keys()) {
      const { cluster, watch } = scenarioOf(file.replace('.yaml', ''));
      expect(CLUSTERS).toContain(cluster);
      expect(names).toContain(parseEntityRef(watch).name);
    }
  });

  it('are all in the table of the README, with the entity to watch', () => {
    expect(
      readTable('What can happen').map(([name, watch]) => `${name}: ${watch}`),
    ).toEqual(
      expect.arrayContaining(
        [...files.keys()].map(file => {
          const name = file.replace('.yaml', '');
          return `${name}: ${parseEntityRef(scenarioOf(name).watch).name}`;
        }),
      ),
    );
    expect(readTable('What can happen')).toHaveLength(files.size);
  });
});

/** RFC 7386. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    return patch;
  }
  const result: Record<string, unknown> =
    typeof target === 'object' && target !== null && !Array.isArray(target)
      ? { ...target }
      : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = mergePatch(result[key], value);
    }
  }
  return result;
}
