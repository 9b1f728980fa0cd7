/**
 * A folder of manifests and a live cluster that holds the same objects give the
 * same verdicts, and the same words: neither what an API server fills in nor what admission adds to
 * pods changes a verdict, a message or the place of the evidence.
 */
import { CONTROLS } from '../controls';
import { Finding, judge } from '../findings';
import { parseManifests } from '../manifests';
import { ClusterSnapshot, Coverage, KubernetesObject } from '../snapshot';

/** Services with flaws of every kind, and one without, as teams write them. */
const FOLDER = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: careless, namespace: shop}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: careless}}
    spec:
      containers:
        - name: app
          image: careless
          ports: [{containerPort: 8080, hostPort: 8080}]
          env: [{name: DB_PASSWORD, value: hunter2}]
          envFrom: [{secretRef: {name: smtp}}]
---
apiVersion: v1
kind: Service
metadata: {name: careless, namespace: shop}
spec: {type: LoadBalancer, selector: {app: careless}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: open, namespace: shop}
spec:
  template:
    metadata: {labels: {app: open}}
    spec:
      serviceAccount: open
      containers: [{name: app, image: open}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open, namespace: shop}
spec:
  podSelector: {matchLabels: {app: open}}
  ingress: [{ports: [{port: 8080}]}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: open, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: node, namespace: shop}
spec:
  template:
    metadata: {labels: {app: node}}
    spec:
      hostNetwork: true
      serviceAccountName: open
      containers: [{name: app, image: node, ports: [{containerPort: 9100}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata: {labels: {app: orders}}
    spec:
      serviceAccountName: orders
      automountServiceAccountToken: false
      volumes:
        - {name: db, secret: {secretName: db}}
        - {name: vault, projected: {sources: [{serviceAccountToken: {audience: vault, path: token}}]}}
      containers:
        - name: app
          image: orders
          ports: [{containerPort: 8080}]
          volumeMounts: [{name: db, mountPath: /db}, {name: vault, mountPath: /vault}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: orders, namespace: shop}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: orders, namespace: shop}
spec:
  podSelector: {matchLabels: {app: orders}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]
  egress: [{ports: [{port: 53, protocol: UDP}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: orders, namespace: shop}
spec:
  tls: [{hosts: [orders.example], secretName: cert}]
  rules: [{host: orders.example, http: {paths: [{path: /, backend: {service: {name: orders, port: {number: 80}}}}]}}]
`;

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown): Fields {
  return (value ?? {}) as Fields;
}

function listOf(value: unknown): Fields[] {
  return (value ?? []) as Fields[];
}

/** What an API server fills in on writing, so far as controls could trip over it. */
function stored(object: KubernetesObject): KubernetesObject {
  const copy = structuredClone(object);
  copy.metadata.uid = `uid-${copy.metadata.name}`;
  copy.metadata.creationTimestamp = '2026-01-01T00:00:00Z';
  const spec = fieldsOf(copy.spec);
  switch (copy.kind) {
    case 'Namespace':
      copy.metadata.labels = {
        'kubernetes.io/metadata.name': copy.metadata.name,
      };
      break;
    case 'Deployment':
      spec.replicas ??= 1;
      defaultPodSpec(fieldsOf(fieldsOf(spec.template).spec));
      fieldsOf(fieldsOf(spec.template).metadata).creationTimestamp = null;
      break;
    case 'Service':
      spec.type ??= 'ClusterIP';
      spec.clusterIP = '10.96.0.10';
      listOf(spec.ports).forEach((port, index) => {
        port.protocol ??= 'TCP';
        port.targetPort ??= port.port;
        if (spec.type !== 'ClusterIP') {
          port.nodePort = 30000 + index;
        }
      });
      if (spec.type === 'LoadBalancer') {
        spec.allocateLoadBalancerNodePorts = true;
      }
      break;
    case 'NetworkPolicy':
      spec.podSelector ??= {};
      spec.policyTypes ??= spec.egress ? ['Ingress', 'Egress'] : ['Ingress'];
      for (const rule of [...listOf(spec.ingress), ...listOf(spec.egress)]) {
        listOf(rule.ports).forEach(port => {
          port.protocol ??= 'TCP';
        });
      }
      break;
    default:
  }
  return copy;
}

function defaultPodSpec(spec: Fields): void {
  spec.restartPolicy = 'Always';
  spec.securityContext ??= {};
  spec.serviceAccountName ??= spec.serviceAccount;
  spec.serviceAccount = spec.serviceAccountName;
  for (const container of listOf(spec.containers)) {
    container.imagePullPolicy = 'Always';
    listOf(container.ports).forEach(port => {
      port.protocol ??= 'TCP';
    });
  }
}

/** The pods of a stored Deployment, with all that admission adds to them. */
function podsOf(
  deployment: KubernetesObject,
  accounts: readonly KubernetesObject[],
): KubernetesObject[] {
  const { name, namespace } = deployment.metadata;
  const { replicas, template } = fieldsOf(deployment.spec);
  const owned = (kind: string, owner: string) => [
    { apiVersion: 'apps/v1', kind, name: owner, uid: 'x', controller: true },
  ];
  const replicaSet: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-5d4f`,
      namespace,
      ownerReferences: owned('Deployment', name),
    },
    spec: { replicas, template },
  };
  const pods = Array.from({ length: Number(replicas) }, (_, index) => {
    const { metadata, spec } = structuredClone(fieldsOf(template));
    const podSpec = fieldsOf(spec);
    podSpec.serviceAccountName ??= 'default';
    podSpec.serviceAccount = podSpec.serviceAccountName;
    podSpec.nodeName = 'node-1';
    const account = accounts.find(
      candidate => candidate.metadata.name === podSpec.serviceAccountName,
    );
    const automount =
      podSpec.automountServiceAccountToken ??
      account?.automountServiceAccountToken;
    for (const container of listOf(podSpec.containers)) {
      if (automount !== false) {
        container.volumeMounts = [
          ...listOf(container.volumeMounts),
          {
            name: 'kube-api-access-abcde',
            mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
          },
        ];
      }
      if (podSpec.hostNetwork) {
        listOf(container.ports).forEach(port => {
          port.hostPort ??= port.containerPort;
        });
      }
    }
    if (automount !== false) {
      podSpec.volumes = [
        ...listOf(podSpec.volumes),
        {
          name: 'kube-api-access-abcde',
          projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
        },
      ];
    }
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-5d4f-${index}`,
        namespace,
        labels: {
          ...fieldsOf(fieldsOf(metadata).labels),
          'pod-template-hash': '5d4f',
        },
        ownerReferences: owned('ReplicaSet', `${name}-5d4f`),
      },
      spec: podSpec,
      status: { phase: 'Running', podIPs: [{ ip: `10.0.0.${index + 1}` }] },
    };
  });
  return [replicaSet, ...pods];
}

function live(folder: readonly KubernetesObject[]): KubernetesObject[] {
  const objects = folder.map(stored);
  const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount');
  return [
    ...objects,
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'shop' },
    },
    ...objects
      .filter(({ kind }) => kind === 'Deployment')
      .flatMap(deployment => podsOf(deployment, accounts)),
  ];
}

function findingsOf(objects: readonly KubernetesObject[]): Finding[] {
  return judge(
    ClusterSnapshot.create({
      cluster: 'prod-eu',
      objects,
      coverage: problems => {
        expect(problems).toEqual([]);
        return Coverage.complete(problems);
      },
    }),
    { controls: CONTROLS },
  );
}

const folder = parseManifests(FOLDER, 'shop.yaml').objects.map(
  ({ object }) => object,
);

describe('a folder and a live cluster of the same objects', () => {
  it.each(CONTROLS.map(({ id }) => id))('give the same verdicts of %s', id => {
    const of = (objects: readonly KubernetesObject[]) =>
      findingsOf(objects)
        .filter(({ control }) => control === id)
        .map(({ subject, verdict, severity }) => ({
          subject,
          verdict,
          severity,
        }));
    expect(of(live(folder))).toEqual(of(folder));
  });

  // Controls of the mesh look at the proxies of running pods, and may say what they saw there.
  const told = CONTROLS.filter(
    ({ pillar }) => pillar !== 'authentication' && pillar !== 'authorization',
  );
  it.each(told.map(({ id }) => id))(
    'give the same findings of %s, word for word',
    id => {
      const of = (objects: readonly KubernetesObject[]) =>
        findingsOf(objects).filter(({ control }) => control === id);
      expect(of(live(folder))).toEqual(of(folder));
    },
  );

  it('hold failures and passes of every control that is about more than a mesh', () => {
    const seen = new Set(
      findingsOf(folder).map(({ control, verdict }) => `${control} ${verdict}`),
    );
    for (const id of ['ID-1', 'ID-2', 'NW-1', 'NW-8', 'SE-4']) {
      expect(seen).toContain(`${id} pass`);
      expect(seen).toContain(`${id} fail`);
    }
  });
});
