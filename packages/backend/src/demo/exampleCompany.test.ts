/** Holds `examples/` to what it says of itself: the tables of its README are the engine's verdicts, and its catalog is whole. */
import { Entity, parseEntityRef } from '@backstage/catalog-model';
import {
  CONTROLS,
  ClusterSnapshot,
  summarize,
} from '@backstage-zero-trust/posture-engine';
import { parseAllDocuments } from 'yaml';
import {
  CLUSTERS,
  byWorkload,
  findingsIn,
  isOfCluster,
  outcomeOf,
  readCluster,
  readFolder,
  readTable,
  verdictOf,
} from './__testUtils__/exampleCompany';

describe('the tables of the README', () => {
  const servicesOf = (cluster: string) =>
    [...byWorkload(findingsIn(cluster, readCluster(cluster)))].filter(
      ([workload]) => !isOfCluster(workload),
    );

  it('name exactly the controls that do not pass', () => {
    const actual = CLUSTERS.flatMap(cluster =>
      servicesOf(cluster).flatMap(([workload, findings]) =>
        CONTROLS.map(({ id }) => [id, verdictOf(findings, id)])
          .filter(([, verdict]) => ['fail', 'unknown'].includes(verdict))
          .map(([id, verdict]) => `${cluster} ${workload} ${id} ${verdict}`),
      ),
    );
    const claimed = readTable('What is wrong where').map(
      ([cluster, workload, control, verdict]) =>
        `${cluster} ${workload} ${control} ${verdict}`,
    );
    expect(claimed.sort()).toEqual(actual.sort());
  });

  it('name the level of every service in every cluster', () => {
    const actual = CLUSTERS.flatMap(cluster =>
      servicesOf(cluster).map(
        ([workload, findings]) =>
          `${cluster} ${workload.split('/')[1]}: ${summarize(findings).level}`,
      ),
    );
    const claimed = readTable('Who is who').flatMap(([service, , ...levels]) =>
      CLUSTERS.flatMap((cluster, index) =>
        levels[index] === '' ? [] : [`${cluster} ${service}: ${levels[index]}`],
      ),
    );
    expect(claimed.sort()).toEqual(actual.sort());
  });
});

/** Orders has sidecars and no waypoint, and its cluster neither SPIRE, nor Cilium, nor policies of the cluster. */
const NOT_ARISING = [
  'AN-8',
  'AN-9',
  'AZ-4',
  'AZ-5',
  'ED-1',
  'ID-3',
  'ID-4',
  'ID-6',
  'NW-2',
  'NW-3',
];

describe('the perfect service', () => {
  it('passes every control whose question arises, and most do', () => {
    const findings = byWorkload(
      findingsIn('prod-eu', readCluster('prod-eu')),
    ).get('shop/orders')!;
    expect(
      CONTROLS.filter(({ id }) => outcomeOf(findings, id) !== 'holds'),
    ).toEqual([]);
    expect(
      findings
        .filter(({ verdict }) => verdict === 'not-applicable')
        .map(({ control }) => control),
    ).toEqual(NOT_ARISING);
    expect(summarize(findings)).toMatchObject({
      score: 100,
      level: 'zero trust',
    });
  });
});

describe('the catalog', () => {
  const entities = [...readFolder('catalog').values()].flatMap(text =>
    parseAllDocuments(text).map(document => document.toJS() as Entity),
  );
  const components = entities.filter(({ kind }) => kind === 'Component');
  const exists = (ref: string, defaultKind: string) => {
    const { kind, name } = parseEntityRef(ref, { defaultKind });
    return entities.some(
      entity =>
        entity.kind.toLowerCase() === kind.toLowerCase() &&
        entity.metadata.name === name,
    );
  };

  it('has at least twelve services of four teams', () => {
    const services = components.filter(({ spec }) => spec?.type === 'service');
    expect(services.length).toBeGreaterThanOrEqual(12);
    expect(new Set(components.map(({ spec }) => spec?.owner))).toEqual(
      new Set(['shop', 'payments', 'logistics', 'platform']),
    );
  });

  it('loads all of its files, and refers to nothing that is not in it', () => {
    const [location] = entities.filter(({ kind }) => kind === 'Location');
    expect(
      (location.spec?.targets as string[])
        .map(target => target.replace('./', ''))
        .concat('all.yaml')
        .sort(),
    ).toEqual([...readFolder('catalog').keys()].sort());
    const kinds: Record<string, string> = {
      owner: 'Group',
      parent: 'Group',
      memberOf: 'Group',
      system: 'System',
      domain: 'Domain',
      providesApis: 'API',
      consumesApis: 'API',
      dependsOn: 'Component',
    };
    const dangling = entities.flatMap(({ metadata, spec }) =>
      Object.entries(kinds).flatMap(([field, kind]) =>
        [spec?.[field] ?? []]
          .flat()
          .filter(ref => !exists(String(ref), kind))
          .map(ref => `${metadata.name}: ${field}: ${ref}`),
      ),
    );
    expect(dangling).toEqual([]);
  });

  it('finds the workload of each annotated service by its label, but for one that no cluster runs', () => {
    const workloads = CLUSTERS.flatMap(
      cluster =>
        ClusterSnapshot.create({ cluster, objects: readCluster(cluster) })
          .workloads,
    );
    const found = components.map(({ metadata: { name, annotations = {} } }) => {
      const [key, value] = (
        annotations['backstage.io/kubernetes-label-selector'] ?? ''
      ).split('=');
      const id = annotations['backstage.io/kubernetes-id'];
      const namespace = annotations['backstage.io/kubernetes-namespace'];
      const own = workloads.filter(
        ({ reference, pods }) =>
          (namespace ?? reference.namespace) === reference.namespace &&
          pods.every(({ labels }) =>
            id === undefined
              ? labels[key] !== undefined && labels[key] === value
              : labels['backstage.io/kubernetes-id'] === id,
          ),
      );
      return [name, [...new Set(own.map(({ reference }) => reference.name))]];
    });
    const {
      loyalty,
      'brand-site': brandSite,
      ...running
    } = Object.fromEntries(found);
    expect({ loyalty, brandSite }).toEqual({ loyalty: [], brandSite: [] });
    expect(running).toEqual(
      Object.fromEntries(Object.keys(running).map(name => [name, [name]])),
    );
  });
});
