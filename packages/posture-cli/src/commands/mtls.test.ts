import {
  INJECTED_NAMESPACE,
  RESTRICTED_DEPLOYMENT,
  documents,
  peerAuthentication,
} from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();

describe('mtls', () => {
  const strict = files.write(
    'strict.yaml',
    documents(
      RESTRICTED_DEPLOYMENT,
      INJECTED_NAMESPACE,
      peerAuthentication('shop', 'STRICT'),
    ),
  );

  it('says in JSON which mode each port is in, and who set it', async () => {
    const { code, stdout, stderr } = await runCommand([
      'mtls',
      strict,
      '--format',
      'json',
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const decidedBy = [
      {
        layer: 'peer-authentication',
        object: {
          apiVersion: 'security.istio.io/v1',
          kind: 'PeerAuthentication',
          namespace: 'shop',
          name: 'default',
        },
        field: 'spec.mtls.mode',
      },
    ];
    const workload = { kind: 'Deployment', namespace: 'shop', name: 'orders' };
    const common = {
      dataPlane: 'sidecar',
      mode: 'STRICT',
      bypass: [],
      decidedBy,
    };
    expect(JSON.stringify(JSON.parse(stdout))).toBe(
      JSON.stringify({
        apiVersion: 'zero-trust.backstage.io/v1',
        kind: 'TransportList',
        ports: [
          { workload, port: 8080, ...common },
          { workload, port: null, ...common },
        ],
      }),
    );
  });

  it('behind Linkerd a port is as strict as what is let in there', async () => {
    const linkerd = files.write(
      'linkerd.yaml',
      documents(
        RESTRICTED_DEPLOYMENT,
        `
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
`,
        `
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: orders, namespace: shop }
spec: { podSelector: {}, port: 8080 }
`,
      ),
    );
    const { code, stdout } = await runCommand([
      'mtls',
      linkerd,
      '--format',
      'json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).ports).toMatchObject([
      {
        port: 8080,
        dataPlane: 'linkerd',
        mode: 'STRICT',
        decidedBy: [
          {
            layer: 'linkerd-policy',
            object: { kind: 'Server' },
            field: 'spec.port',
          },
        ],
      },
      {
        port: null,
        dataPlane: 'linkerd',
        mode: 'PERMISSIVE',
        decidedBy: [
          {
            layer: 'linkerd-config',
            object: { kind: 'ConfigMap', name: 'linkerd-config' },
          },
        ],
      },
    ]);
  });

  it('has no mode where there is no data plane', async () => {
    const plain = files.write(
      'plain.yaml',
      documents(
        RESTRICTED_DEPLOYMENT,
        INJECTED_NAMESPACE.replace('istio-injection: enabled', 'mesh: none'),
      ),
    );
    const { stdout } = await runCommand(['mtls', plain, '--format', 'json']);
    expect(JSON.parse(stdout).ports[0]).toMatchObject({
      dataPlane: 'none',
      mode: null,
      decidedBy: [],
    });
  });

  it('takes the MeshConfig from a file where the source has none', async () => {
    const source = files.write(
      'root.yaml',
      documents(
        RESTRICTED_DEPLOYMENT,
        INJECTED_NAMESPACE,
        peerAuthentication('mesh-root', 'STRICT'),
      ),
    );
    const meshConfig = files.write('mesh.yaml', 'rootNamespace: mesh-root\n');
    const modes = async (...args: string[]) => {
      const { stdout } = await runCommand([
        'mtls',
        ...args,
        '--format',
        'json',
      ]);
      return JSON.parse(stdout).ports.map(({ mode }: { mode: string }) => mode);
    };
    expect(await modes(source)).toEqual(['PERMISSIVE', 'PERMISSIVE']);
    expect(await modes(source, '--mesh-config', meshConfig)).toEqual([
      'STRICT',
      'STRICT',
    ]);
    const own = files.write(
      'own.yaml',
      `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "rootNamespace: elsewhere" }
`,
    );
    expect(await modes(source, own, '--mesh-config', meshConfig)).toEqual([
      'PERMISSIVE',
      'PERMISSIVE',
    ]);
    const { code, stderr } = await runCommand([
      'mtls',
      source,
      '--mesh-config',
      own,
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('data.mesh');
  });

  it('prints a row a port', async () => {
    const { stdout } = await runCommand(['mtls', strict]);
    expect(stdout).toMatch(
      /Deployment shop\/orders +8080 +sidecar +STRICT +PeerAuthentication shop\/default/,
    );
  });

  it('exits 3 and names what it cannot tell, instead of guessing', async () => {
    const twice = files.write(
      'twice.yaml',
      documents(
        RESTRICTED_DEPLOYMENT,
        INJECTED_NAMESPACE,
        peerAuthentication('shop', 'STRICT'),
        peerAuthentication('shop', 'DISABLE'),
      ),
    );
    const { code, stdout, stderr } = await runCommand([
      'mtls',
      twice,
      '--keep-going',
      '--format',
      'json',
    ]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).ports).toEqual([]);
    expect(stderr).toContain('Deployment shop/orders cannot be told: ');
    expect(stderr).toContain(
      'PeerAuthentication shop/default cannot be read: metadata.name: is there more than once, and not the same each time',
    );
  });

  describe('--clients', () => {
    const deployment = (name: string) =>
      RESTRICTED_DEPLOYMENT.replaceAll('orders', name);
    const service = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`;
    const shop = documents(
      RESTRICTED_DEPLOYMENT,
      deployment('web'),
      INJECTED_NAMESPACE,
      service,
    );
    const clients = async (source: string, ...args: string[]) => {
      const { code, stdout, stderr } = await runCommand([
        'mtls',
        files.write('clients.yaml', source),
        '--clients',
        '--format',
        'json',
        ...args,
      ]);
      return {
        code,
        stderr,
        clients: stdout === '' ? undefined : JSON.parse(stdout).clients,
      };
    };

    it('says what each client sends to each endpoint, and who decided', async () => {
      const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec: { host: orders, trafficPolicy: { tls: { mode: DISABLE } } }
`;
      const row = {
        from: { kind: 'Deployment', namespace: 'shop', name: 'web' },
        service: 'shop/orders',
        port: 80,
        to: { kind: 'Deployment', namespace: 'shop', name: 'orders' },
      };
      expect(JSON.stringify((await clients(shop)).clients)).toBe(
        JSON.stringify([{ ...row, transport: 'mtls', decidedBy: [] }]),
      );
      expect(
        JSON.stringify((await clients(documents(shop, rule))).clients),
      ).toBe(
        JSON.stringify([
          {
            ...row,
            transport: 'plaintext',
            decidedBy: [
              {
                layer: 'destination-rule',
                object: {
                  apiVersion: 'networking.istio.io/v1',
                  kind: 'DestinationRule',
                  namespace: 'shop',
                  name: 'orders',
                },
                field: 'spec.trafficPolicy.tls.mode',
              },
            ],
          },
        ]),
      );
    });

    it('is narrowed by --from and --to', async () => {
      const only = async (...args: string[]) =>
        (await clients(shop, ...args)).clients.length;
      expect(await only('--from', 'shop/web')).toBe(1);
      expect(
        await only('--from', 'shop', '--to', 'shop/Deployment/orders'),
      ).toBe(1);
      expect(await only('--from', 'shop/orders')).toBe(0);
      expect(await clients(shop, '--from', 'gone')).toMatchObject({
        code: 2,
        clients: undefined,
        stderr: expect.stringContaining('"gone" names no workload here'),
      });
      expect(
        await runCommand(['mtls', strict, '--from', 'shop']),
      ).toMatchObject({ code: 2, stdout: '' });
    });

    it('exits 3 and leaves out what it cannot tell', async () => {
      const rule = (name: string, mode: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: shop }
spec: { host: orders, trafficPolicy: { tls: { mode: ${mode} } } }
`;
      expect(
        await clients(
          documents(shop, rule('one', 'DISABLE'), rule('two', 'ISTIO_MUTUAL')),
        ),
      ).toMatchObject({
        code: 3,
        clients: [],
        stderr: expect.stringContaining(
          'what Deployment shop/web sends to Deployment shop/orders by port 80 of Service shop/orders cannot be told: DestinationRules shop/one and shop/two mean the same host',
        ),
      });
    });
  });
});
