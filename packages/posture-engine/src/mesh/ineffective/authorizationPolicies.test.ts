import {
  ineffectiveInMesh,
  meshObject,
  saidInMesh,
} from '../../testing/ineffectiveMesh';

const rules = (name: string, spec: string, options = {}) =>
  meshObject('AuthorizationPolicy', name, spec, options);
const of = (app: string) => `selector: { matchLabels: { app: ${app} } }`;
const WEB =
  'from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }]';
const service = (namespace: string, app: string, labels: string) => `
apiVersion: v1
kind: Service
metadata: { name: ${app}-l7, namespace: ${namespace}, labels: { ${labels} } }
spec: { selector: { app: ${app} }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`;
const waypoint = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: stock }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
`;

describe('AuthorizationPolicies that nobody reads', () => {
  it('are not those that some proxy enforces, a default deny among them', () => {
    expect(
      saidInMesh([
        rules('istio-system/nobody', '{}'),
        rules('shop/orders', `{ ${of('orders')}, rules: [{ ${WEB} }] }`),
        rules(
          'stock/items',
          `{ ${of(
            'items',
          )}, action: DENY, rules: [{ to: [{ operation: { ports: ["8080"] } }] }] }`,
        ),
      ]),
    ).toEqual([]);
  });

  it('are dry runs', () => {
    expect(
      saidInMesh([
        rules('shop/orders', `{ rules: [{ ${WEB} }] }`, {
          annotations: 'istio.io/dry-run: "true"',
        }),
      ]),
    ).toEqual([
      'orders spec: it is a dry run: the proxies write down what it would refuse, and refuse nothing',
    ]);
  });

  it('are those that select nobody, or only what is outside of the mesh', () => {
    expect(
      saidInMesh([
        rules('shop/gone', `{ ${of('gone')} }`),
        rules('old/batch', `{ ${of('batch')} }`),
      ]),
    ).toEqual([
      "batch spec: it selects only pods that are outside of Istio's mesh",
      'gone spec: it selects no pod of namespace shop',
    ]);
  });

  it('are those whose target is not there, or is read by no proxy before it', () => {
    const target = (name: string, reference: string) =>
      rules(name, `{ targetRefs: [${reference}], rules: [{ ${WEB} }] }`);
    expect(
      saidInMesh([
        target('shop/sidecars', '{ kind: Service, name: orders }'),
        target('shop/gone', '{ kind: Service, name: gone }'),
        target(
          'shop/route',
          '{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: orders }',
        ),
        target(
          'shop/gateway',
          '{ group: networking.istio.io, kind: Gateway, name: edge }',
        ),
        target(
          'shop/class',
          '{ group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint }',
        ),
        target(
          'istio-system/class',
          '{ group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint }',
        ),
        target('stock/items', '{ kind: Service, name: items }'),
        target('old/batch', '{ kind: Service, name: batch }'),
      ]),
    ).toEqual([
      'class spec: no waypoint stands before any pod in view',
      'batch spec: no pod of the mesh stands behind Service old/batch',
      'class spec: a GatewayClass as target counts only in the root namespace, istio-system',
      "gateway spec: a target of kind Gateway is one of the Gateway API, and never Istio's own",
      'gone spec: no Service gone is in view in namespace shop',
      'route spec: no proxy reads a target of kind HTTPRoute',
      'sidecars spec: targetRefs are read by gateways and waypoints alone, and these pods have sidecars',
      'items spec: no waypoint stands before Service items, and ztunnel reads no targetRefs',
    ]);
  });

  it('are read by a waypoint that stands, and a target beside that is not there is told', () => {
    const used = service('stock', 'items', 'istio.io/use-waypoint: waypoint');
    expect(
      saidInMesh([
        waypoint,
        used,
        rules(
          'stock/l7',
          '{ targetRefs: [{ kind: Service, name: items-l7 }, { kind: Service, name: gone }], rules: [{ to: [{ operation: { methods: [GET] } }] }] }',
        ),
        rules(
          'istio-system/class',
          '{ targetRefs: [{ group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint }] }',
        ),
      ]),
    ).toEqual([
      'l7 spec.targetRefs[1]: no Service gone is in view in namespace stock',
    ]);
    expect(
      saidInMesh([
        waypoint,
        rules(
          'stock/l7',
          '{ targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: waypoint }] }',
        ),
      ]),
    ).toEqual([
      'l7 spec: no pod of ambient and no Service before one uses waypoint stock/waypoint',
    ]);
  });

  it('are those that ztunnel never gets', () => {
    expect(
      saidInMesh([
        rules('stock/audit', '{ action: AUDIT, rules: [{}] }'),
        rules('stock/empty', '{ selector: {}, rules: [] }'),
      ]),
    ).toEqual([
      'audit spec: ztunnel never gets a policy with action AUDIT, and it selects pods of ambient alone',
      'empty spec: its selector has no matchLabels, for which ztunnel selects no pod',
    ]);
  });

  it('are not told where what would read them could not be seen', () => {
    const gone = rules(
      'shop/gone',
      '{ targetRefs: [{ kind: Service, name: gone }] }',
    );
    for (const kind of ['Pod', 'Service'] as const) {
      expect(
        saidInMesh([gone], {
          coverage: { [kind]: { state: 'forbidden', verb: 'list' } },
        }),
      ).toEqual([]);
    }
  });
});

describe('rules that change nothing', () => {
  const orders = (body: string, action = 'ALLOW') =>
    rules(
      'shop/orders',
      `{ ${of('orders')}, action: ${action}, rules: [${body}] }`,
    );
  const items = (body: string, action = 'ALLOW') =>
    rules('stock/items', `{ action: ${action}, rules: [${body}] }`);

  it('name callers that nobody is, alone or among others', () => {
    expect(
      saidInMesh([
        orders(
          '{ from: [{ source: { principals: [cluster.local/ns/gone/sa/web] } }] }, ' +
            '{ from: [{ source: { namespaces: [gone] } }, { source: { serviceAccounts: [web] } }] }, ' +
            '{ from: [{ source: { serviceAccounts: [web, kart] } }], to: [{ operation: { methods: [PUT] } }] }, ' +
            '{ when: [{ key: source.principal, values: [cluster.local/ns/shop/sa/kart] }] }',
        ),
      ]),
    ).toEqual([
      'orders spec.rules[0]: no namespace gone is in view',
      'orders spec.rules[1].from[0]: no namespace gone is in view',
      'orders spec.rules[2].from[0].source.serviceAccounts[1]: namespace shop has no ServiceAccount kart',
      'orders spec.rules[3]: namespace shop has no ServiceAccount kart',
    ]);
  });

  it('name callers that are in no mesh, and so have no identity', () => {
    const [found] = ineffectiveInMesh([
      orders(
        '{ from: [{ source: { principals: [cluster.local/ns/old/sa/batch] } }] }',
      ),
    ]);
    expect(found.because).toBe(
      "only pods outside of Istio's mesh run as ServiceAccount old/batch, and have no identity to show",
    );
    expect(found.provenBy[0]).toEqual({
      object: expect.objectContaining({ name: 'orders' }),
      field: 'spec.rules[0].from[0].source.principals',
    });
  });

  it('ask of ztunnel what only a proxy of HTTP can read', () => {
    expect(
      saidInMesh([
        items(
          '{ to: [{ operation: { methods: [GET] } }] }, { to: [{ operation: { ports: ["8080"] } }] }',
        ),
        items('{ to: [{ operation: { paths: [/admin] } }] }', 'DENY').replace(
          'name: items',
          'name: paths',
        ),
      ]),
    ).toEqual([
      'items spec.rules[0]: ztunnel reads no HTTP, and drops an ALLOW rule that asks for it',
      'paths spec.rules[0]: it leaves nothing that ztunnel could read, and so matches nothing there',
    ]);
  });

  it('hold keys or values that Istio drops the rule for', () => {
    expect(
      saidInMesh([
        orders(
          '{ when: [{ key: source.pod, values: [web] }] }, { to: [{ operation: { ports: [http] } }] }',
        ),
      ]),
    ).toEqual([
      'orders spec.rules[0]: Istio knows no key source.pod, and drops a rule that asks for it',
      'orders spec.rules[1]: Istio cannot read "http", and drops an ALLOW rule for that',
    ]);
  });

  it('ask for HTTP where no port is read as such', () => {
    expect(
      saidInMesh([
        orders('{ to: [{ operation: { methods: [GET] } }] }'),
        `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: tcp, port: 80, targetPort: 8080 }] }
`,
      ]),
    ).toEqual([
      'orders spec.rules[0]: no port of the pods that it is for is read as HTTP, and there a rule that asks for HTTP is dropped',
    ]);
  });

  it('are allowed by a wider rule, wherever that stands, or refused by one', () => {
    expect(
      saidInMesh([
        orders(
          `{ ${WEB}, to: [{ operation: { methods: [GET] } }] }, { ${WEB} }`,
        ),
      ]),
    ).toEqual([
      'orders spec.rules[0]: rule 2 of AuthorizationPolicy shop/orders allows all of it',
    ]);
    expect(
      saidInMesh([
        orders(`{ ${WEB} }`),
        rules(
          'shop/all',
          '{ rules: [{ from: [{ source: { namespaces: [shop] } }] }] }',
        ),
      ]),
    ).toEqual([
      'orders spec.rules[0]: rule 1 of AuthorizationPolicy shop/all allows all of it',
    ]);
    expect(
      saidInMesh([
        orders(`{ ${WEB} }`),
        rules('istio-system/stop', '{ action: DENY, rules: [{}] }'),
      ]),
    ).toEqual([
      'orders spec.rules[0]: rule 1 of AuthorizationPolicy istio-system/stop refuses all of it before',
    ]);
  });

  it('that say the same twice are one too many, and it is the later one', () => {
    expect(
      saidInMesh([
        rules('shop/a', `{ rules: [{ ${WEB} }] }`, { day: 3 }),
        rules('shop/b', `{ rules: [{ ${WEB} }] }`, { day: 2 }),
      ]),
    ).toEqual([
      'a spec.rules[0]: rule 1 of AuthorizationPolicy shop/b allows all of it',
    ]);
  });

  it('are not covered by what holds for other pods, or is dropped where they hold', () => {
    expect(
      saidInMesh([
        rules('shop/all', `{ rules: [{ ${WEB} }] }`),
        orders('{ from: [{ source: { namespaces: [shop] } }] }'),
      ]),
    ).toEqual([]);
    expect(
      saidInMesh([
        rules(
          'istio-system/get',
          `{ action: DENY, rules: [{ to: [{ operation: { methods: [GET] } }] }] }`,
        ),
        items('{ to: [{ operation: { ports: ["8080"] } }] }', 'DENY'),
      ]),
    ).toEqual([]);
  });

  it('name ports that no container has', () => {
    expect(
      saidInMesh([
        orders(`{ ${WEB}, to: [{ operation: { ports: ["80", "8080"] } }] }`),
      ]),
    ).toEqual([
      'orders spec.rules[0].to[0].operation.ports[0]: 80 is a port of Service shop/orders, and ports of containers are meant here: that one leads to 8080',
    ]);
  });
});
