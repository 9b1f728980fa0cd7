/** AN-8, as its tests read. */
import {
  ExpectFindingsOptions,
  ExpectedFinding,
  expectFindings,
} from '../../testing/expectFindings';
import {
  ambientPod,
  barePod,
  policy,
  sidecarPod,
} from '../../testing/meshManifests';
import { userTokens } from './userTokens';

function expectOrders(
  manifests: string,
  expected: Omit<ExpectedFinding, 'of'>,
  options: Partial<ExpectFindingsOptions> = {},
) {
  expectFindings({ control: userTokens, manifests, ...options }, [
    { of: 'Deployment shop/orders', ...expected },
  ]);
}

const authentication = (name: string, spec: string) => {
  const [namespace, own] = name.split('/');
  return `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: ${own}, namespace: ${namespace} }
spec: { ${spec} }
---`;
};
const RULES = 'jwtRules: [{ issuer: https://login.example }]';
const USERS = authentication('shop/users', RULES);
const allow = (rules: string, name = 'shop/orders') =>
  policy('AuthorizationPolicy', name, `{ rules: [${rules}] }`);
const TOKEN =
  '{ from: [{ source: { requestPrincipals: ["https://login.example/*"] } }] }';
const SHOP = 'cluster.local/ns/shop/sa/storefront';

describe('AN-8', () => {
  it('does not apply where no tokens are checked', () => {
    expectOrders(sidecarPod(), {
      verdict: 'not-applicable',
      message:
        'No RequestAuthentication asks for the tokens of users at orders.',
    });
    expectOrders(sidecarPod() + authentication('shop/users', 'jwtRules: []'), {
      verdict: 'not-applicable',
    });
    expectOrders(
      sidecarPod() +
        authentication(
          'shop/users',
          `selector: { matchLabels: { app: cart } }, ${RULES}`,
        ),
      { verdict: 'not-applicable' },
    );
    expectOrders(barePod() + USERS, { verdict: 'not-applicable' });
  });

  it('a RequestAuthentication alone lets everybody in who leaves the token out', () => {
    expectOrders(sidecarPod() + USERS, {
      verdict: 'fail',
      severity: 'high',
      message:
        "Anybody can call orders without a user's token: those that come are checked, and none is demanded.",
      because:
        'RequestAuthentication shop/users refuses bad tokens alone, and of the rest no policy restricts who may call.',
      witness: {
        from: 'any workload in the cluster',
        to: 'Deployment shop/orders',
        port: 8080,
        protocol: 'TCP',
        action: 'leaves the token out, and is let in as no user at all',
      },
    });
  });

  it('one that looks for tokens elsewhere says so', () => {
    expectOrders(
      sidecarPod() +
        authentication(
          'shop/users',
          'jwtRules: [{ issuer: https://login.example, fromHeaders: [{ name: x-token }] }]',
        ),
      {
        verdict: 'fail',
        because: expect.stringContaining(
          'a bad one in the header Authorization may count as none',
        ),
      },
    );
  });

  it('passes where every rule demands a token, or a DENY does', () => {
    expectOrders(sidecarPod() + USERS + allow(TOKEN), {
      verdict: 'pass',
      message: expect.stringContaining(
        "No request gets through to orders without a user's token",
      ),
    });
    expectOrders(
      sidecarPod() +
        USERS +
        policy(
          'AuthorizationPolicy',
          'shop/tokens',
          '{ action: DENY, rules: [{ from: [{ source: { notRequestPrincipals: ["*"] } }] }] }',
        ),
      { verdict: 'pass' },
    );
  });

  it.each([
    [`principals: ["${SHOP}"]`, SHOP],
    ['namespaces: [shop]', 'cluster.local/ns/shop/sa/some'],
    ['serviceAccounts: [storefront]', SHOP],
  ])('a caller that a policy names by %s needs one too', (source, caller) => {
    expectOrders(
      sidecarPod() +
        USERS +
        allow(`${TOKEN}, { from: [{ source: { ${source} } }] }`),
      {
        verdict: 'fail',
        severity: 'medium',
        message: `${caller} can call orders without a user's token: those that come are checked, and none is demanded of it.`,
      },
    );
    expectOrders(
      sidecarPod() +
        USERS +
        allow(
          `{ from: [{ source: { ${source}, requestPrincipals: ["*"] } }] }`,
        ),
      { verdict: 'pass' },
    );
  });

  it('some paths may stay open, if somebody wrote them down; some methods may not', () => {
    expectOrders(
      sidecarPod() +
        USERS +
        allow(`${TOKEN}, { to: [{ operation: { paths: [/health] } }] }`),
      { verdict: 'pass', message: expect.stringContaining('/health') },
    );
    expectOrders(
      sidecarPod() +
        USERS +
        allow(`${TOKEN}, { to: [{ operation: { methods: [GET] } }] }`),
      {
        verdict: 'fail',
        severity: 'medium',
        message:
          "Not every request to orders needs a user's token: anybody can send some without.",
      },
    );
  });

  it('in ambient nobody reads tokens but a waypoint', () => {
    expectOrders(ambientPod() + USERS + allow(TOKEN), {
      verdict: 'fail',
      severity: 'high',
      message:
        'Nobody checks the tokens of users at orders: bad ones get as far as good ones.',
    });
    const waypoint = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop, labels: { istio.io/use-waypoint: way } }
spec: { selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: way, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---`;
    const target = 'targetRefs: [{ kind: Service, group: "", name: orders }]';
    const atWaypoint = authentication('shop/users', `${target}, ${RULES}`);
    expectOrders(ambientPod() + waypoint + atWaypoint, {
      verdict: 'fail',
      message: expect.stringContaining('Anybody can call orders'),
    });
    expectOrders(
      ambientPod() +
        waypoint +
        atWaypoint +
        policy(
          'AuthorizationPolicy',
          'shop/orders',
          `{ ${target}, rules: [${TOKEN}] }`,
        ),
      { verdict: 'pass' },
    );
  });

  it('is unknown where somebody else decides, or where objects are not seen', () => {
    expectOrders(
      sidecarPod() +
        USERS +
        policy(
          'AuthorizationPolicy',
          'shop/ask',
          '{ action: CUSTOM, provider: { name: login }, rules: [{}] }',
        ),
      { verdict: 'unknown' },
      {
        meshConfig: {
          extensionProviders: [{ name: 'login', envoyExtAuthzHttp: {} }],
        },
      },
    );
    for (const kind of [
      'RequestAuthentication',
      'AuthorizationPolicy',
    ] as const) {
      expectOrders(
        sidecarPod() + USERS,
        { verdict: 'unknown' },
        { coverage: { [kind]: { state: 'forbidden', verb: 'list' } } },
      );
    }
  });
});
