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
      'conditional',
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
      'conditional',
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

it('names the external authorizer as a condition, and says where its silence is consent', () => {
  const asked = (failOpen: string, rest = '') => ({
    manifests:
      policy(
        'AuthorizationPolicy',
        'shop/custom',
        '{ action: CUSTOM, provider: { name: sso }, rules: [{}] }',
      ) + rest,
    meshConfig: {
      extensionProviders: [
        { name: 'sso', envoyExtAuthzGrpc: { failOpen: failOpen === 'yes' } },
      ],
    },
    request: { method: 'GET' },
  });
  expect(ask(asked('no'))).toMatchObject({
    verdict: 'conditional',
    reason: expect.stringMatching(
      /answer of the external authorizer sso is yes$/,
    ),
  });
  expect(ask(asked('yes')).reason).toMatch(/is yes, or none at all$/);
  expect(
    ask(asked('no', allow('[{ to: [{ operation: { methods: [POST] } }] }]')))
      .verdict,
  ).toBe('deny');
});

it('refuses what CUSTOM policies with several providers match, unless istiod was told to take them', () => {
  const asking = (name: string, port: number) =>
    policy(
      'AuthorizationPolicy',
      `shop/${name}`,
      `{ action: CUSTOM, provider: { name: ${name} }, rules: [{ to: [{ operation: { ports: ["${port}"] } }] }] }`,
    );
  const asked = {
    manifests: asking('one', 8080) + asking('other', 9000),
    meshConfig: {
      extensionProviders: [
        { name: 'one', envoyExtAuthzHttp: {} },
        { name: 'other', envoyExtAuthzGrpc: {} },
      ],
    },
  };
  const refused = {
    verdict: 'unknown',
    reason: expect.stringContaining('Istio refuses what any of them matches'),
  };
  expect(ask(asked)).toMatchObject(refused);
  // Alone, a provider that speaks HTTP has no word here.
  expect(ask({ ...asked, chain: 'tcp' })).toMatchObject(refused);
  expect(ask({ ...asked, port: 7070 }).verdict).toBe('allow');
});

describe('a dry run of a CUSTOM policy', () => {
  const rehearsed = policy(
    'AuthorizationPolicy',
    'shop/custom',
    '{ action: CUSTOM, provider: { name: checker }, rules: [{ to: [{ operation: { ports: ["8080"] } }] }] }',
    'istio.io/dry-run: "true"',
  );
  const meshConfig = (name: string) => ({
    extensionProviders: [{ name, envoyExtAuthzHttp: {} }],
  });

  it('may be refused by Envoy where it matches, since istiod writes it where rules are enforced', () => {
    const asked = { manifests: rehearsed, meshConfig: meshConfig('checker') };
    expect(ask(asked)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining(
        'Istio refuses what it matches since 1.30, and let it pass before',
      ),
    });
    expect(ask({ ...asked, port: 9000 }).verdict).toBe('allow');
    expect(ask({ ...asked, enforcer: 'ztunnel', chain: 'tcp' }).verdict).toBe(
      'allow',
    );
  });

  it('does nothing where nobody knows its provider', () => {
    expect(
      ask({ manifests: rehearsed, meshConfig: meshConfig('other') }).verdict,
    ).toBe('allow');
  });
});

describe('a header', () => {
  it('is present also where it is empty', () => {
    const verdict = (headers: Record<string, string>) =>
      ask({
        manifests: allow(
          '[{ when: [{ key: "request.headers[x-team]", values: ["*"] }] }]',
        ),
        request: { headers },
      }).verdict;
    expect(verdict({ 'X-Team': 'blue' })).toBe('allow');
    expect(verdict({ 'X-Team': '' })).toBe('allow');
    expect(verdict({})).toBe('deny');
  });
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
    for (const group of ['networking.istio.io', '""']) {
      expect(
        ask({
          manifests: manifests.replace(
            'gateway.networking.k8s.io, kind',
            `${group}, kind`,
          ),
          enforcer: 'gateway',
        }).verdict,
      ).toBe('allow');
    }
  });
});

describe('a waypoint', () => {
  const enforcer = {
    waypoint: { namespace: 'shop', name: 'waypoint' },
    target: { kind: 'Service', namespace: 'shop', name: 'orders' },
  } as const;
  const closed = (target: string) =>
    policy(
      'AuthorizationPolicy',
      'shop/closed',
      `{ targetRefs: [{ ${target} }] }`,
    );

  it.each([
    ['kind: Service, name: orders', 'deny'],
    ['group: "", kind: Service, name: orders', 'deny'],
    ['group: gateway.networking.k8s.io, kind: Gateway, name: waypoint', 'deny'],
    ['kind: Gateway, name: waypoint', 'allow'],
    ['group: gateway.networking.k8s.io, kind: Service, name: orders', 'allow'],
    ['kind: Service, name: web', 'allow'],
  ])('enforces what refers to %s: %s', (target, verdict) => {
    expect(ask({ manifests: closed(target), enforcer }).verdict).toBe(verdict);
  });

  it('sees the address of the Service that was called', () => {
    const manifests = `${allow(
      '[{ when: [{ key: destination.ip, values: [10.96.0.0/16] }] }]',
    ).replace(
      'spec: {',
      'spec: { targetRefs: [{ kind: Service, name: orders }],',
    )}
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { clusterIP: 10.96.0.1, selector: { app: orders }, ports: [{ port: 80 }] }
---`;
    expect(ask({ manifests, enforcer }).verdict).toBe('allow');
    expect(ask({ manifests, enforcer: 'sidecar' }).verdict).toBe('allow');
    expect(
      ask({ manifests: manifests.replace('10.96.0.1', '10.97.0.1'), enforcer })
        .verdict,
    ).toBe('deny');
  });
});
