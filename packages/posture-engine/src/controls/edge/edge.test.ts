import {
  findingsOf,
  ExpectFindingsOptions,
} from '../../testing/expectFindings';
import { policy, sidecarPod } from '../../testing/meshManifests';
import { edge as control } from './edge';

function object(apiVersion: string, kind: string, name: string, spec: string) {
  const [namespace, own] = name.split('/');
  return `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: ${own}, namespace: ${namespace}}
spec: ${spec}
---`;
}

const ORDERS = `${sidecarPod({ labels: 'security.istio.io/tlsMode: istio' })}
${object(
  'v1',
  'Service',
  'shop/orders',
  '{selector: {app: orders}, ports: [{name: http, port: 80, targetPort: 8080}]}',
)}`;

/** The pods of Istio's own gateway. */
const INGRESS = `
apiVersion: v1
kind: Pod
metadata: {name: ingress-1, namespace: edge, creationTimestamp: "2026-05-01T00:00:00Z", labels: {istio: ingress}}
spec: {nodeName: node-1, serviceAccountName: ingress, containers: [{name: istio-proxy, image: proxyv2, args: [proxy, router]}]}
---`;

const server = (port: string, hosts: string, tls = '') =>
  `{port: {${port}}, hosts: [${hosts}]${tls && `, tls: {${tls}}`}}`;
const HTTP = 'number: 80, name: http, protocol: HTTP';
const HTTPS = 'number: 443, name: https, protocol: HTTPS';
const gateway = (...servers: string[]) =>
  object(
    'networking.istio.io/v1',
    'Gateway',
    'edge/public',
    `{selector: {istio: ingress}, servers: [${servers.join(', ')}]}`,
  );
const virtualService = (hosts = 'shop.example') =>
  object(
    'networking.istio.io/v1',
    'VirtualService',
    'shop/shop',
    `{hosts: [${hosts}], gateways: [edge/public], http: [{route: [{destination: {host: orders, port: {number: 80}}}]}]}`,
  );
const tls = (more = 'mode: SIMPLE') =>
  server(HTTPS, 'shop.example', `credentialName: cert, ${more}`);

function finding(
  manifests: string,
  options: Partial<ExpectFindingsOptions> = {},
) {
  const found = findingsOf({ control, manifests, ...options }).find(
    ({ subject }) => subject.name === 'orders',
  );
  if (!found) {
    throw new Error('orders was not judged');
  }
  return found;
}

function told(...manifests: string[]) {
  const { verdict, severity, message } = finding(manifests.join('\n'));
  return `${verdict === 'fail' ? severity : verdict}: ${message}`;
}

const STRICT = policy(
  'PeerAuthentication',
  'shop/default',
  '{mtls: {mode: STRICT}}',
);
const usual = (...parts: string[]) =>
  [ORDERS, INGRESS, STRICT, ...parts].join('\n');

describe('ED-1 the edge: Istio', () => {
  const jwt = object(
    'security.istio.io/v1',
    'RequestAuthentication',
    'edge/jwt',
    '{selector: {matchLabels: {istio: ingress}}, jwtRules: [{issuer: https://id.example}]}',
  );

  it('does not apply where no route leads to the workload', () => {
    expect(told(usual(gateway(tls())))).toBe(
      'not-applicable: No route of the edge leads to orders.',
    );
  });

  it('passes for HTTPS with a name, and says that nobody is asked who he is', () => {
    expect(told(usual(gateway(tls()), virtualService()))).toBe(
      'pass: The edge takes requests to orders only over TLS, for names that are meant: https://shop.example/. It asks no caller who he is, and neither does the mesh: whoever knows the name gets in.',
    );
  });

  it('fails for plain HTTP without a redirect, and tells the request that gets in', () => {
    const plain = usual(
      gateway(server(HTTP, 'shop.example'), tls()),
      virtualService(),
    );
    expect(finding(plain)).toMatchObject({
      verdict: 'fail',
      severity: 'medium',
      message:
        'Requests for shop.example reach orders without TLS: whoever is on their way reads and changes them.',
      witness: {
        from: 'anyone who reaches the edge',
        to: 'orders',
        port: 80,
        action: 'sends http://shop.example/, and it is served',
      },
      evidence: [
        { object: { name: 'public' }, field: 'spec.servers[0]' },
        {
          object: { name: 'shop' },
          field: 'spec.hosts',
          value: ['shop.example'],
        },
      ],
    });
    expect(
      told(
        usual(
          gateway(server(HTTP, 'shop.example', 'httpsRedirect: true'), tls()),
          virtualService(),
        ),
      ),
    ).toMatch(/^pass: /);
  });

  it('asks for the redirect host by host', () => {
    expect(
      told(
        usual(
          gateway(
            server(HTTP, 'shop.example', 'httpsRedirect: true'),
            server(HTTP, 'old.example'),
            tls(),
          ),
          virtualService('shop.example, old.example'),
        ),
      ),
    ).toBe(
      'medium: Requests for old.example reach orders without TLS: whoever is on their way reads and changes them.',
    );
  });

  it('fails for a TLS version below 1.2 that somebody wrote, and for no other', () => {
    const version = (value: string) =>
      told(
        usual(
          gateway(tls(`mode: SIMPLE, minProtocolVersion: ${value}`)),
          virtualService(),
        ),
      );
    expect(version('TLSV1_1')).toBe(
      'medium: Callers of orders may use TLS 1.1, which is broken: what they send for shop.example can be read.',
    );
    expect(version('TLSV1_0')).toMatch(/^medium: /);
    for (const good of ['TLS_AUTO', 'TLSV1_2', 'TLSV1_3']) {
      expect(version(good)).toMatch(/^pass: /);
    }
  });

  it('fails for any name at all, where neither the gateway nor the route names one', () => {
    const any = server(HTTPS, "'*'", 'mode: SIMPLE, credentialName: cert');
    expect(told(usual(gateway(any), virtualService("'*'")))).toBe(
      "low: Requests for any name at all reach orders through VirtualService shop/shop and Gateway edge/public, also for names that are nobody's.",
    );
    expect(told(usual(gateway(any), virtualService()))).toMatch(/^pass: /);
    expect(told(usual(gateway(tls()), virtualService("'*'")))).toMatch(
      /^pass: /,
    );
  });

  it('fails for a certificate that is asked for and not demanded, unless something else is', () => {
    const optional = gateway(tls('mode: OPTIONAL_MUTUAL'));
    expect(told(usual(optional, virtualService()))).toBe(
      'medium: Callers without a certificate reach orders all the same: the edge asks for one and demands none.',
    );
    expect(
      told(
        usual(
          optional,
          virtualService(),
          jwt,
          policy(
            'AuthorizationPolicy',
            'edge/users',
            "{rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}",
          ),
        ),
      ),
    ).toMatch(/^pass: /);
    expect(told(usual(gateway(tls('mode: MUTUAL')), virtualService()))).toMatch(
      /^pass: /,
    );
  });

  it('fails for tokens that the edge checks and does not demand', () => {
    const withTokens = (...parts: string[]) =>
      told(usual(gateway(tls()), virtualService(), jwt, ...parts));
    expect(withTokens()).toBe(
      'medium: A request without a token reaches orders through the edge, which checks tokens and demands none.',
    );
    expect(
      withTokens(
        policy(
          'AuthorizationPolicy',
          'edge/users',
          "{rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}",
        ),
      ),
    ).toMatch(/^pass: /);
    expect(
      withTokens(
        policy(
          'AuthorizationPolicy',
          'edge/ask',
          '{action: CUSTOM, provider: {name: sso}, rules: [{}]}',
        ),
      ),
    ).not.toMatch(/^medium: /);
  });

  it('does not apply where the gateway, or the mesh behind it, lets nothing in', () => {
    const shut =
      'not-applicable: Routes lead to orders, and the edge or the mesh lets nothing in by them.';
    const plain = [gateway(server(HTTP, 'shop.example')), virtualService()];
    expect(
      told(usual(...plain, policy('AuthorizationPolicy', 'edge/none', '{}'))),
    ).toBe(shut);
    expect(
      told(
        usual(
          ...plain,
          policy(
            'AuthorizationPolicy',
            'shop/orders',
            '{rules: [{from: [{source: {namespaces: [shop]}}]}]}',
          ),
        ),
      ),
    ).toBe(shut);
    expect(
      told(
        usual(
          ...plain,
          policy(
            'AuthorizationPolicy',
            'shop/orders',
            '{rules: [{from: [{source: {principals: [cluster.local/ns/edge/sa/ingress]}}]}]}',
          ),
        ),
      ),
    ).toMatch(/^medium: /);
  });

  it('cannot tell what a gateway asks whose filters somebody patches', () => {
    expect(
      told(
        usual(
          gateway(tls()),
          virtualService(),
          object(
            'networking.istio.io/v1alpha3',
            'EnvoyFilter',
            'edge/patch',
            '{configPatches: [{applyTo: FILTER_CHAIN, match: {context: GATEWAY}, patch: {operation: MERGE}}]}',
          ),
        ),
      ),
    ).toBe(
      'unknown: What the edge takes for orders cannot be told: EnvoyFilter edge/patch changes its proxy itself (FILTER_CHAIN, spec.configPatches[0]), and what that makes of policies and encryption is not read.',
    );
  });

  it('judges routes through gateways that are not in view by what they say', () => {
    const unseen = [ORDERS, virtualService()];
    expect(told(...unseen, gateway(server(HTTP, 'shop.example')))).toMatch(
      /^medium: /,
    );
    expect(told(...unseen, gateway(tls()))).toBe(
      'pass: The edge takes requests to orders only over TLS, for names that are meant: https://shop.example/. What it asks of callers beyond that is not seen here.',
    );
  });

  it('fails for a gateway between clusters that leads to whatever is named, where the workload denies nobody by default', () => {
    const eastWest = gateway(
      server(
        'number: 15443, name: tls, protocol: TLS',
        "'*.local'",
        'mode: AUTO_PASSTHROUGH',
      ),
    );
    expect(told(usual(eastWest))).toBe(
      'medium: Every client of the mesh, in whatever cluster, reaches all of orders through Gateway edge/public, where no policy applies, and orders refuses none of them.',
    );
    expect(
      told(
        usual(
          eastWest,
          policy(
            'AuthorizationPolicy',
            'shop/orders',
            '{rules: [{from: [{source: {namespaces: [shop]}}]}]}',
          ),
        ),
      ),
    ).toMatch(/^not-applicable: /);
    expect(
      told(usual(eastWest.replace("'*.local'", 'cart.shop.svc.cluster.local'))),
    ).toMatch(/^not-applicable: /);
  });

  const role = (subject: string, annotations = '') => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: gateways}
rules: [{apiGroups: [networking.istio.io], resources: [gateways], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: gateways, namespace: tools, annotations: {${annotations}}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: gateways}
subjects: [${subject}]
---`;

  it('fails where a workload may write Gateways, in whatever namespace, unless somebody has accepted it', () => {
    const account = '{kind: ServiceAccount, name: bot, namespace: tools}';
    const withRole = (...parts: string[]) =>
      told(usual(gateway(tls()), virtualService(), ...parts));
    expect(withRole(role(account))).toBe(
      'low: Beside those who run the edge, ServiceAccount tools/bot can change what it takes for orders: it may write Gateways.',
    );
    expect(
      withRole(
        role(
          '{kind: Group, name: system:authenticated, apiGroup: rbac.authorization.k8s.io}',
        ),
      ),
    ).toMatch(/^high: .* everybody who can sign in to the cluster /);
    expect(
      withRole(
        role(
          account,
          'zero-trust.backstage.io/may-act-as-workloads: it deploys',
        ),
      ),
    ).toMatch(/^pass: /);
  });
});

describe('ED-1 the edge: the Gateway API and others', () => {
  const listeners = (list: string) =>
    object(
      'gateway.networking.k8s.io/v1',
      'Gateway',
      'edge/public',
      `{gatewayClassName: other, listeners: [${list}]}`,
    );
  const secure = (more = '') =>
    `{name: https, port: 443, protocol: HTTPS, hostname: shop.example${more}}`;
  const ALL = ', allowedRoutes: {namespaces: {from: All}}';
  const FROM_SHOP =
    ', allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: shop}}}}';
  const route = (hostnames = ', hostnames: [shop.example]') =>
    object(
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'shop/orders',
      `{parentRefs: [{name: public, namespace: edge}]${hostnames}, rules: [{matches: [{path: {type: PathPrefix, value: /orders}}], backendRefs: [{name: orders, port: 80}]}]}`,
    );
  const NAMESPACE = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---`;

  it('counts only routes of namespaces that the listener takes', () => {
    expect(told(ORDERS, listeners(secure()), route())).toBe(
      'not-applicable: No route of the edge leads to orders.',
    );
    expect(told(ORDERS, listeners(secure(FROM_SHOP)), route())).toBe(
      'not-applicable: No route of the edge leads to orders.',
    );
    expect(told(ORDERS, NAMESPACE, listeners(secure(FROM_SHOP)), route())).toBe(
      'pass: The edge takes requests to orders only over TLS, for names that are meant: https://shop.example/orders. What it asks of callers beyond that is not seen here.',
    );
  });

  it('fails where routes of every namespace may attach', () => {
    expect(told(ORDERS, listeners(secure(ALL)), route())).toBe(
      'low: Whoever may create a route in any namespace can draw requests for shop.example away from orders, and read them.',
    );
  });

  it('fails for a route that hangs on a plain listener too', () => {
    expect(
      told(
        ORDERS,
        NAMESPACE,
        listeners(
          `{name: http, port: 80, protocol: HTTP${FROM_SHOP}}, ${secure(
            FROM_SHOP,
          )}`,
        ),
        route(),
      ),
    ).toBe(
      'medium: Requests for shop.example reach orders without TLS: whoever is on their way reads and changes them.',
    );
  });

  it('reads the listeners of a ListenerSet that the Gateway admits', () => {
    const set = (from: string) =>
      `${object(
        'gateway.networking.k8s.io/v1',
        'ListenerSet',
        'shop/more',
        '{parentRef: {name: public, namespace: edge}, listeners: [{name: http, port: 80, protocol: HTTP}]}',
      )}${listeners(secure()).replace(
        'listeners: [',
        `allowedListeners: {namespaces: {from: ${from}}}, listeners: [`,
      )}${route().replace(
        'name: public, namespace: edge',
        'kind: ListenerSet, name: more',
      )}`;
    expect(told(ORDERS, set('All'))).toMatch(/^medium: /);
    expect(told(ORDERS, set('None'))).toMatch(/^not-applicable: /);
  });

  it('fails where bad certificates are taken too', () => {
    expect(
      told(
        ORDERS,
        NAMESPACE,
        listeners(secure(FROM_SHOP)).replace(
          'listeners: [',
          'tls: {frontend: {default: {validation: {mode: AllowInsecureFallback}}}}, listeners: [',
        ),
        route(),
      ),
    ).toBe(
      'medium: Callers without a certificate reach orders all the same: the edge asks for one and demands none.',
    );
  });

  it('follows a backend of another namespace only by a ReferenceGrant', () => {
    const foreign = object(
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'edge/orders',
      '{parentRefs: [{name: public}], hostnames: [shop.example], rules: [{backendRefs: [{name: orders, namespace: shop, port: 80}]}]}',
    );
    const grant = object(
      'gateway.networking.k8s.io/v1beta1',
      'ReferenceGrant',
      'shop/edge',
      "{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge}], to: [{group: '', kind: Service}]}",
    );
    const plain = listeners('{name: http, port: 80, protocol: HTTP}');
    expect(told(ORDERS, plain, foreign)).toMatch(/^not-applicable: /);
    expect(told(ORDERS, plain, foreign, grant)).toMatch(/^medium: /);
  });

  it('judges an Ingress by host', () => {
    const ingress = (hosts: string) =>
      object(
        'networking.k8s.io/v1',
        'Ingress',
        'shop/shop',
        `{tls: [{hosts: [shop.example], secretName: cert}], rules: [${hosts
          .split(' ')
          .map(
            host =>
              `{${
                host === '*' ? '' : `host: ${host}, `
              }http: {paths: [{path: /, backend: {service: {name: orders, port: {number: 80}}}}]}}`,
          )
          .join(', ')}]}`,
      );
    expect(told(ORDERS, ingress('shop.example'))).toMatch(/^pass: /);
    expect(told(ORDERS, ingress('shop.example old.example'))).toBe(
      'medium: Requests for old.example reach orders without TLS: whoever is on their way reads and changes them.',
    );
    expect(told(ORDERS, ingress('*'))).toMatch(/^medium: .* any name /);
  });

  it('is unknown where the Gateway cannot be seen', () => {
    const unseen = finding(`${ORDERS}${route()}`, {
      coverage: { Gateway: { state: 'forbidden', verb: 'list' } },
    });
    expect(unseen).toMatchObject({
      verdict: 'unknown',
      missing: [
        {
          verb: 'list',
          group: 'gateway.networking.k8s.io',
          resource: 'gateways',
        },
      ],
    });
  });
});
