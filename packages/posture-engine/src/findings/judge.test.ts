import fc from 'fast-check';
import { CONTROLS, Control } from '../controls';
import { parseManifests } from '../manifests';
import {
  ClusterSnapshot,
  Coverage,
  KIND_NAMES,
  KindCoverage,
  KindName,
  KubernetesObject,
} from '../snapshot';
import { Exemption } from './finding';
import { Judge, judge } from './judge';

const COMPANY = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: orders, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata: {labels: {app: orders}}
    spec:
      serviceAccountName: orders
      containers: [{name: app, image: orders, ports: [{containerPort: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: front}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: web}]}
`;

const DENY_ALL = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
`;

const POLICY_OF_NOBODY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nobody, namespace: empty}
spec: {podSelector: {}, policyTypes: [Ingress]}
`;

function objectsOf(text: string): KubernetesObject[] {
  const { objects, problems } = parseManifests(text, 'test.yaml');
  expect(problems).toEqual([]);
  return objects.map(({ object }) => object);
}

function snapshotOf(
  objects: readonly KubernetesObject[],
  coverage: Partial<Record<KindName, KindCoverage>> = {},
) {
  return ClusterSnapshot.create({
    cluster: 'prod-eu',
    observedAt: '2026-06-01T00:00:00Z',
    objects,
    coverage: problems =>
      Coverage.create({ ...Coverage.complete().kinds, ...coverage }, problems),
  });
}

describe('judging what was not seen', () => {
  const missing: [string, KindCoverage, string][] = [
    [
      'forbidden',
      { state: 'forbidden', verb: 'list' },
      'grant the verb "list"',
    ],
    ['failed', { state: 'failed', reason: 'timed out' }, 'timed out'],
    ['seen elsewhere only', { state: 'listed', namespaces: ['x'] }, ''],
  ];
  const usual = judge(snapshotOf(objectsOf(COMPANY)), { controls: CONTROLS });

  it.each(
    KIND_NAMES.flatMap(kind =>
      missing.map(
        ([name, coverage, text]) => [kind, name, coverage, text] as const,
      ),
    ),
  )(
    '%s %s: unknown for the controls that need it, and no other answer changes',
    (kind, _, coverage, text) => {
      const snapshot = snapshotOf(objectsOf(COMPANY), { [kind]: coverage });
      const findings = judge(snapshot, { controls: CONTROLS });
      const isIdle = (id: string) =>
        CONTROLS.some(
          control =>
            control.id === id &&
            control.isIdle &&
            snapshot.derive(control.isIdle),
        );
      const needs = (id: string) =>
        CONTROLS.find(control => control.id === id)?.needs.find(
          need => need.kind === kind,
        );
      const needed = findings.filter(
        ({ control }) =>
          kind === 'Pod' ||
          (needs(control) && !needs(control)?.optional && !isIdle(control)),
      );
      expect(
        needed.filter(
          ({ verdict, message }) =>
            verdict !== 'unknown' ||
            !message.includes('prod-eu') ||
            !message.includes(text),
        ),
      ).toEqual([]);
      const untouched = ({ control }: { control: string }) =>
        kind !== 'Pod' && kind !== 'ConfigMap' && !needs(control);
      expect(findings.filter(untouched)).toEqual(usual.filter(untouched));
    },
  );

  it('names the right that is missing', () => {
    const [finding] = judge(
      snapshotOf(objectsOf(COMPANY), {
        NetworkPolicy: { state: 'forbidden', verb: 'list' },
      }),
      { controls: CONTROLS.filter(({ id }) => id === 'NW-1') },
    );
    expect(finding).toMatchObject({
      verdict: 'unknown',
      message:
        'Cannot be told: in prod-eu, listing networkpolicies is forbidden: grant the verb "list".',
      missing: [
        {
          verb: 'list',
          group: 'networking.k8s.io',
          resource: 'networkpolicies',
        },
      ],
    });
  });

  it('takes a kind that is not installed for one without objects', () => {
    const installed = Object.fromEntries(
      KIND_NAMES.filter(
        kind => kind.includes('.') || kind.endsWith('Route'),
      ).map(kind => [kind, { state: 'not-installed' }]),
    );
    expect(
      judge(snapshotOf(objectsOf(COMPANY), installed), { controls: CONTROLS }),
    ).toEqual(usual);
  });

  it('takes a kind that the source says nothing about for one that was not looked at', () => {
    const snapshot = ClusterSnapshot.create({
      cluster: 'prod-eu',
      objects: objectsOf(COMPANY),
      coverage: problems => Coverage.create({}, problems),
    });
    for (const finding of judge(snapshot, { controls: CONTROLS })) {
      expect(finding.verdict).toBe('unknown');
    }
  });

  it('keeps to the namespace of an object that cannot be read', () => {
    const broken = objectsOf(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: broken, namespace: shop}
spec: {podSelector: {matchLabels: {version: 1}}}
`);
    const verdicts = judge(snapshotOf([...objectsOf(COMPANY), ...broken]), {
      controls: CONTROLS.filter(({ id }) => id === 'NW-1'),
    }).map(({ subject, verdict }) => `${subject.name} ${verdict}`);
    expect(verdicts).toEqual(['web fail', 'orders unknown']);
  });
});

describe('a control that throws', () => {
  it('is unknown for that workload alone', () => {
    const control: Control = {
      ...CONTROLS[0],
      needs: [],
      evaluate: ({ reference: { name } }) => {
        if (name === 'orders') {
          throw new Error('the selector of x cannot be read');
        }
        return [{ verdict: 'pass', message: 'fine', evidence: [] }];
      },
    };
    expect(
      judge(snapshotOf(objectsOf(COMPANY)), { controls: [control] }).map(
        ({ verdict, message }) => `${verdict}: ${message}`,
      ),
    ).toEqual([
      'pass: fine',
      'unknown: Cannot be told: the selector of x cannot be read.',
    ]);
  });
});

describe('exemptions', () => {
  const exemption: Exemption = {
    control: 'ID-2',
    subject: { namespace: 'shop' },
    reason: 'it calls the API',
    owner: 'team-shop',
    approver: 'security',
    expires: '2026-06-02T00:00:00Z',
  };
  const verdicts = (expires: string, observedAt?: string) =>
    judge(
      ClusterSnapshot.create({
        cluster: 'prod-eu',
        objects: objectsOf(COMPANY),
        ...(observedAt ? { observedAt } : {}),
      }),
      {
        controls: CONTROLS.filter(({ id }) => id === 'ID-2'),
        exemptions: [{ ...exemption, expires }],
      },
    ).map(({ subject, verdict }) => `${subject.name} ${verdict}`);
  const now = '2026-06-01T00:00:00Z';

  it('permit failures of their subject until they expire, and nothing without a time', () => {
    const failing = ['web fail', 'orders fail'];
    expect(verdicts('2026-06-02T00:00:00Z', now)).toEqual([
      'web fail',
      'orders exempt',
    ]);
    expect(verdicts(now, now)).toEqual(failing);
    expect(verdicts('next week', now)).toEqual(failing);
    expect(verdicts('2026-06-02T00:00:00Z')).toEqual(failing);
  });
});

describe('a judge that remembers', () => {
  const pool = objectsOf(`
apiVersion: v1
kind: Pod
metadata: {name: orders-1, namespace: shop, labels: {app: orders}, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: orders}]}
spec: {serviceAccountName: orders, containers: [{name: app, image: orders}]}
---
apiVersion: v1
kind: Pod
metadata: {name: debug, namespace: shop, labels: {app: orders}}
spec: {serviceAccountName: orders, hostNetwork: true, containers: [{name: app, image: x}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: front}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Secret
metadata: {name: t, namespace: shop, annotations: {kubernetes.io/service-account.name: orders}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {policyTypes: [Ingress, Egress]}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: a}
spec: {subject: {namespaces: {matchLabels: {team: shop}}}, ingress: [{action: Allow}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: front, labels: {team: shop, pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: Service
metadata: {name: lb, namespace: front}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: edge}
spec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: orders, namespace: shop, port: 80}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g, namespace: edge}
spec: {gatewayClassName: public, listeners: [{name: a, port: 443, protocol: HTTPS}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: PERMISSIVE}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nothing, namespace: shop}
spec: {}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: 'rootNamespace: shop'}
---
apiVersion: v1
kind: Pod
metadata: {name: broken, namespace: shop, labels: {a: 1}}
`);

  it('says of which workloads the findings are others than in the pass before', () => {
    const remembering = Judge.create({ controls: CONTROLS });
    const base = objectsOf(COMPANY);
    const changed = (
      objects: readonly KubernetesObject[],
      names?: string[],
    ) => {
      const snapshot = snapshotOf(objects);
      return Array.from(
        remembering.judgeEach(
          snapshot,
          snapshot.workloads.filter(
            ({ reference }) => names?.includes(reference.name) ?? true,
          ),
        ),
      )
        .filter(judged => judged.changed)
        .map(({ workload }) => workload.reference.name);
    };
    expect(changed(base)).toEqual(['web', 'orders']);
    expect(changed(base)).toEqual([]);
    // Judged again, with the same result.
    expect(changed([...base, ...objectsOf(POLICY_OF_NOBODY)])).toEqual([]);
    expect(changed([...base, ...objectsOf(DENY_ALL)])).toEqual(['orders']);
    expect(changed(base, ['orders'])).toEqual(['orders']);
    // One that was left out of the pass before is new.
    expect(changed(base)).toEqual(['web']);
  });

  it('remembers nothing of a pass that was left half way', () => {
    const remembering = Judge.create({ controls: CONTROLS });
    const [first] = remembering.judgeEach(snapshotOf(objectsOf(COMPANY)));
    expect(first.changed).toBe(true);
    const again = remembering.judgeEach(snapshotOf(objectsOf(COMPANY)));
    expect(Array.from(again, ({ changed }) => changed)).toEqual([true, true]);
  });

  it('gives after any changes what a judge without a memory gives', () => {
    const base = objectsOf(COMPANY);
    fc.assert(
      fc.property(
        fc.array(fc.subarray([...pool, ...base]), {
          minLength: 2,
          maxLength: 6,
        }),
        steps => {
          const remembering = Judge.create({ controls: CONTROLS });
          for (const objects of steps) {
            const snapshot = snapshotOf(objects);
            expect(remembering.judge(snapshot)).toEqual(
              judge(snapshot, { controls: CONTROLS }),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
