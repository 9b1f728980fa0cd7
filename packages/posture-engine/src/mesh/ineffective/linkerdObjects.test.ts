/** Linkerd's policies without an effect, and that nobody gets another answer without them. */
import fc from 'fast-check';
import { parseManifests } from '../../manifests';
import {
  ClusterSnapshot,
  KubernetesObject,
  describeObject,
} from '../../snapshot';
import {
  ORDERS_SERVER,
  admitAccounts,
  linkerdPod,
  linkerdPolicy,
} from '../../testing/linkerdManifests';
import {
  linkerdPods,
  linkerdPolicies,
} from '../../testing/reference/randomLinkerd';
import { meshConnection } from '../connection';
import { ineffectiveLinkerdObjects } from './linkerdObjects';

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  return ClusterSnapshot.create({ cluster: 'test', objects });
}

function said(manifests: string): string[] {
  const { objects } = parseManifests(linkerdPod() + manifests, 'test.yaml');
  return ineffectiveLinkerdObjects(
    snapshotOf(objects.map(({ object }) => object)),
  ).map(({ object, because }) => `${describeObject(object)}: ${because}`);
}

const authorize = (target: string, references = '') =>
  linkerdPolicy(
    'AuthorizationPolicy',
    'shop/orders',
    `{ targetRef: { ${target} }, requiredAuthenticationRefs: [${references}] }`,
  );

describe('policies of Linkerd without an effect', () => {
  it('are not those that let somebody in', () => {
    expect(
      said(
        ORDERS_SERVER + admitAccounts('{ kind: ServiceAccount, name: web }'),
      ),
    ).toEqual([]);
  });

  it('are Servers without pods or ports, and authorizations for what is not there', () => {
    expect(said(ORDERS_SERVER.replace('app: orders', 'app: cart'))).toEqual([
      'Server shop/orders: it selects no pod of namespace shop that has a proxy of Linkerd',
    ]);
    expect(said(ORDERS_SERVER.replace('8080', 'grpc'))).toEqual([
      'Server shop/orders: no port of the pods that it selects is called grpc',
    ]);
    expect(said(authorize('kind: Namespace, name: shop'))).toEqual([
      'AuthorizationPolicy shop/orders: namespace shop has no Server, and ports without one follow the default policy alone',
    ]);
    expect(
      said(authorize('group: policy.linkerd.io, kind: Server, name: cart')),
    ).toEqual([
      'AuthorizationPolicy shop/orders: there is no Server shop/cart',
    ]);
  });

  it('are those that Linkerd ignores, and authentications that nothing names', () => {
    const server = 'group: policy.linkerd.io, kind: Server, name: orders';
    expect(
      said(
        ORDERS_SERVER +
          authorize(
            server,
            '{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: gone }',
          ) +
          linkerdPolicy(
            'NetworkAuthentication',
            'shop/spare',
            '{ networks: [{ cidr: 10.0.0.0/8 }] }',
          ),
      ),
    ).toEqual([
      'AuthorizationPolicy shop/orders: Linkerd ignores it: there is no MeshTLSAuthentication shop/gone',
      'NetworkAuthentication shop/spare: no AuthorizationPolicy of Linkerd names NetworkAuthentication shop/spare',
    ]);
  });

  it('can be taken away one by one, and nobody gets another answer', () => {
    const verdictsOf = (objects: readonly KubernetesObject[]) => {
      const snapshot = snapshotOf(objects);
      const members = snapshot.workloads.map(workload => ({
        workload,
        pod: workload.pods[0],
      }));
      return members.flatMap(from =>
        members.flatMap(to =>
          [7000, 8080, 9000].map(
            port =>
              meshConnection({ from, to, port, request: 'any' }, snapshot)
                .verdict,
          ),
        ),
      );
    };
    fc.assert(
      fc.property(linkerdPods, linkerdPolicies, (pods, policies) => {
        const before = verdictsOf([...pods, ...policies]);
        const idle = ineffectiveLinkerdObjects(
          snapshotOf([...pods, ...policies]),
        );
        for (const { object } of idle) {
          const rest = policies.filter(
            ({ kind, metadata }) =>
              kind !== object.kind || metadata.name !== object.name,
          );
          expect(rest).toHaveLength(policies.length - 1);
          expect(verdictsOf([...pods, ...rest])).toEqual(before);
        }
      }),
    );
  });
});
