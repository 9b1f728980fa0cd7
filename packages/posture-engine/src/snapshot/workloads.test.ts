import { parseManifests } from '../manifests';
import { ClusterSnapshot, locateField, shownView } from '.';

function snapshotOf(...manifests: string[]) {
  const { objects, problems } = parseManifests(
    manifests.join('\n---\n'),
    'test.yaml',
  );
  expect(problems).toEqual([]);
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(parsed => parsed.object),
  });
}

function pod(name: string, owned?: string, rest = '') {
  return `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  ${owned ? `ownerReferences: [${owned}]` : ''}
spec: {containers: [{name: app}]}
${rest}`;
}

function owner(kind: string, name: string, apiVersion = 'apps/v1') {
  return `{apiVersion: ${apiVersion}, kind: ${kind}, name: ${name}, controller: true}`;
}

function controller(kind: string, name: string, owned = '', rest = '') {
  return `
apiVersion: apps/v1
kind: ${kind}
metadata:
  name: ${name}
  namespace: shop
  ${owned ? `ownerReferences: [${owned}]` : ''}
spec: {${rest}template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: app}]}}}`;
}

/** `Deployment orders: pod a, pod b` or `Deployment orders: template`. */
function workloads(...manifests: string[]) {
  return snapshotOf(...manifests).workloads.map(
    ({ reference: { kind, name }, pods }) =>
      `${kind} ${name}: ${pods
        .map(view => `${view.origin} ${view.name}`)
        .join(', ')}`,
  );
}

describe('workloads', () => {
  it('are the top owners of pods, by the whole chain', () => {
    expect(
      workloads(
        controller('Deployment', 'orders'),
        controller('ReplicaSet', 'orders-1', owner('Deployment', 'orders')),
        pod('orders-1-b', owner('ReplicaSet', 'orders-1')),
        pod('orders-1-a', owner('ReplicaSet', 'orders-1')),
      ),
    ).toEqual(['Deployment orders: pod orders-1-a, pod orders-1-b']);
  });

  it('count their template as one pod where they have none', () => {
    expect(
      workloads(
        controller('Deployment', 'orders'),
        controller('ReplicaSet', 'orders-1', owner('Deployment', 'orders')),
      ),
    ).toEqual(['Deployment orders: template orders']);
  });

  it('are named as the pods name them where the owner was not listed', () => {
    expect(
      workloads(
        pod('db-0', owner('Cluster', 'db', 'postgresql.example/v1')),
        controller('ReplicaSet', 'web-1', owner('Deployment', 'web')),
        controller(
          'ReplicaSet',
          'web-0',
          owner('Deployment', 'web'),
          'replicas: 0, ',
        ),
      ),
    ).toEqual(['Cluster db: pod db-0', 'Deployment web: template web-1']);
  });

  it('are single pods for static pods and for pods that nobody owns', () => {
    expect(
      workloads(
        pod('etcd-node-1', owner('Node', 'node-1', 'v1')),
        pod('debug'),
      ),
    ).toEqual(['Pod debug: pod debug', 'Pod etcd-node-1: pod etcd-node-1']);
  });

  it('do not count pods that have run to their end', () => {
    expect(
      workloads(
        pod('done', undefined, 'status: {phase: Succeeded}'),
        pod('broken', undefined, 'status: {phase: Failed}'),
        pod('waiting', undefined, 'status: {phase: Pending}'),
      ),
    ).toEqual(['Pod waiting: pod waiting']);
  });

  it('are told apart where owners of two API groups share kind and name', () => {
    const job = controller('Job', 'nightly').replace('apps/v1', 'batch/v1');
    expect(
      workloads(
        job,
        pod('a', owner('Job', 'nightly', 'batch/v1')),
        pod('b', owner('Job', 'nightly', 'batch.volcano.sh/v1alpha1')),
        pod('c', owner('Cluster', 'db', 'one.example/v1')),
        pod('d', owner('Cluster', 'db', 'two.example/v1')),
      ),
    ).toEqual([
      'Cluster db: pod c',
      'Cluster.two.example db: pod d',
      'Job nightly: pod a',
      'Job.batch.volcano.sh nightly: pod b',
    ]);
  });

  it('end a chain that bites its own tail at one place, wherever it is entered', () => {
    const loop = [
      controller('ReplicaSet', 'a', owner('Deployment', 'b')),
      controller('Deployment', 'b', owner('ReplicaSet', 'a')),
    ];
    expect(workloads(...loop)).toEqual(['Deployment b: template b']);
    expect(
      workloads(
        ...loop,
        pod('x', owner('ReplicaSet', 'a')),
        pod('z', owner('Deployment', 'b')),
      ),
    ).toEqual(['Deployment b: pod x, pod z']);
    expect(
      workloads(controller('Deployment', 'self', owner('Deployment', 'self'))),
    ).toEqual(['Deployment self: template self']);
  });

  it('are found by their reference, and shared by snapshots between which nothing of them changed', () => {
    const manifests = controller('Deployment', 'orders');
    const { objects } = parseManifests(manifests, 'test.yaml');
    const create = () =>
      ClusterSnapshot.create({
        cluster: 'test',
        objects: objects.map(({ object }) => object),
      });
    const reference = { kind: 'Deployment', namespace: 'shop', name: 'orders' };
    const first = create().workload(reference);
    expect(first?.reference).toEqual(reference);
    expect(create().workload(reference)).toBe(first);
    expect(create().workload({ ...reference, kind: 'Pod' })).toBeUndefined();
  });
});

describe('evidence of a pod', () => {
  const template = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata: {annotations: {example.com/a: 'yes'}}
    spec:
      containers: [{name: app, ports: [{containerPort: 8080, hostPort: 80}]}]`;
  const live = `
apiVersion: v1
kind: Pod
metadata:
  name: orders-1
  namespace: shop
  annotations: {example.com/a: 'yes', example.com/b: 'added'}
  ownerReferences: [${owner('Deployment', 'orders')}]
spec:
  serviceAccountName: default
  containers:
    - {name: istio-proxy}
    - {name: app, ports: [{containerPort: 8080, hostPort: 80, protocol: TCP}]}`;
  const [workload] = snapshotOf(template, live).workloads;
  const [view] = workload.pods;
  const locate = (field: string) => {
    const { object, field: there } = locateField(workload, view, field);
    return `${object.kind} ${there}`;
  };

  it('is at the template that made it, whatever admission put before it', () => {
    expect(locate('spec.containers[1].ports[0].hostPort')).toBe(
      'Deployment spec.template.spec.containers[0].ports[0].hostPort',
    );
    expect(locate("metadata.annotations['example.com/a']")).toBe(
      "Deployment spec.template.metadata.annotations['example.com/a']",
    );
    expect(locate('spec.hostNetwork')).toBe(
      'Deployment spec.template.spec.hostNetwork',
    );
  });

  it('is at the pod for what only the pod has', () => {
    expect(locate('spec.containers[0].name')).toBe(
      'Pod spec.containers[0].name',
    );
    expect(locate("metadata.annotations['example.com/b']")).toBe(
      "Pod metadata.annotations['example.com/b']",
    );
  });

  it('is at the template where an absent field means what admission wrote', () => {
    const account = shownView(
      workload,
      view,
      ({ spec }) => spec.serviceAccountName ?? 'default',
    );
    expect(account.object.kind).toBe('Deployment');
  });
});
