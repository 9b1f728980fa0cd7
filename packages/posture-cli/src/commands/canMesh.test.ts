import { SHOP, documents } from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const shop = files.write('shop.yaml', SHOP);

/** Sidecars, mTLS only, and no request but GET. */
const MESH = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: orders, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  rules:
    - from: [{ source: { principals: [cluster.local/ns/shop/sa/default] } }]
      to: [{ operation: { methods: [GET] } }]
`;

const from = { workload: 'shop/Deployment/web' };
const to = { workload: 'shop/Deployment/orders' };

async function ask(question: object, source = shop) {
  const { stdout } = await runCommand(['can', source, '--batch', '-'], {
    stdin: JSON.stringify({ from, to, port: 8080, ...question }),
  });
  return JSON.parse(stdout);
}

describe('can, asked about the mesh', () => {
  it('asks the mesh too where the source has one, or where it is told to', async () => {
    const source = files.write('mesh.yaml', documents(SHOP, MESH));
    const request = { method: 'GET', path: '/orders/1' };
    const answer = await ask({ request }, source);
    expect(answer).toMatchObject({ verdict: 'allow', transport: 'mtls' });
    expect(
      answer.decidedBy.map(({ layer }: { layer: string }) => layer),
    ).toEqual([
      'network-policy',
      'peer-authentication',
      'peer-authentication',
      'authorization-policy',
    ]);
    expect(
      await ask({ request: { ...request, method: 'POST' } }, source),
    ).toMatchObject({
      verdict: 'deny',
      transport: null,
      decidedBy: [{ layer: 'authorization-policy', effect: 'deny' }],
    });
    expect(
      (await ask({ request, layers: ['network'] }, source)).transport,
    ).toBeNull();
    // The network has the last word on what it refuses.
    expect(await ask({ request, port: 1 }, source)).toMatchObject({
      verdict: 'deny',
      decidedBy: [{ layer: 'network-policy' }, { layer: 'network-policy' }],
    });
    expect(
      await ask({ request, client: { tls: 'plaintext' } }, source),
    ).toMatchObject({ verdict: 'deny', transport: null });
    expect(
      await ask(
        { request: { ...request, principal: 'cluster.local/ns/x/sa/x' } },
        source,
      ),
    ).toMatchObject({ verdict: 'deny' });
  });

  it('says under which conditions requests pass, where none is given', async () => {
    const source = files.write('mesh.yaml', documents(SHOP, MESH));
    expect(await ask({}, source)).toMatchObject({
      verdict: 'allow',
      conditions: ['method is GET'],
      reason: expect.stringMatching(/where method is GET\.$/),
    });
  });

  it('is unknown where a namespace that nobody read may join a mesh', async () => {
    expect(await ask({ layers: ['mesh'] })).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('labels of namespace shop'),
    });
  });

  it('is unknown, and no crash, where a policy or the MeshConfig cannot be read', async () => {
    const odd = files.write(
      'odd.yaml',
      documents(SHOP, MESH.replace('rules:', 'action: MAYBE\n  rules:')),
    );
    expect(await ask({}, odd)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('has the action "MAYBE"'),
    });
    const unread = files.write(
      'unread.yaml',
      documents(
        SHOP,
        MESH,
        `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "[" }
`,
      ),
    );
    expect(await ask({}, unread)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining(
        'The MeshConfig in ConfigMap istio-system/istio cannot be read: Flow sequence must end with a ] at line 1, column 2.',
      ),
    });
    expect(await runCommand(['mtls', unread, '--clients'])).toMatchObject({
      code: 3,
    });
  });

  it('takes a request from a file, and only the layers that are named', async () => {
    const source = files.write('mesh.yaml', documents(SHOP, MESH));
    const request = (content: string) => files.write('request.json', content);
    const can = (...args: string[]) =>
      runCommand([
        'can',
        source,
        ...['--from', 'shop/web', '--to', 'workload:shop/Deployment/orders'],
        ...['--port', '8080', ...args],
      ]);
    const allowed = await can('--request', request('{"method":"GET"}'));
    expect(allowed).toMatchObject({ code: 0, stderr: '' });
    expect(allowed.stdout).toMatch(/^allow [^]*transport: mtls/);
    const denied = request('{"method":"PUT"}');
    expect(await can('--request', denied)).toMatchObject({ code: 1 });
    expect(await can('--request', denied, '--layers', 'network')).toMatchObject(
      { code: 0 },
    );
    expect(await can('--layers', 'mesh,wire')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('there is no layer "wire"'),
    });
    expect(await can('--request', request('GET'))).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('request.json: is not JSON'),
    });
    expect(await can('--request', request('{"jwt":1}'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('request.jwt: must be an object'),
    });
  });

  it('says under which names a connection to an address outside gets past REGISTRY_ONLY', async () => {
    const source = files.write(
      'outside.yaml',
      documents(
        SHOP,
        MESH,
        `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { outboundTrafficPolicy: { mode: REGISTRY_ONLY } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: shop }
spec: { hosts: [api.partner.example], ports: [{ number: 443, name: tls, protocol: TLS }] }
`,
      ),
    );
    const outside = {
      to: { ip: '203.0.113.7' },
      port: 443,
      layers: ['mesh'],
    };
    expect(await ask(outside, source)).toMatchObject({
      verdict: 'allow',
      conditions: ['TLS server name is api.partner.example'],
    });
    expect(
      await ask({ ...outside, serverName: 'evil.example' }, source),
    ).toMatchObject({ verdict: 'deny', decidedBy: [{ layer: 'sidecar' }] });
    expect(await ask({ ...outside, serverName: 7 }, source)).toMatchObject({
      error: 'serverName: must be the name of a TLS server',
    });
    const can = (...args: string[]) =>
      runCommand([
        'can',
        source,
        ...['--from', 'shop/web', '--to', '203.0.113.7', '--port', '443'],
        ...['--layers', 'mesh', ...args],
      ]);
    expect(await can('--server-name', 'api.partner.example')).toMatchObject({
      code: 0,
    });
    expect(await can('--server-name', 'evil.example')).toMatchObject({
      code: 1,
    });
  });
});
