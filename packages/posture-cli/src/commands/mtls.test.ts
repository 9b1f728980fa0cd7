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
});
