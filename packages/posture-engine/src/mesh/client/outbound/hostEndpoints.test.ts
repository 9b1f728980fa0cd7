/** What stands behind a ServiceEntry's host, and by which address it is called. */
import {
  call,
  entry,
  object,
  orders,
  port,
  taken,
} from '../../../testing/outboundCalls';

describe('the endpoints of a ServiceEntry', () => {
  const selecting = entry(
    'vm',
    `{ hosts: [vm.example], location: MESH_INTERNAL, resolution: STATIC, workloadSelector: { labels: { app: vm } }, ${port(
      5432,
      'TCP',
      ', targetPort: 6000',
    )} }`,
  );
  const machine = (name: string, spec: string) =>
    object('WorkloadEntry', name, `{ labels: { app: vm }, ${spec} }`);

  it('are pods and WorkloadEntries of its namespace, on the port that each says', () => {
    expect(
      taken(
        selecting +
          machine('a', 'address: 5.5.5.5, ports: { p5432: 7000 }') +
          machine('b', 'address: 5.5.5.6, serviceAccount: vm') +
          machine('c', 'address: vm.example') +
          machine('d', 'address: 5.5.5.7').replace(
            'namespace: shop',
            'namespace: bank',
          ) +
          orders().replace('app: orders', 'app: vm'),
        { port: 5432 },
      ),
    ).toBe(
      'host vm.example 10.0.0.2:6000 mtls 5.5.5.5:7000 plaintext 5.5.5.6:6000 mtls',
    );
  });

  it('take no mTLS where PeerAuthentication switches it off for them', () => {
    const off = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: vm, namespace: shop }
spec: { selector: { matchLabels: { app: vm } }, mtls: { mode: DISABLE } }
---`;
    expect(
      taken(
        selecting + machine('a', 'address: 5.5.5.5, serviceAccount: vm') + off,
        { port: 5432 },
      ),
    ).toBe('host vm.example 5.5.5.5:6000 plaintext');
  });

  it('are who the rule says, else who the host says and the accounts behind it', () => {
    const host = selecting.replace(
      'resolution:',
      'subjectAltNames: [spiffe://x/y], resolution:',
    );
    const peers = (manifests: string) =>
      call(manifests + machine('a', 'address: 5.5.5.5, serviceAccount: vm'), {
        port: 5432,
      }).peers;
    expect(peers(host)).toEqual([
      'spiffe://cluster.local/ns/shop/sa/vm',
      'spiffe://x/y',
    ]);
    expect(
      peers(
        host +
          object(
            'DestinationRule',
            'vm',
            '{ host: vm.example, trafficPolicy: { tls: { mode: ISTIO_MUTUAL, subjectAltNames: [spiffe://z] } } }',
          ),
      ),
    ).toEqual(['spiffe://z']);
  });
});

describe('an address that istiod allocates', () => {
  const host = entry(
    'db',
    `{ hosts: [db.example], resolution: STATIC, endpoints: [{ address: 6.6.6.6 }], ${port(
      5432,
      'TCP',
    )} }`,
  ).replace(
    /---$/,
    'status: { addresses: [{ value: 240.240.0.1, host: db.example }] }\n---',
  );
  const capturing = {
    meshConfig: {
      defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: 'true' } },
    },
  };

  it('counts for proxies that answer name lookups, instead of every address', () => {
    expect(taken(host, { port: 5432 })).toMatch(/^host/);
    expect(taken(host, { port: 5432, ...capturing })).toMatch(/^passed-on/);
    expect(
      taken(host, { address: '240.240.0.1', port: 5432, ...capturing }),
    ).toMatch(/^host/);
    expect(
      taken(host, {
        port: 5432,
        ...capturing,
        annotations:
          'proxy.istio.io/config: "proxyMetadata: { ISTIO_META_DNS_CAPTURE: false }"',
      }),
    ).toMatch(/^host/);
  });

  it('is switched off by a label', () => {
    const off = host.replace(
      'namespace: shop,',
      'namespace: shop, labels: { networking.istio.io/enable-autoallocate-ip: "false" },',
    );
    expect(taken(off, { port: 5432, ...capturing })).toMatch(/^host/);
  });
});
