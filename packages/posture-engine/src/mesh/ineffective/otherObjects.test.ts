import { meshObject, saidInMesh } from '../../testing/ineffectiveMesh';

const WEB_HOST = 'web.shop.svc.cluster.local';

describe('RequestAuthentications without an effect', () => {
  const JWT = 'jwtRules: [{ issuer: https://id.example }]';
  const tokens = (name: string, spec: string) =>
    meshObject('RequestAuthentication', name, spec);

  it('are not those that a sidecar reads', () => {
    expect(
      saidInMesh([
        tokens(
          'shop/web',
          `{ selector: { matchLabels: { app: web } }, ${JWT} }`,
        ),
        tokens('istio-system/all', `{ ${JWT} }`),
      ]),
    ).toEqual([]);
  });

  it('are those without rules, for nobody, or where nothing reads tokens', () => {
    expect(
      saidInMesh([
        tokens('shop/empty', '{ jwtRules: [] }'),
        tokens(
          'shop/gone',
          `{ selector: { matchLabels: { app: gone } }, ${JWT} }`,
        ),
        tokens(
          'shop/target',
          `{ targetRefs: [{ kind: Service, name: web }], ${JWT} }`,
        ),
        tokens('stock/items', `{ ${JWT} }`),
        tokens('old/batch', `{ ${JWT} }`),
      ]),
    ).toEqual([
      "batch spec: the pods of namespace old are outside of Istio's mesh",
      'empty spec: it has no jwtRules, so that no proxy looks at tokens for it',
      'gone spec: it selects no pod of namespace shop',
      'target spec: targetRefs are read by gateways and waypoints alone, and these pods have sidecars',
      'items spec: the pods of namespace stock are in ambient, where ztunnel reads no tokens',
    ]);
  });
});

describe('DestinationRules without an effect', () => {
  const rule = (name: string, spec: string, day?: number) =>
    meshObject('DestinationRule', name, spec, { day });
  const MUTUAL = 'trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }';
  const OFF = 'trafficPolicy: { tls: { mode: DISABLE } }';

  it('are not those that some client follows', () => {
    expect(
      saidInMesh([
        rule('shop/web', `{ host: web, ${MUTUAL} }`),
        rule('stock/items', `{ host: items, ${MUTUAL} }`),
        rule('istio-system/local', `{ host: "*.local", ${MUTUAL} }`),
        rule(
          'shop/outside',
          `{ host: api.partner.example, trafficPolicy: { tls: { mode: SIMPLE } } }`,
        ),
        `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: shop }
spec: { hosts: [api.partner.example], ports: [{ number: 443, name: https, protocol: HTTPS }], resolution: DNS }
`,
      ]),
    ).toEqual([]);
  });

  it('are those of a host that nobody knows, and short names with a dot are none', () => {
    expect(
      saidInMesh([
        rule('shop/gone', `{ host: gone, ${MUTUAL} }`),
        rule('shop/short', `{ host: items.stock, ${MUTUAL} }`),
      ]),
    ).toEqual([
      'gone spec: no Service and no ServiceEntry in view has the host gone',
      'short spec: no Service and no ServiceEntry in view has the host items.stock: Service stock/items would have to be written items.stock.svc.cluster.local',
    ]);
  });

  it('are those that another one shadows: nearer to the client, or of a host that is more specific', () => {
    expect(
      saidInMesh([
        rule('shop/web', `{ host: web, ${MUTUAL} }`),
        rule('shop/orders', `{ host: orders, ${MUTUAL} }`),
        rule('shop/all', `{ host: "*.shop.svc.cluster.local", ${OFF} }`),
        rule('istio-system/web', `{ host: ${WEB_HOST}, ${OFF} }`),
      ]),
    ).toEqual([
      "web spec: clients follow DestinationRule shop/web instead: of the first namespace that has one (the client's, the service's, the root namespace) the most specific host counts",
      "all spec: clients follow DestinationRule shop/orders and others instead: of the first namespace that has one (the client's, the service's, the root namespace) the most specific host counts",
    ]);
  });

  it('are for clients that follow none, or that are not there', () => {
    expect(
      saidInMesh([
        rule(
          'shop/choice',
          `{ host: web, workloadSelector: { matchLabels: { app: gone } }, ${OFF} }`,
        ),
        rule(
          'stock/choice',
          `{ host: items, workloadSelector: { matchLabels: { app: items } }, ${OFF} }`,
        ),
        rule('stock/web', `{ host: ${WEB_HOST}, ${OFF} }`),
        rule('stock/private', `{ host: items, exportTo: ["."], ${OFF} }`),
      ]),
    ).toEqual([
      'choice spec: it selects no pod of namespace shop',
      'choice spec: it selects only pods that are in ambient, where ztunnel follows no DestinationRule',
      'private spec: no client in view is in a namespace to which it is exported',
      'web spec: it is for clients of namespace stock alone, where no proxy follows DestinationRules, since the host is of another namespace',
    ]);
  });

  it('of one host count by age, and ports are those of the Service', () => {
    expect(
      saidInMesh([
        rule('shop/old', `{ host: web, ${MUTUAL} }`, 1),
        rule('shop/young', `{ host: web, ${OFF} }`, 2),
        rule(
          'shop/ports',
          '{ host: orders, trafficPolicy: { portLevelSettings: [{ port: { number: 8080 }, tls: { mode: DISABLE } }, { port: { number: 80 }, tls: { mode: DISABLE } }] } }',
        ),
      ]),
    ).toEqual([
      'ports spec.trafficPolicy.portLevelSettings[0]: no host that it is for has a port 8080; ports of Services are meant here, and not of containers',
      'young spec.trafficPolicy: DestinationRule shop/old has the same host and came first: its trafficPolicy counts whole, and of this one only subsets',
    ]);
  });
});

describe('Sidecar objects without an effect', () => {
  const sidecar = (name: string, spec: string, day?: number) =>
    meshObject('Sidecar', name, spec, { day });

  it('are not those that rule a proxy, nor hosts that somebody has, nor what keeps hosts out', () => {
    expect(
      saidInMesh([
        sidecar(
          'shop/default',
          `{ egress: [{ hosts: ["./*", "stock/${'items.stock.svc.cluster.local'}", "~/*"] }] }`,
        ),
      ]),
    ).toEqual([]);
  });

  it('are those of pods without a sidecar, and those that another one shadows', () => {
    expect(
      saidInMesh([
        sidecar('shop/first', '{ egress: [{ hosts: ["./*"] }] }', 1),
        sidecar('shop/second', '{ egress: [{ hosts: ["*/*"] }] }', 2),
        sidecar('istio-system/root', '{ egress: [{ hosts: ["*/*"] }] }'),
        sidecar('stock/default', '{ egress: [{ hosts: ["./*"] }] }'),
        sidecar('shop/gone', '{ workloadSelector: { labels: { app: gone } } }'),
      ]),
    ).toEqual([
      'root spec: Sidecar shop/first is nearer to the pods, and only one counts for a proxy',
      'gone spec: it selects no pod of namespace shop',
      'second spec: Sidecar shop/first came first, and only one counts for a proxy',
      'default spec: the pods of namespace stock are in ambient, where no proxy reads a Sidecar',
    ]);
  });

  it('import nothing by hosts that nobody has, such as short names', () => {
    expect(
      saidInMesh([
        sidecar(
          'shop/default',
          `{ egress: [{ hosts: ["gone/*", "stock/items", "web", "shop/${WEB_HOST}"] }] }`,
        ),
      ]),
    ).toEqual([
      'default spec.egress[0].hosts[0]: no Service and no ServiceEntry in view is gone/*',
      'default spec.egress[0].hosts[1]: no Service and no ServiceEntry in view is stock/items, whose whole name would have to be written, such as orders.shop.svc.cluster.local',
      'default spec.egress[0].hosts[2]: no Service and no ServiceEntry in view is web: a namespace, or . or *, and a slash must stand before the host',
    ]);
  });
});

describe('ClusterSPIFFEIDs without an effect', () => {
  const ID =
    'spiffeIDTemplate: "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}"';
  const spiffeId = (name: string, spec: string) =>
    meshObject('ClusterSPIFFEID', name, `{ ${ID}, ${spec} }`).replace(
      'annotations: {  }\n',
      '\n',
    );
  const controller = `
apiVersion: v1
kind: ConfigMap
metadata: { name: spire-controller-manager, namespace: spire }
data:
  config.yaml: |
    kind: ControllerManagerConfig
    trustDomain: cluster.local
    className: spire-server
`;

  it('select nobody, are of a class that no controller takes up, or wait behind others', () => {
    const running = (text: string) =>
      `${text}status: { stats: { podsSelected: 1 } }\n`;
    expect(
      saidInMesh([
        controller,
        spiffeId('classless', 'podSelector: { matchLabels: { app: web } }'),
        spiffeId(
          'gone',
          'className: spire-server, podSelector: { matchLabels: { app: gone } }',
        ),
        running(
          spiffeId(
            'web',
            'className: spire-server, podSelector: { matchLabels: { app: web } }',
          ),
        ),
        running(
          spiffeId(
            'fallback',
            'className: spire-server, fallback: true, podSelector: { matchLabels: { app: web } }',
          ),
        ),
      ]),
    ).toEqual([
      'classless spec: no controller takes ClusterSPIFFEID classless up: it is of no class, and ConfigMap spire/spire-controller-manager takes the class spire-server',
      'fallback spec: it is a fallback, and every pod that it selects has another ClusterSPIFFEID',
      'gone spec: it selects no pod in view',
      "web spec: no pod that it selects mounts the socket of SPIRE's Workload API, so that nobody fetches what it issues",
    ]);
  });

  it('one that no controller can read keeps them all from being read', () => {
    expect(
      saidInMesh([
        controller,
        spiffeId('broken', 'className: spire-server, ttl: 1hour'),
        spiffeId('web', 'className: spire-server'),
      ]),
    ).toEqual([
      'broken spec: no controller can read spec.ttl of ClusterSPIFFEID broken, and as long as it is there reads no ClusterSPIFFEID at all',
      'web spec: no controller can read spec.ttl of ClusterSPIFFEID broken, and as long as it is there reads no ClusterSPIFFEID at all',
    ]);
  });
});

describe('what could not be looked at', () => {
  it('leaves nothing said of what it would prove, and gives the reason', async () => {
    const rule = meshObject(
      'DestinationRule',
      'shop/gone',
      '{ host: gone, trafficPolicy: { tls: { mode: DISABLE } } }',
    );
    const forbidden = { state: 'forbidden', verb: 'list' } as const;
    for (const kind of ['Service', 'ServiceEntry'] as const) {
      expect(saidInMesh([rule], { coverage: { [kind]: forbidden } })).toEqual(
        [],
      );
    }
  });
});
