/** The indexed decisions against a reference that is short and slow, on random policies; and what must hold whatever they are. */
import fc from 'fast-check';
import { ClusterSnapshot, KubernetesObject } from '../../snapshot';
import {
  ReferenceQuestion,
  referenceLinkerd,
} from '../../testing/reference/referenceLinkerd';
import {
  IDENTITY_SUFFIX,
  defaultPolicy,
  linkerdPolicies,
} from '../../testing/reference/randomLinkerd';
import { placeOf } from '../../decisions/addresses';
import { RequestTest } from '../authorization';
import { matchesPattern } from '../authorization/patterns';
import { authorizeLinkerd } from './authorizeLinkerd';

const LABELS = { app: 'orders', tier: 'back' };
const PORTS = { http: 8080, admin: 9000 };
const PATHS = ['/', '/api', '/api/', '/api/admin', '/apis', '/other'];
const HOSTS = ['orders.shop', 'cart.shop', 'elsewhere'];

const request = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  path: fc.constantFrom(...PATHS),
  host: fc.constantFrom(...HOSTS),
});

const question: fc.Arbitrary<ReferenceQuestion> = fc.record(
  {
    pod: fc.constant({ namespace: 'shop', labels: LABELS }),
    ports: fc.constant(PORTS),
    defaultPolicy,
    port: fc.constantFrom(8080, 8080, 9000, 7000),
    identity: fc.constantFrom(
      undefined,
      `web.shop.${IDENTITY_SUFFIX}`,
      `cron.jobs.${IDENTITY_SUFFIX}`,
    ),
    address: fc.constantFrom([10, 1, 2, 3], [10, 1, 9, 9], [192, 0, 2, 7]),
    request,
  },
  {
    requiredKeys: [
      'pod',
      'ports',
      'defaultPolicy',
      'port',
      'identity',
      'address',
    ],
  },
);

function answer(
  objects: readonly KubernetesObject[],
  {
    pod,
    ports,
    defaultPolicy: policy,
    port,
    identity,
    address,
    request: sent,
  }: ReferenceQuestion,
  asked: 'any' | 'one' = 'one',
) {
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: [
      ...objects,
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'linkerd-config', namespace: 'linkerd' },
        data: {
          values: `clusterNetworks: 10.0.0.0/8\nproxy: { defaultInboundPolicy: ${policy} }`,
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'orders-1',
          ...pod,
          creationTimestamp: '2026-05-01T00:00:00Z',
        },
        spec: {
          containers: [
            {
              name: 'app',
              ports: Object.entries(ports).map(([name, containerPort]) => ({
                name,
                containerPort,
              })),
            },
            { name: 'linkerd-proxy' },
          ],
        },
      },
    ],
  });
  const [workload] = snapshot.workloads;
  return authorizeLinkerd(
    {
      to: { workload, pod: workload.pods[0] },
      port,
      request: asked === 'any' ? 'any' : sent && { ...sent, headers: {} },
    },
    { identity, place: placeOf(address.join('.')), pod: true },
    snapshot,
  );
}

function verdictOf(
  objects: readonly KubernetesObject[],
  asked: ReferenceQuestion,
) {
  switch (referenceLinkerd(objects, asked)) {
    case 'contested':
      return 'unknown';
    case true:
      return 'allow';
    default:
      return 'deny';
  }
}

function meets(
  tests: readonly RequestTest[],
  sent: NonNullable<ReferenceQuestion['request']>,
): boolean {
  const values: Record<string, string> = { ...sent };
  return tests.every(
    ({ attribute, patterns, negated }) =>
      negated !== patterns.some(one => matchesPattern(one, values[attribute])),
  );
}

describe('Linkerd', () => {
  it('decides each request as the reference does', () => {
    fc.assert(
      fc.property(linkerdPolicies, question, (objects, asked) => {
        expect(answer(objects, asked).verdict).toBe(verdictOf(objects, asked));
      }),
      { numRuns: 1500 },
    );
  });

  it('tells by conditions exactly the requests that get through', () => {
    fc.assert(
      fc.property(
        linkerdPolicies,
        question,
        request,
        (objects, asked, sent) => {
          const general = answer(objects, asked, 'any');
          const one = verdictOf(objects, { ...asked, request: sent });
          // A connection that sends no HTTP may get through besides.
          const raw = verdictOf(objects, { ...asked, request: undefined });
          const isMet = (general.conditions ?? []).some(tests =>
            meets(tests, sent),
          );
          const nothing = one === 'deny' && raw === 'deny';
          expect({
            allow: !nothing, // several Servers may each let in something else
            deny: nothing,
            conditional: one === (isMet ? 'allow' : 'deny'),
            unknown: true,
          }).toMatchObject({ [general.verdict]: true });
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('gives the same answer in whatever order its objects come', () => {
    fc.assert(
      fc.property(
        linkerdPolicies.chain(objects =>
          fc.tuple(
            fc.constant(objects),
            fc.shuffledSubarray(objects, { minLength: objects.length }),
          ),
        ),
        question,
        ([objects, shuffled], asked) => {
          expect(answer(shuffled, asked)).toEqual(answer(objects, asked));
        },
      ),
    );
  });

  it('is closed by no authorization, and opened by no Server without any', () => {
    fc.assert(
      fc.property(linkerdPolicies, question, (objects, asked) => {
        const isAuthorization = ({ kind }: KubernetesObject) =>
          kind.endsWith('Authorization') || kind === 'AuthorizationPolicy';
        const fewer = objects.filter(one => !isAuthorization(one));
        expect([
          answer(fewer, asked).verdict,
          answer(objects, asked).verdict,
        ]).not.toEqual(['allow', 'deny']);
        const bare = fewer.map(one =>
          one.kind === 'Server'
            ? {
                ...one,
                spec: { ...(one.spec as object), accessPolicy: 'deny' },
              }
            : one,
        );
        const alone = bare.filter(({ kind }) => kind !== 'Server');
        const opened =
          answer(alone, asked).verdict === 'deny' &&
          answer(bare, asked).verdict !== 'deny';
        expect(opened).toBe(false);
      }),
    );
  });
});
