/** What recorded requests do not show: conditions, what nobody can tell, CUSTOM providers, paths and forwarded addresses. */
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import { policy, sidecarPod } from '../../testing/meshManifests';
import { AuthorizationQuestion, authorize, describeTest } from '.';

interface Asked extends Partial<AuthorizationQuestion> {
  manifests: string;
  meshConfig?: Record<string, unknown>;
}

function ask({ manifests, meshConfig, ...question }: Asked) {
  const { objects, problems } = parseManifests(
    sidecarPod() + manifests,
    'test.yaml',
  );
  expect(problems).toEqual([]);
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object }) => object),
    settings: meshConfig ? { meshConfig } : {},
  });
  const { conditions, ...answer } = authorize(
    {
      pod: snapshot.workloads[0].pods[0],
      port: 8080,
      enforcer: 'sidecar',
      chain: 'http',
      caller: { principal: 'cluster.local/ns/shop/sa/web' },
      ...question,
    },
    snapshot,
  );
  return {
    ...answer,
    ...(conditions && {
      conditions: conditions.map(tests => tests.map(describeTest)),
    }),
  };
}

const allow = (rules: string, name = 'shop/allow') =>
  policy('AuthorizationPolicy', name, `{ rules: ${rules} }`);
const deny = (rules: string) =>
  policy(
    'AuthorizationPolicy',
    'shop/deny',
    `{ action: DENY, rules: ${rules} }`,
  );
const to = (operation: string) => `[{ to: [{ operation: ${operation} }] }]`;

describe('conditions of a request that is not known yet', () => {
  it('are those of the rules that the caller meets', () => {
    expect(
      ask({
        manifests: allow(`[
          { from: [{ source: { namespaces: [shop] } }], to: [{ operation: { methods: [GET, HEAD], paths: [/api/*] } }] },
          { from: [{ source: { namespaces: [other] } }] },
          { when: [{ key: "request.auth.claims[groups]", values: [admin] }] }
        ]`),
      }),
    ).toMatchObject({
      verdict: 'conditional',
      conditions: [['method is GET or HEAD', 'path is /api/*']],
      decidedBy: [
        {
          layer: 'authorization-policy',
          effect: 'allow',
          field: 'spec.rules[0]',
        },
      ],
    });
  });

  it.each([
    ['the same method', '{ methods: [GET] }', '{ methods: [GET] }'],
    [
      'all that is allowed',
      '{ paths: [/admin/a, /admin/b*] }',
      '{ paths: [/admin/*] }',
    ],
    ['a template of it', '{ paths: ["/a/b"] }', '{ paths: ["/a/{*}"] }'],
    ['everything', '{ hosts: ["*.shop"] }', '{ hosts: ["*"] }'],
  ])('never hold where a DENY takes away %s', (_, allowed, denied) => {
    expect(
      ask({ manifests: allow(to(allowed)) + deny(to(denied)) }).verdict,
    ).toBe('deny');
  });

  it('say what a DENY leaves', () => {
    expect(
      ask({
        manifests:
          allow(to('{ methods: [GET, POST] }')) +
          deny(to('{ methods: [POST], paths: [/admin*] }')),
      }).conditions,
    ).toEqual([
      ['method is GET'],
      ['path is not /admin*', 'method is GET or POST'],
    ]);
    expect(
      ask({ manifests: deny(to('{ methods: [PUT] }')) }).conditions,
    ).toEqual([['method is not PUT']]);
  });

  it('need a token only where some RequestAuthentication reads one', () => {
    const manifests = allow(
      '[{ from: [{ source: { requestPrincipals: ["*"] } }] }]',
    );
    const authentication = `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: tokens, namespace: shop }
spec: { jwtRules: [{ issuer: https://id.example }] }
---`;
    expect(ask({ manifests }).verdict).toBe('deny');
    expect(ask({ manifests: manifests + authentication }).conditions).toEqual([
      ['request principal is present'],
    ]);
  });
});

describe('what nobody can tell', () => {
  it('is unknown, with its reason, and never counts as a match or as none', () => {
    const block = allow('[{ from: [{ source: { ipBlocks: [10.0.0.0/8] } }] }]');
    expect(ask({ manifests: block })).toMatchObject({
      verdict: 'unknown',
      reason: 'the address of the caller is not known',
    });
    expect(
      ask({ manifests: block, caller: { address: '10.1.2.3' } }).verdict,
    ).toBe('allow');
    expect(
      ask({
        manifests: allow(
          '[{ when: [{ key: connection.sni, values: [a] }], from: [{ source: { namespaces: [none] } }] }]',
        ),
      }).verdict,
    ).toBe('deny');
  });

  it.each([
    ['no MeshConfig was seen', undefined, 'http', 'unknown'],
    ['there is no such provider', [], 'http', 'deny'],
    [
      'the provider decides',
      [{ name: 'checker', envoyExtAuthzHttp: {} }],
      'http',
      'unknown',
    ],
    [
      'an HTTP provider is not asked about TCP',
      [{ name: 'checker', envoyExtAuthzHttp: {} }],
      'tcp',
      'allow',
    ],
    [
      'a gRPC provider is',
      [{ name: 'checker', envoyExtAuthzGrpc: {} }],
      'tcp',
      'unknown',
    ],
  ] as const)(
    'what a CUSTOM policy matches, where %s',
    (_, extensionProviders, chain, verdict) => {
      const manifests = policy(
        'AuthorizationPolicy',
        'shop/custom',
        '{ action: CUSTOM, provider: { name: checker }, rules: [{ to: [{ operation: { ports: ["8080"] } }] }] }',
      );
      const asked = {
        manifests,
        chain,
        ...(extensionProviders ? { meshConfig: { extensionProviders } } : {}),
      };
      expect(ask(asked).verdict).toBe(verdict);
      expect(ask({ ...asked, port: 9000 }).verdict).toBe('allow');
    },
  );
});

describe('paths', () => {
  const verdict = (path: string, normalization?: string) =>
    ask({
      manifests: deny(to('{ paths: [/admin, "/admin/*"] }')),
      request: { path },
      ...(normalization
        ? { meshConfig: { pathNormalization: { normalization } } }
        : {}),
    }).verdict;

  it.each([
    ['/admin/x', 'deny'],
    ['/admin?x=1', 'deny'],
    ['/open/../admin/x', 'deny'],
    ['/./admin', 'deny'],
    ['/%61dmin', 'deny'],
    ['\\admin', 'deny'],
    ['//admin/x', 'allow'],
    ['/admin%2Fx', 'allow'],
    ['/Admin', 'allow'],
  ])('by default, %s: %s', (path, expected) => {
    expect(verdict(path)).toBe(expected);
  });

  it('are rewritten as the MeshConfig says', () => {
    expect(verdict('/open/../admin', 'NONE')).toBe('allow');
    expect(verdict('//admin/x', 'MERGE_SLASHES')).toBe('deny');
    expect(verdict('/admin%2Fx', 'MERGE_SLASHES')).toBe('allow');
    expect(verdict('/admin%2Fx', 'DECODE_AND_MERGE_SLASHES')).toBe('deny');
  });
});

describe('the original client', () => {
  it('is the last address of x-forwarded-for, which anybody may write, else the caller', () => {
    const verdict = (headers?: Record<string, string>) =>
      ask({
        manifests: allow(
          '[{ from: [{ source: { remoteIpBlocks: [203.0.113.0/24] } }] }]',
        ),
        caller: { address: '10.0.0.1' },
        request: { headers },
      }).verdict;
    expect(verdict({})).toBe('deny');
    expect(verdict({ 'X-Forwarded-For': '10.0.0.9, 203.0.113.7' })).toBe(
      'allow',
    );
    expect(verdict({ 'x-forwarded-for': '203.0.113.7, 10.0.0.9' })).toBe(
      'deny',
    );
    expect(verdict()).toBe('conditional');
  });
});

describe('a gateway', () => {
  it('also enforces policies that target its Gateway', () => {
    const manifests =
      sidecarPod({ labels: 'gateway.networking.k8s.io/gateway-name: edge' }) +
      policy(
        'AuthorizationPolicy',
        'shop/edge',
        '{ targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: edge }] }',
      );
    expect(ask({ manifests, enforcer: 'gateway' }).verdict).toBe('deny');
    expect(ask({ manifests, enforcer: 'sidecar' }).verdict).toBe('allow');
    expect(
      ask({
        manifests: manifests.replace(
          'gateway.networking.k8s.io, kind',
          'networking.istio.io, kind',
        ),
        enforcer: 'gateway',
      }).verdict,
    ).toBe('allow');
  });
});
