import { CONTROLS } from '../controls';
import { parseManifests } from '../manifests';
import { KubernetesObject } from '../snapshot';
import { sidecarPod } from '../testing/meshManifests';
import { planFixes } from './planFixes';

const pod = (name: string, extra = '') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} } }
spec: { serviceAccountName: ${name}, containers: [{ name: app, image: a, ports: [{ containerPort: 8080 }] }]${extra} }
`;

function objectsOf(...manifests: string[]): KubernetesObject[] {
  const { objects, problems } = parseManifests(manifests.join('\n---\n'), 'a');
  expect(problems).toEqual([]);
  return objects.map(({ object }) => object);
}

function plan(
  objects: readonly KubernetesObject[],
  control: string,
  mayClose = false,
) {
  const { steps, left, ...rest } = planFixes({
    objects,
    snapshot: { cluster: 'a' },
    controls: CONTROLS,
    repairs: finding => finding.control === control,
    mayClose,
  });
  return {
    ...rest,
    repaired: steps.map(({ proof }) =>
      proof.repaired.map(({ control: id, subject }) => `${id} ${subject.name}`),
    ),
    changes: steps.flatMap(({ fixes }) => fixes),
    left: left.map(
      ({ finding: { subject }, reason }) => `${subject.name}: ${reason}`,
    ),
  };
}

describe('a plan of fixes', () => {
  it('adds the objects that are missing, each proved by what no longer fails', () => {
    const { repaired, changes, left, objects } = plan(
      objectsOf(pod('web'), pod('orders')),
      'ID-1',
    );
    expect(repaired).toEqual([
      ['ID-1 orders', 'ID-2 orders'],
      ['ID-1 web', 'ID-2 web'],
    ]);
    expect(left).toEqual([]);
    expect(
      changes.flatMap(({ objects: added = [] }) =>
        added.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ),
    ).toEqual(['ServiceAccount orders', 'ServiceAccount web']);
    expect(
      objects.filter(({ kind }) => kind === 'ServiceAccount'),
    ).toHaveLength(2);
  });

  it('closes no connection that is open today, unless somebody said that it may', () => {
    const cluster = objectsOf(pod('web'), pod('orders'));
    expect(plan(cluster, 'NW-1').left[0]).toMatch(
      /^orders: It would close what is open today.*: shop\/orders to shop\/web, /,
    );
    expect(plan(cluster, 'NW-1', true).left).toEqual([]);
  });

  it('counts as closed what the mesh would refuse from then on', () => {
    const cluster = objectsOf(
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n',
      sidecarPod(),
      pod('legacy'),
      'apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: default, namespace: shop }\nspec: { mtls: { mode: PERMISSIVE } }\n',
    );
    const held = plan(cluster, 'AN-2').left;
    expect(held).toContain(
      'orders: It would close what is open today, and nobody has said that it may: shop/legacy to shop/orders, addresses outside to shop/orders.',
    );
    const { left, objects } = plan(cluster, 'AN-2', true);
    expect(new Set(left)).toEqual(
      new Set(['legacy: Only somebody who knows the service can decide how.']),
    );
    expect(objects.find(({ kind }) => kind === 'PeerAuthentication')).toEqual({
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: { name: 'default', namespace: 'shop' },
      spec: { mtls: { mode: 'STRICT' } },
    });
  });

  it('overwrites nothing that is there', () => {
    const { left } = plan(
      objectsOf(
        pod('web'),
        `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web-default-deny, namespace: shop }
spec: { podSelector: { matchLabels: { app: other } } }
`,
      ),
      'NW-1',
      true,
    );
    expect(left).toEqual([
      'web: NetworkPolicy shop/web-default-deny is there already, and says something else.',
    ]);
  });

  it('sets fields of objects that are there, and keeps the rest of them', () => {
    const cluster = objectsOf(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop, annotations: { note: kept } }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: app, image: a, args: [kept] }] }
`);
    const { objects, left } = plan(cluster, 'WL-1');
    expect(left).toEqual([]);
    expect(objects).toMatchObject([
      {
        metadata: { annotations: { note: 'kept' } },
        spec: {
          template: {
            spec: {
              containers: [
                {
                  args: ['kept'],
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    capabilities: { drop: ['ALL'] },
                    runAsNonRoot: true,
                    seccompProfile: { type: 'RuntimeDefault' },
                  },
                },
              ],
            },
          },
        },
      },
    ]);
  });

  it('leaves to people what only they can decide', () => {
    const { left, after, before } = plan(
      objectsOf(pod('web', ', hostPID: true')),
      'WL-1',
    );
    expect(left).toEqual([
      'web: Only somebody who knows the service can decide how.',
    ]);
    expect(after).toEqual(before);
  });
});
