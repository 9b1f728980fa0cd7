/** A small mesh: `orders` takes mTLS alone, and of requests what `web` GETs and `admin` sends with a token. */
import { deployment } from './TestClusters';
import { networkPolicy } from './connections';

function object(
  apiVersion: string,
  kind: string,
  name: string,
  spec: object,
): string {
  return JSON.stringify({
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop' },
    spec,
  });
}

const SELECTS_ORDERS = { 'backstage.io/kubernetes-id': 'orders' };

function namespace(name: string, labels: Record<string, string>): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  });
}

const ordersService = object('v1', 'Service', 'orders', {
  selector: SELECTS_ORDERS,
  clusterIP: '10.96.0.7',
  ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
});

const strict = object('security.istio.io/v1', 'PeerAuthentication', 'default', {
  mtls: { mode: 'STRICT' },
});

const authorization = object(
  'security.istio.io/v1',
  'AuthorizationPolicy',
  'orders',
  {
    selector: { matchLabels: SELECTS_ORDERS },
    rules: [
      {
        from: [{ source: { namespaces: ['shop'] } }],
        to: [{ operation: { methods: ['GET'] } }],
      },
      {
        from: [
          { source: { requestPrincipals: ['https://login.example/ann'] } },
        ],
        when: [{ key: 'request.auth.claims[groups]', values: ['admins'] }],
      },
    ],
  },
);

const requestAuthentication = object(
  'security.istio.io/v1',
  'RequestAuthentication',
  'orders',
  {
    selector: { matchLabels: SELECTS_ORDERS },
    jwtRules: [
      {
        issuer: 'https://login.example',
        jwksUri: 'https://login.example/keys',
      },
    ],
  },
);

/** ztunnel carries everything in a tunnel to port 15008, which is all that the network opens of `orders`. */
export const ambient = [
  namespace('shop', { 'istio.io/dataplane-mode': 'ambient' }),
  deployment({ name: 'orders' }),
  deployment({ name: 'web' }),
  networkPolicy({ name: 'orders', of: 'orders', from: ['web'], port: 15_008 }),
];

/** `export` in `legacy` has no proxy; the network opens port 8080 of `orders` to it and to `web`. */
export const mesh = [
  namespace('shop', { 'istio-injection': 'enabled' }),
  namespace('legacy', {}),
  deployment({ name: 'orders' }),
  deployment({ name: 'web' }),
  deployment({ name: 'export', namespace: 'legacy' }),
  networkPolicy({
    name: 'orders',
    of: 'orders',
    from: ['web', 'export'],
    port: 8080,
  }),
  ordersService,
  strict,
  authorization,
  requestAuthentication,
];
