import { parseManifests } from '../manifests';
import { ClusterSnapshot, KubernetesObject } from '.';

function create(objects: unknown[]) {
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: objects as KubernetesObject[],
  });
}

function policy(fields: Record<string, unknown>, name = 'p') {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'shop' },
    ...fields,
  };
}

/** The problems of one object, `field: message`. */
function problemsOf(...objects: unknown[]) {
  return create(objects).coverage.problems.map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

describe('objects that a source hands in', () => {
  it('are read as the API server stores them: nulls are absent, defaults are there, empty lists are not', () => {
    const [read] = create([
      policy({
        spec: {
          podSelector: null,
          ingress: [{ from: [], ports: [{ port: 80 }] }],
          egress: [],
        },
      }),
    ]).all('NetworkPolicy');
    expect(read.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ protocol: 'TCP', port: 80 }] }],
    });
  });

  it('belong to `default` where a namespaced one names no namespace, and to none where the kind has none', () => {
    const snapshot = create([
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's', namespace: '' },
      },
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'n', namespace: 'x' },
      },
    ]);
    expect(snapshot.get('Service', 's', 'default')).toBeDefined();
    expect(snapshot.get('Namespace', 'n')).toBeDefined();
    expect(snapshot.namespaceLabels('n')).toEqual({
      'kubernetes.io/metadata.name': 'n',
    });
  });

  it('are problems with object, field and reason where they cannot be read', () => {
    const [problem] = create([
      policy({ spec: { podSelector: { matchLabels: { version: 1 } } } }),
    ]).coverage.problems;
    expect(problem).toEqual({
      kind: 'NetworkPolicy',
      object: 'NetworkPolicy shop/p',
      namespace: 'shop',
      field: 'spec.podSelector.matchLabels.version',
      message: 'Invalid input: expected string, received number',
    });
    expect(
      problemsOf({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', annotations: { 'a.b/c': true } },
        spec: { containers: [null] },
      }),
    ).toEqual([
      "metadata.annotations['a.b/c']: Invalid input: expected string, received boolean",
    ]);
    expect(
      problemsOf({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: { containers: [null] },
      }),
    ).toEqual([
      'spec.containers[0]: Invalid input: expected object, received null',
    ]);
  });

  it('are problems in versions whose fields nobody here knows', () => {
    expect(
      problemsOf({ ...policy({}), apiVersion: 'networking.k8s.io/v9' }),
    ).toEqual([
      'apiVersion: version v9 of networkpolicies is not known here, only v1',
    ]);
    expect(
      problemsOf({ ...policy({}), apiVersion: 'extensions/v1beta1' }),
    ).toEqual([
      'apiVersion: no API server of today serves extensions/v1beta1 NetworkPolicy, so this object would not exist',
    ]);
  });

  it('are ignored where no control reads their kind', () => {
    const snapshot = create([
      {
        apiVersion: 'example.com/v1',
        kind: 'Deployment',
        metadata: { name: 'x' },
      },
    ]);
    expect(snapshot.workloads).toEqual([]);
    expect(snapshot.coverage.problems).toEqual([]);
  });

  it('of one name count once: the same twice is nothing, two that differ are a problem and the later counts', () => {
    expect(problemsOf(policy({}), policy({ spec: {} }))).toEqual([]);
    const snapshot = create([
      policy({ spec: { policyTypes: ['Ingress'] } }),
      policy({ spec: { policyTypes: ['Egress'] } }),
    ]);
    expect(snapshot.all('NetworkPolicy')).toHaveLength(1);
    expect(snapshot.all('NetworkPolicy')[0].spec.policyTypes).toEqual([
      'Egress',
    ]);
    expect(snapshot.coverage.gap('NetworkPolicy', ['shop'])?.reason).toBe(
      'NetworkPolicy shop/p cannot be read: metadata.name: is there more than once, and not the same each time',
    );
    expect(snapshot.coverage.gap('NetworkPolicy', ['other'])).toBeUndefined();
  });

  it('cannot reach the prototypes of anything', () => {
    const { objects } = parseManifests(
      `
apiVersion: v1
kind: Pod
metadata:
  name: p
  labels: {__proto__: polluted, constructor: x}
spec:
  containers: [{name: app}]
  volumes: [{name: v, __proto__: {polluted: true}}]
`,
      'test.yaml',
    );
    const snapshot = create(objects.map(({ object }) => object));
    expect(snapshot.workloads[0].pods[0].labels.constructor).toBe('x');
    expect(Object.prototype).not.toHaveProperty('polluted');
    const [volume] = snapshot.all('Pod')[0].spec.volumes ?? [];
    expect(Object.getPrototypeOf(volume)).toBe(Object.prototype);
  });

  it('may be as large and as deep as they like', () => {
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 100_000; level++) {
      deep = { deep };
    }
    expect(problemsOf(policy({ spec: deep }))).toEqual([': nested too deeply']);
    const snapshot = create([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'p',
          annotations: { big: 'x'.repeat(10 * 1024 * 1024) },
        },
        spec: { containers: [{ name: 'app' }] },
      },
    ]);
    expect(snapshot.workloads).toHaveLength(1);
  });

  it('have labels or not, and a selector may ask for what every object inherits', () => {
    const snapshot = create([
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare' } },
    ]);
    expect(snapshot.workloads[0].pods[0].labels).toEqual({});
    expect(snapshot.workloads[0].pods[0].spec.containers).toEqual([]);
  });
});

describe('changes between snapshots', () => {
  it('are told by kind and namespace, for what was added, changed or removed', () => {
    const kept = policy({}, 'kept');
    const before = create([kept, policy({}, 'old'), policy({}, 'gone')]);
    const after = create([
      kept,
      policy({ spec: { policyTypes: ['Egress'] } }, 'old'),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } },
    ]);
    expect([...after.changesSince(before)]).toEqual([
      ['Namespace', new Set([''])],
      ['NetworkPolicy', new Set(['shop'])],
    ]);
    expect([...create([kept]).changesSince(create([kept]))]).toEqual([]);
  });
});
