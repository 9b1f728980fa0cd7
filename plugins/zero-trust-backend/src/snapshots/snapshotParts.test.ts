import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  ClusterSnapshot,
  Coverage,
  CreateSnapshotOptions,
  KIND_NAMES,
  KubernetesObject,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import { SnapshotHead, SnapshotPlan, restoreSnapshot } from './snapshotParts';

const ROOT = resolve(__dirname, '../../../..');
const COMPANY = join(ROOT, 'examples/company/clusters');
const ISTIO = join(ROOT, '../shared/conformance/istio');
const OBSERVED_AT = '2026-06-01T10:00:00.000Z';

function create(options: Partial<CreateSnapshotOptions>): ClusterSnapshot {
  return ClusterSnapshot.create({
    cluster: 'prod',
    observedAt: OBSERVED_AT,
    objects: [],
    ...options,
  });
}

function manifestsIn(folder: string): KubernetesObject[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.yaml'))
    .sort()
    .flatMap(name =>
      parseManifests(readFileSync(join(folder, name), 'utf8'), name),
    )
    .flatMap(({ objects }) => objects.map(({ object }) => object));
}

function scenariosIn(file: string): KubernetesObject[][] {
  return gunzipSync(readFileSync(join(ISTIO, file)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line).objects);
}

/** Through JSON, as a database has it. */
function restored(snapshot: ClusterSnapshot): ClusterSnapshot {
  const plan = SnapshotPlan.create(snapshot);
  const parts = plan.names().map(name => plan.write(name));
  const head = plan.head(
    new Map(parts.map(({ name, digest }) => [name, digest])),
  );
  return restoreSnapshot({
    cluster: snapshot.cluster,
    observedAt: OBSERVED_AT,
    head: JSON.parse(JSON.stringify(head)) as SnapshotHead,
    objects: parts.flatMap(({ text }) => JSON.parse(text)),
  });
}

function contentOf(snapshot: ClusterSnapshot) {
  const { cluster, observedAt, coverage, settings, workloads } = snapshot;
  return {
    cluster,
    observedAt,
    settings,
    coverage: { kinds: coverage.kinds, problems: coverage.problems },
    objects: KIND_NAMES.map(kind => snapshot.all(kind)),
    workloads,
  };
}

/** The company's warehouse has a password in its manifest: it is not stored. */
const PASSWORD = 'winter-2019-example';
const HIDDEN = '(19 characters, not shown)';

function expectEqual(snapshot: ClusterSnapshot): void {
  expect(contentOf(restored(snapshot))).toEqual(
    JSON.parse(
      JSON.stringify(contentOf(snapshot)).replaceAll(PASSWORD, HIDDEN),
    ),
  );
}

function expectAllEqual(scenarios: readonly KubernetesObject[][]): void {
  expect(scenarios.length).toBeGreaterThan(100);
  scenarios.forEach(objects => expectEqual(create({ objects })));
}

const pod = (spec: object, annotations = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', annotations },
  spec: { containers: [{ name: 'main', ...spec }] },
});

const itWithRecordings = existsSync(ISTIO) ? it : it.skip;

describe('a snapshot that is put together again from what is stored', () => {
  it.each(readdirSync(COMPANY))(
    'is the one that was taken apart: %s of the example company',
    name => {
      const snapshot = create({ objects: manifestsIn(join(COMPANY, name)) });
      expect(snapshot.workloads.length).toBeGreaterThan(0);
      expectEqual(snapshot);
    },
  );

  itWithRecordings.each([
    'istiod.jsonl.gz',
    'ambient.jsonl.gz',
    'edges.jsonl.gz',
  ])(
    'is the one that was taken apart: all meshes of %s, where the conformance data is there',
    file => expectAllEqual(scenariosIn(file)),
  );

  it('has the same gaps, problems and settings', () => {
    const unreadable = {
      ...pod({}),
      metadata: { name: 'odd', namespace: 'shop', labels: { app: 1 } },
    };
    const snapshot = create({
      objects: [pod({}), unreadable, { ...pod({}), spec: { containers: [] } }],
      coverage: problems =>
        Coverage.create(
          {
            Pod: { state: 'listed', namespaces: ['shop'] },
            Namespace: { state: 'forbidden', verb: 'watch' },
            NetworkPolicy: { state: 'failed', reason: 'it is away' },
            PeerAuthentication: { state: 'not-installed' },
            ConfigMap: {
              state: 'by-name',
              names: {
                istio: { state: 'listed' },
                'cilium-config': { state: 'forbidden', verb: 'list' },
              },
            },
          },
          problems,
        ),
      settings: {
        cni: 'cilium',
        ciliumConfig: { 'enable-policy': 'always' },
        meshConfig: { trustDomain: 'example.org', trustDomainAliases: ['old'] },
      },
    });
    expect(snapshot.coverage.problems).toHaveLength(2);
    expectEqual(snapshot);
  });
});

describe('what is stored of a snapshot', () => {
  const stored = (object: KubernetesObject) => {
    const plan = SnapshotPlan.create(create({ objects: [object] }));
    return plan
      .names()
      .map(name => plan.write(name).text)
      .join();
  };

  it('holds no secret that stands in a manifest in plain', () => {
    const secret = 'Tr0ub4dor-and-3';
    const text = stored(
      pod(
        {
          env: [
            { name: 'DB_PASSWORD', value: secret },
            { name: 'DB_URL', value: `postgres://shop:${secret}@db/shop` },
            { name: 'LEVEL', value: 'debug' },
          ],
          command: ['server', `--db-password=${secret}`],
          args: [`postgres://shop:${secret}@db/shop`, '--level=debug'],
        },
        {
          'kubectl.kubernetes.io/last-applied-configuration': `{"value":"${secret}"}`,
          'prometheus.io/scrape': 'true',
        },
      ),
    );
    expect(text).not.toContain(secret);
    expect(text).toContain('"value":"debug"');
    expect(text).toContain('"--level=debug"');
    expect(text).toContain('--db-password=(15 characters, not shown)');
    expect(text).toContain('prometheus.io/scrape');
  });

  it('holds nothing of Secrets but their names', () => {
    const text = stored({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'shop' },
      type: 'Opaque',
      data: { password: 'c2VjcmV0' },
    });
    expect(text).toContain('"db"');
    expect(text).not.toContain('c2VjcmV0');
  });
});
