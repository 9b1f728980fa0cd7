import { expectFindings, findingsOf } from '../../testing/expectFindings';
import { exposure as control } from './exposure';

function orders(spec = '', ports = '{containerPort: 8080}') {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  template:
    metadata: {labels: {app: orders}}
    spec: {${spec}containers: [{name: app, ports: [${ports}]}]}
`;
}

function service(spec: string, annotations = '') {
  return `
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop, annotations: {${annotations}}}
spec: {selector: {app: orders}, ports: [{port: 80}], ${spec}}
`;
}

function object(apiVersion: string, kind: string, name: string, spec: string) {
  return `
---
apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: ${name}, namespace: shop}
spec: ${spec}
`;
}

function found(...manifests: string[]) {
  const [{ verdict, severity, message }] = findingsOf({
    control,
    manifests: manifests.join(''),
  });
  return verdict === 'fail'
    ? `${severity}: ${message}`
    : `${verdict}: ${message}`;
}

const inside =
  'pass: Nothing leads to orders from outside the cluster: no load balancer, node port, host port, external address or route of the edge.';

describe('NW-8 exposure: straight to the pods', () => {
  it('passes where nothing leads in', () => {
    expect(found(orders())).toBe(inside);
    expect(found(orders(), service('type: ClusterIP'))).toBe(inside);
  });

  it('fails for a load balancer, with the way in', () => {
    expectFindings(
      { control, manifests: orders() + service('type: LoadBalancer') },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'fail',
          severity: 'high',
          message: 'The internet can call port 80 of orders directly.',
          witness: { from: 'the internet', to: 'orders', port: 80 },
          evidence: [
            {
              object: {
                apiVersion: 'v1',
                kind: 'Service',
                namespace: 'shop',
                name: 'orders',
              },
              field: 'spec.type',
              value: 'LoadBalancer',
            },
          ],
        },
      ],
    );
  });

  it('does not count a load balancer that selects other pods', () => {
    expect(
      found(
        orders(),
        service('type: LoadBalancer').replace('app: orders', 'app: web'),
      ),
    ).toBe(inside);
  });

  it('is unknown beside a Service without a selector that leads in, since its endpoints may be any pod', () => {
    const without = (spec: string) =>
      found(orders(), service(spec).replace('{app: orders}', '{}'));
    for (const spec of [
      'type: LoadBalancer',
      'type: NodePort',
      'externalIPs: [192.0.2.1]',
    ]) {
      expect(without(spec)).toBe(
        'unknown: Whether Service shop/orders leads to orders cannot be told: it can be reached from outside, and it has no selector but endpoints of its own, which are not read.',
      );
    }
    expect(without('type: ClusterIP')).toBe(inside);
  });

  it('reads a null label as the empty text that it is to the API server, in pods and in selectors', () => {
    expect(
      found(
        orders().replace('app: orders', 'app: null'),
        service('type: LoadBalancer').replace('app: orders', 'app: null'),
      ).slice(0, 5),
    ).toBe('high:');
  });

  it('passes for a load balancer that admits certain networks and opens no node ports', () => {
    expect(
      found(
        orders(),
        service(
          'type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24], allocateLoadBalancerNodePorts: false',
        ),
      ),
    ).toBe(
      'pass: From outside, orders is reached only through the load balancer of Service shop/orders, open to 192.0.2.0/24 only.',
    );
  });

  it('says that source ranges do not guard the node ports of a load balancer', () => {
    expect(
      found(
        orders(),
        service('type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24]'),
      ),
    ).toBe(
      'low: Anyone who reaches the network of the nodes can call orders past the source ranges of its load balancer.',
    );
  });

  it('knows that a node port asked for by number is opened, allocated by itself or not', () => {
    expect(
      found(
        orders(),
        service(
          'type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24], allocateLoadBalancerNodePorts: false',
        ).replace('{port: 80}', '{port: 80, nodePort: 30080}'),
      ).slice(0, 4),
    ).toBe('low:');
  });

  it.each([
    ['0.0.0.0/1, 128.0.0.0/1'],
    ['8.0.0.0/8, 9.0.0.0/8'],
    ['"2600::/12"'],
    ['"::ffff:0:0/96"'],
    ['anybody'],
  ])('takes source ranges of half the world as none: %s', ranges => {
    expect(
      found(
        orders(),
        service(
          `type: LoadBalancer, loadBalancerSourceRanges: [${ranges}], allocateLoadBalancerNodePorts: false`,
        ),
      ),
    ).toMatch(/^high: The internet can call/);
  });

  it('takes source ranges for everybody as none', () => {
    expect(
      found(
        orders(),
        service(
          'type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24, 0.0.0.0/0]',
        ),
      ),
    ).toMatch(/^high: The internet/);
    expect(
      found(
        orders(),
        service(
          'type: LoadBalancer, allocateLoadBalancerNodePorts: false',
          "service.beta.kubernetes.io/load-balancer-source-ranges: '192.0.2.0/24, 198.51.100.0/24'",
        ),
      ),
    ).toMatch(/^pass/);
  });

  it('is milder for a load balancer that its provider keeps inside', () => {
    expect(
      found(
        orders(),
        service(
          'type: LoadBalancer',
          "service.beta.kubernetes.io/azure-load-balancer-internal: 'true'",
        ),
      ),
    ).toBe(
      'medium: Everything in the private network around the cluster can call port 80 of orders directly.',
    );
    expect(
      found(
        orders(),
        service(
          'type: LoadBalancer',
          "service.beta.kubernetes.io/azure-load-balancer-internal: 'false'",
        ),
      ),
    ).toMatch(/^high/);
  });

  it('fails for node ports, external addresses, host ports and the network of the host', () => {
    expect(found(orders(), service('type: NodePort'))).toBe(
      'medium: Anyone who reaches the network of the nodes can call port 80 of orders through a port of every node.',
    );
    expect(found(orders(), service('externalIPs: [192.0.2.7]'))).toBe(
      'medium: Anyone who reaches 192.0.2.7 can call port 80 of orders directly.',
    );
    expect(found(orders('', '{containerPort: 8080, hostPort: 80}'))).toBe(
      'medium: Anyone who reaches the network of the nodes can call orders on port 80 of its node.',
    );
    expect(found(orders('hostNetwork: true, '))).toBe(
      'high: Anyone who reaches the network of the nodes can call every port that orders listens on.',
    );
  });

  it('does not count a host port on the loopback address', () => {
    expect(
      found(
        orders('', '{containerPort: 8080, hostPort: 80, hostIP: 127.0.0.1}'),
      ),
    ).toBe(inside);
  });

  it('says the worst first, and the others too', () => {
    expect(
      found(
        orders('', '{containerPort: 8080, hostPort: 80}'),
        service('type: LoadBalancer'),
      ),
    ).toBe(
      'high: The internet can call port 80 of orders directly. Anyone who reaches the network of the nodes can call orders on port 80 of its node.',
    );
  });
});

describe('NW-8 exposure: straight to the pods, past network policies', () => {
  const policy = (ingress: string) =>
    object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'orders',
      `{podSelector: {matchLabels: {app: orders}}, ingress: [${ingress}]}`,
    );
  const onlyWeb = policy('{from: [{podSelector: {matchLabels: {app: web}}}]}');
  const balancer = service('type: LoadBalancer, externalTrafficPolicy: Local');

  it('passes where policies shut out what keeps its own address', () => {
    for (const manifests of [
      [orders(), balancer, onlyWeb],
      [
        orders(),
        balancer,
        policy('{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 9090}]}'),
      ],
    ]) {
      expect(found(...manifests)).toBe(
        'pass: Nothing reaches orders from outside the cluster. No network policy lets in what comes from outside through the load balancer of Service shop/orders, provided that the network of the cluster enforces network policies, which nothing here shows.',
      );
    }
    expect(
      found(orders('', '{containerPort: 8080, hostPort: 80}'), onlyWeb),
    ).toBe(
      'pass: Nothing reaches orders from outside the cluster. No network policy lets in what comes from outside through host port 80 of Deployment shop/orders, provided that the network of the cluster enforces network policies, which nothing here shows.',
    );
  });

  it('names the addresses that policies let in', () => {
    expect(
      found(
        orders(),
        balancer,
        policy(
          '{from: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 80}]}',
        ),
      ),
    ).toBe(
      'pass: From outside, orders is reached only through the load balancer of Service shop/orders, from which network policies let only 203.0.113.0/24 in, provided that the network of the cluster enforces network policies, which nothing here shows.',
    );
  });

  it('fails where policies let everybody in, by target ports and names', () => {
    const open = policy(
      '{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}], ports: [{port: web}]}',
    );
    const target = 'targetPort: web';
    expect(
      found(
        orders('', '{name: web, containerPort: 8080}'),
        balancer.replace('{port: 80}', `{port: 80, ${target}}`),
        open,
      ),
    ).toBe('high: The internet can call port 80 of orders directly.');
  });

  it('is milder where policies may see a node instead of the caller', () => {
    expectFindings(
      {
        control,
        manifests: orders() + service('type: LoadBalancer') + onlyWeb,
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'fail',
          severity: 'medium',
          message:
            'The internet may be able to call port 80 of orders directly.',
          because:
            "Service shop/orders is of type LoadBalancer, and neither source ranges nor an annotation of the provider that is known here keep it private. No network policy lets addresses outside in, but externalTrafficPolicy is not Local, so they mostly see the address of a node instead of the caller's, and the node of the pod itself always gets in.",
        },
      ],
    );
    expect(
      found(orders(), service('type: NodePort'), onlyWeb).slice(0, 4),
    ).toBe('low:');
  });

  it('does not trust a private range before a load balancer, which may call under its own address', () => {
    expect(
      found(
        orders(),
        balancer,
        policy('{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}'),
      ),
    ).toBe(
      'medium: The internet may be able to call port 80 of orders directly.',
    );
  });

  it('asks the policies of every kind and tier', () => {
    const accept = object(
      'policy.networking.k8s.io/v1alpha2',
      'ClusterNetworkPolicy',
      'isolate',
      '{tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}',
    ).replace(', namespace: shop', '');
    expect(found(orders(), balancer, accept).slice(0, 5)).toBe('high:');
    const cilium = object(
      'cilium.io/v2',
      'CiliumNetworkPolicy',
      'orders',
      '{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}',
    );
    expect(found(orders(), balancer, cilium)).toMatch(
      /^pass: Nothing reaches orders .*, provided that the network of the cluster enforces/,
    );
    const admin = accept.replace('action: Deny, ', 'action: Pass, ');
    expect(found(orders(), balancer, cilium, admin)).toMatch(
      /^unknown: Whether network policies stop what comes through the load balancer of Service shop\/orders cannot be told: /,
    );
  });

  it('is unknown where policies were not seen that could stop what keeps its address', () => {
    expectFindings(
      {
        control,
        manifests: orders() + balancer,
        coverage: { NetworkPolicy: { state: 'forbidden', verb: 'list' } },
      },
      [{ of: 'Deployment shop/orders', verdict: 'unknown' }],
    );
  });
});

describe('NW-8 exposure: through the edge', () => {
  const rules =
    'rules: [{host: shop.example, http: {paths: [{backend: {service: {name: orders, port: {number: 80}}}}]}}]';
  const ingress = (tls: string) =>
    object('networking.k8s.io/v1', 'Ingress', 'shop', `{${rules}${tls}}`);

  it('passes for an Ingress with a certificate for the host, and names it', () => {
    for (const hosts of ['[shop.example]', "['*.example']", '[]']) {
      expect(
        found(
          orders(),
          service(''),
          ingress(`, tls: [{hosts: ${hosts}, secretName: cert}]`),
        ),
      ).toBe(
        'pass: From outside, orders is reached only through Ingress shop/shop, which demands TLS.',
      );
    }
  });

  it('fails for an Ingress without one', () => {
    for (const tls of ['', ', tls: [{hosts: [other.example]}]']) {
      expect(found(orders(), service(''), ingress(tls))).toBe(
        'medium: Requests to orders through Ingress shop/shop can be read and changed on their way to the edge: it also takes them without TLS.',
      );
    }
  });

  it('fails for an Ingress that is told to serve without TLS too', () => {
    const told = (annotations: string) =>
      found(
        orders(),
        service(''),
        ingress(', tls: [{hosts: [shop.example]}]').replace(
          'namespace: shop',
          `namespace: shop, annotations: {${annotations}}`,
        ),
      ).slice(0, 6);
    const off = 'nginx.ingress.kubernetes.io/ssl-redirect: "false"';
    expect(told(off)).toBe('medium');
    expect(
      told(`${off}, nginx.ingress.kubernetes.io/force-ssl-redirect: "true"`),
    ).toBe('pass: ');
    expect(told('nginx.ingress.kubernetes.io/ssl-redirect: "true"')).toBe(
      'pass: ',
    );
  });

  it('follows an ExternalName of the namespace to the Service that it is another name for', () => {
    const alias = `
---
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: shop}
spec: {type: ExternalName, externalName: orders.shop.svc.cluster.local}
`;
    expect(
      found(
        orders(),
        service(''),
        alias,
        ingress('').replace('name: orders', 'name: alias'),
      ).slice(0, 6),
    ).toBe('medium');
  });

  it('follows an ExternalName of another namespace, and a name for such a name', () => {
    const alias = (name: string, host: string) => `
---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: edge}
spec: {type: ExternalName, externalName: ${host}}
`;
    const inEdge = (backend: string) =>
      ingress('')
        .replace('name: orders', `name: ${backend}`)
        .replace('namespace: shop', 'namespace: edge');
    const aliases =
      alias('alias', 'orders.shop.svc.cluster.local.') +
      alias('again', 'alias') +
      alias('other', 'orders.other.svc.cluster.local');
    const through = (backend: string) =>
      found(orders(), service(''), aliases, inEdge(backend));
    for (const backend of ['alias', 'again']) {
      expect(through(backend)).toBe(
        'medium: Requests to orders through Ingress edge/shop can be read and changed on their way to the edge: it also takes them without TLS.',
      );
    }
    expect(through('other')).toBe(inside);
  });

  it('does not follow the selector of an ExternalName, which has no endpoints', () => {
    expect(
      found(
        orders(),
        service('type: ExternalName, externalName: shop.example'),
        ingress(''),
      ),
    ).toBe(inside);
  });

  const gateway = (listeners: string, rest = '') =>
    object(
      'gateway.networking.k8s.io/v1',
      'Gateway',
      'edge',
      `{gatewayClassName: public${rest}, listeners: [${listeners}]}`,
    );
  const http = '{name: web, port: 80, protocol: HTTP}';
  const https = '{name: secure, port: 443, protocol: HTTPS}';
  const route = (parent = '{name: edge}', kind = 'HTTPRoute') =>
    object(
      'gateway.networking.k8s.io/v1',
      kind,
      'shop',
      `{hostnames: [shop.example], parentRefs: [${parent}], rules: [{backendRefs: [{name: orders, port: 80}]}]}`,
    );

  it('asks the listeners of the Gateway that a route attaches to', () => {
    const through = (...parts: string[]) =>
      found(orders(), service(''), ...parts).slice(0, 6);
    expect(through(gateway(https), route())).toBe('pass: ');
    expect(through(gateway(`${http}, ${https}`), route())).toBe('medium');
    expect(
      through(
        gateway(`${http}, ${https}`),
        route('{name: edge, sectionName: secure}'),
      ),
    ).toBe('pass: ');
    expect(
      through(gateway(`${http}, ${https}`), route('{name: edge, port: 443}')),
    ).toBe('pass: ');
    expect(
      through(
        gateway(
          `{name: other, port: 80, protocol: HTTP, hostname: other.example}, ${https}`,
        ),
        route(),
      ),
    ).toBe('pass: ');
    expect(
      through(
        gateway('{name: db, port: 5432, protocol: TCP}'),
        route('{name: edge}', 'TCPRoute').replace('/v1\n', '/v1alpha2\n'),
      ),
    ).toBe('medium');
  });

  it('follows a route to the host name or the import of a Service', () => {
    for (const backend of [
      'group: networking.istio.io, kind: Hostname, name: orders.shop.svc.cluster.local',
      'group: multicluster.x-k8s.io, kind: ServiceImport, name: orders',
    ]) {
      expect(
        found(
          orders(),
          service(''),
          gateway(http),
          route().replace('{name: orders, port: 80}', `{${backend}, port: 80}`),
        ).slice(0, 6),
      ).toBe('medium');
    }
  });

  it('does not count routes of the mesh', () => {
    expect(
      found(
        orders(),
        service(''),
        route("{kind: Service, group: '', name: orders}"),
      ),
    ).toBe(inside);
    expect(
      found(
        orders(),
        service(''),
        gateway(http).replace('public', 'istio-waypoint'),
        route(),
      ),
    ).toBe(inside);
  });

  it('is unknown where the Gateway cannot be seen, with the right that is missing', () => {
    expect(found(orders(), service(''), route())).toBe(
      'unknown: Whether HTTPRoute shop/shop, which leads to orders, demands TLS cannot be told: in test, Gateway shop/edge is not there to say.',
    );
    expectFindings(
      {
        control,
        manifests: orders() + service('') + route(),
        coverage: { Gateway: { state: 'forbidden', verb: 'list' } },
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'unknown',
          missing: [
            {
              verb: 'list',
              group: 'gateway.networking.k8s.io',
              resource: 'gateways',
            },
          ],
        },
      ],
    );
  });

  it('does not need Gateways for a service that no route leads to', () => {
    expectFindings(
      {
        control,
        manifests: orders(),
        coverage: { Gateway: { state: 'forbidden', verb: 'list' } },
      },
      [{ of: 'Deployment shop/orders', verdict: 'pass' }],
    );
  });

  const istioGateway = (server: string) =>
    object(
      'networking.istio.io/v1',
      'Gateway',
      'edge',
      `{selector: {istio: ingress}, servers: [${server}]}`,
    );
  const virtualService = (gateways: string, host = 'orders') =>
    object(
      'networking.istio.io/v1',
      'VirtualService',
      'shop',
      `{hosts: [shop.example], gateways: [${gateways}], http: [{route: [{destination: {host: ${host}}}]}]}`,
    );

  it('asks the servers of an Istio Gateway that a VirtualService names', () => {
    const through = (...parts: string[]) =>
      found(orders(), service(''), ...parts).slice(0, 6);
    const plain = "port: {number: 80, protocol: HTTP}, hosts: ['*']";
    const tls =
      "{port: {number: 443, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE}}";
    expect(through(istioGateway(`{${plain}}`), virtualService('edge'))).toBe(
      'medium',
    );
    expect(
      through(
        istioGateway(`{${plain}, tls: {httpsRedirect: true}}, ${tls}`),
        virtualService('shop/edge', 'orders.shop.svc.cluster.local'),
      ),
    ).toBe('pass: ');
    expect(through(istioGateway(`{${plain}}`), virtualService('mesh'))).toBe(
      'pass: ',
    );
    expect(through(virtualService('edge'))).toBe('unknow');
  });

  it('follows a VirtualService to the one that it delegates to, and to where it sends copies', () => {
    const open = istioGateway(
      "{port: {number: 80, protocol: HTTP}, hosts: ['*']}",
    );
    const atGateway = (routes: string) =>
      object(
        'networking.istio.io/v1',
        'VirtualService',
        'root',
        `{hosts: [shop.example], gateways: [edge], http: [${routes}]}`,
      );
    const through = (...parts: string[]) =>
      found(orders(), service(''), open, ...parts).slice(0, 6);
    const delegate = object(
      'networking.istio.io/v1',
      'VirtualService',
      'shop',
      '{http: [{route: [{destination: {host: orders}}]}]}',
    );
    expect(through(delegate)).toBe('pass: ');
    expect(through(delegate, atGateway('{delegate: {name: shop}}'))).toBe(
      'medium',
    );
    expect(through(atGateway('{mirror: {host: orders}}'))).toBe('medium');
    expect(
      through(atGateway('{mirrors: [{destination: {host: orders}}]}')),
    ).toBe('medium');
  });

  it('asks an OpenShift Route', () => {
    const through = (tls: string) =>
      found(
        orders(),
        service(''),
        object(
          'route.openshift.io/v1',
          'Route',
          'shop',
          `{host: shop.example, to: {kind: Service, name: orders}${tls}}`,
        ),
      ).slice(0, 6);
    expect(through('')).toBe('medium');
    expect(through(', tls: {termination: edge}')).toBe('pass: ');
    expect(
      through(
        ', tls: {termination: edge, insecureEdgeTerminationPolicy: Allow}',
      ),
    ).toBe('medium');
  });

  it('is unknown where routes may not be listed', () => {
    expectFindings(
      {
        control,
        manifests: orders(),
        coverage: {
          Ingress: { state: 'forbidden', verb: 'list' },
          HTTPRoute: { state: 'failed', reason: 'timed out' },
        },
      },
      [
        {
          of: 'Deployment shop/orders',
          verdict: 'unknown',
          message:
            'Cannot be told: in test, listing ingresses is forbidden: grant the verb "list"; httproutes could not be listed: timed out.',
        },
      ],
    );
  });
});
