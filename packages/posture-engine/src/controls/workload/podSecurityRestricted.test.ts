import { fieldOf } from '../../snapshot';
import { expectFindings, findingsOf } from '../../testing/expectFindings';
import { podSecurityRestricted as control } from './podSecurityRestricted';

const RESTRICTED_CONTAINER = `
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL] }`;

const RESTRICTED_POD = `
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }`;

function deployment({
  pod = RESTRICTED_POD,
  container = RESTRICTED_CONTAINER,
} = {}) {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  template:
    metadata: { labels: { app: orders } }
    spec:${pod}
      containers:
        - name: app
          image: registry.example/orders:1${container}
---`;
}

function namespace(labels: Record<string, string> = {}) {
  const entries = Object.entries(labels).map(
    ([key, value]) => `    pod-security.kubernetes.io/${key}: ${value}\n`,
  );
  return `
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    team: shop
${entries.join('')}---`;
}

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'shop',
  name: 'orders',
};
const ENFORCE = {
  object: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' },
  field: fieldOf('metadata.labels', 'pod-security.kubernetes.io/enforce'),
};

const of = 'Deployment shop/orders';

describe('WL-1', () => {
  it('passes a workload that meets the standard, and is enforced where the namespace refuses what does not', () => {
    expectFindings(
      {
        control,
        manifests: deployment() + namespace({ enforce: 'restricted' }),
      },
      [
        {
          of,
          verdict: 'pass',
          enforcement: 'enforced',
          message:
            'A break-in into orders stays inside its containers: all of them meet the restricted Pod Security Standard. Namespace shop refuses pods that do not.',
          evidence: [{ ...ENFORCE, value: 'restricted' }],
        },
      ],
    );
  });

  it.each([
    ['nothing', {}, 'declared', 'Nothing in namespace shop refuses a pod'],
    [
      'baseline',
      { enforce: 'baseline' },
      'declared',
      'refuses only pods that break the baseline',
    ],
    ['a warning', { warn: 'restricted' }, 'loaded', 'only warns about pods'],
    ['a record', { audit: 'restricted' }, 'loaded', 'only records pods'],
    [
      'a misspelt level, which means restricted,',
      { enforce: 'Restricted' },
      'enforced',
      'refuses pods that do not.',
    ],
    [
      'an old version',
      { enforce: 'restricted', 'enforce-version': 'v1.20' },
      'enforced',
      'by the rules of v1.20, which lack hostProbesAndHostLifecycle, capabilities_restricted, runAsUser',
    ],
  ])(
    'says of a pass how far %s in the namespace holds the next pod to it',
    (_, labels, enforcement, sentence) => {
      const [finding] = findingsOf({
        control,
        manifests: deployment() + namespace(labels as Record<string, string>),
      });
      expect(finding).toMatchObject({ verdict: 'pass', enforcement });
      expect(finding.message).toContain(sentence);
    },
  );

  it.each(['Pod', 'Namespace'] as const)(
    'is unknown where %ss cannot be listed, and names the missing right',
    kind => {
      expectFindings(
        {
          control,
          manifests: deployment(),
          coverage: { [kind]: { state: 'forbidden', verb: 'list' } },
        },
        [
          {
            of,
            verdict: 'unknown',
            missing: [
              { verb: 'list', group: '', resource: `${kind.toLowerCase()}s` },
            ],
          },
        ],
      );
    },
  );

  it('fails an ordinary workload mildly, names every field, and says what to set', () => {
    expectFindings(
      {
        control,
        manifests: deployment({ pod: '', container: '' }) + namespace(),
      },
      [
        {
          of,
          verdict: 'fail',
          severity: 'medium',
          message:
            'Whoever breaks into orders can gain rights that its process did not start with, keeps rights of root (capabilities) that it does not need, may be root in its container and may make every system call of the kernel.',
          evidence: [
            ...[
              'allowPrivilegeEscalation',
              'capabilities.drop',
              'runAsNonRoot',
              'seccompProfile.type',
            ].map(field => ({
              object: DEPLOYMENT,
              field: `spec.template.spec.containers[0].securityContext.${field}`,
              value: null,
            })),
            { ...ENFORCE, value: null },
          ],
          fix: {
            summary:
              'In Deployment shop/orders, set `allowPrivilegeEscalation: false` for every container; set `capabilities.drop: [ALL]` for every container; set `runAsNonRoot: true` for the pod (an image that runs as root needs a user of its own first); set `seccompProfile.type: RuntimeDefault` for the pod. Then label namespace shop `pod-security.kubernetes.io/enforce: restricted`, so that it stays so.',
            edits: [
              ['allowPrivilegeEscalation', false],
              ['capabilities.drop', ['ALL']],
              ['runAsNonRoot', true],
              ['seccompProfile.type', 'RuntimeDefault'],
            ].map(([field, value]) => ({
              object: DEPLOYMENT,
              field: `spec.template.spec.containers[0].securityContext.${field}`,
              value,
            })),
          },
        },
      ],
    );
  });

  it.each([
    [
      'privileged',
      '',
      'securityContext: { privileged: true }',
      'critical',
      'owns the node',
    ],
    [
      'SYS_ADMIN',
      '',
      'securityContext: { capabilities: { add: [SYS_ADMIN] } }',
      'critical',
      'SYS_ADMIN',
    ],
    [
      'NET_ADMIN',
      '',
      'securityContext: { capabilities: { add: [NET_ADMIN] } }',
      'high',
      'NET_ADMIN',
    ],
    [
      'hostNetwork',
      'hostNetwork: true',
      '',
      'high',
      'uses the network of its node',
    ],
    ['hostPID', 'hostPID: true', '', 'high', 'every process of its node'],
    [
      'the socket of the runtime',
      'volumes: [{ name: v, hostPath: { path: /run/containerd/containerd.sock } }]',
      '',
      'critical',
      'reaches /run/containerd/containerd.sock of its node',
    ],
    [
      'a harmless directory of the node',
      'volumes: [{ name: v, hostPath: { path: /data/cache } }]',
      '',
      'high',
      'reaches /data/cache of its node',
    ],
    [
      'unconfined system calls',
      'securityContext: { seccompProfile: { type: Unconfined } }',
      '',
      'high',
      'every system call',
    ],
  ])('fails %s by how far it reaches', (_, pod, container, severity, power) => {
    const [finding] = findingsOf({
      control,
      manifests: deployment({
        pod: `\n      ${pod}`,
        container: `\n          ${container}`,
      }),
    });
    expect(finding).toMatchObject({ verdict: 'fail', severity });
    expect(finding.message).toContain(power);
    expect(finding.witness).toMatchObject({
      from: 'Deployment shop/orders',
      to: 'the node it runs on',
    });
  });

  it('says that a namespace which enforces the standard will refuse the next pod', () => {
    const [finding] = findingsOf({
      control,
      manifests: deployment({ pod: '' }) + namespace({ enforce: 'restricted' }),
    });
    expect(finding.because).toContain(
      'Namespace shop refuses such pods, so new ones will not start.',
    );
    expect(finding.fix?.summary).not.toContain('label namespace');
  });

  describe('of running pods', () => {
    const pod = (spec: string, name = 'orders-1') => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: orders, controller: true }]
spec:${spec}
---`;
    const APP = `
  securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: app
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }`;

    it('counts an ephemeral container that somebody attached, in the pod that has it', () => {
      expectFindings(
        {
          control,
          manifests:
            deployment() +
            pod(APP) +
            pod(
              `${APP}
  ephemeralContainers:
    - name: debug
      securityContext: { privileged: true, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }`,
              'orders-2',
            ) +
            namespace(),
        },
        [
          {
            of,
            verdict: 'fail',
            severity: 'critical',
            evidence: [
              {
                object: {
                  apiVersion: 'v1',
                  kind: 'Pod',
                  namespace: 'shop',
                  name: 'orders-2',
                },
                field: 'spec.ephemeralContainers[0].securityContext.privileged',
                value: true,
              },
              { ...ENFORCE, value: null },
            ],
            fix: {
              summary:
                'Pod shop/orders-2 is not what its template says: find out what changed it, and delete it, so that a clean one takes its place. Then label namespace shop `pod-security.kubernetes.io/enforce: restricted`, so that it stays so.',
            },
          },
        ],
      );
    });

    it('tells what Istio injected from what the team wrote, and how to get rid of it', () => {
      const [finding] = findingsOf({
        control,
        manifests:
          deployment() +
          pod(`${APP}
  initContainers:
    - name: istio-init
      securityContext:
        allowPrivilegeEscalation: false
        capabilities: { add: [NET_ADMIN, NET_RAW], drop: [ALL] }
        runAsNonRoot: false
        runAsUser: 0`),
      });
      expect(finding).toMatchObject({
        verdict: 'fail',
        severity: 'medium',
        message: expect.stringContaining(
          "only Istio's own container istio-init needs",
        ),
      });
      expect(finding.fix?.summary).toContain('CNI node agent');
      expect(finding.fix?.summary).not.toContain('In Deployment');
    });

    it('does not let the injected container hide what the team has to repair', () => {
      const [finding] = findingsOf({
        control,
        manifests:
          deployment({ pod: '' }) +
          pod(`
  containers:
    - name: app
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
  initContainers:
    - name: istio-init
      securityContext: { runAsNonRoot: false }`),
      });
      expect(finding.message).toBe(
        'Whoever breaks into orders may be root in its container and may make every system call of the kernel.',
      );
      expect(finding.fix?.summary).toMatch(/In Deployment .* CNI node agent/);
    });

    it('gives the same finding as the manifests they were made from', () => {
      const manifest = deployment({
        pod: '\n      hostNetwork: true',
        container: '\n          ports: [{ containerPort: 8080 }]',
      });
      const live = pod(`
  hostNetwork: true
  securityContext: {}
  containers:
    - name: app
      image: registry.example/orders:1
      ports: [{ containerPort: 8080, hostPort: 8080, protocol: TCP }]`);
      expect(findingsOf({ control, manifests: manifest + live })).toEqual(
        findingsOf({ control, manifests: manifest }),
      );
    });
  });
});
