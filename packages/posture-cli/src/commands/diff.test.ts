import {
  DISPUTE,
  INJECTED_NAMESPACE,
  SHOP,
  documents,
  peerAuthentication,
} from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const before = files.write('before.yaml', SHOP);
const orders = { kind: 'Deployment', namespace: 'shop', name: 'orders' };
const external = (...cidrs: string[]) => ({ kind: 'External', cidrs });

describe('diff', () => {
  it('tells in JSON what opens and closes, by workload and by the addresses that change', async () => {
    const after = files.write(
      'after.yaml',
      SHOP.replace('203.0.113.0/24', '203.0.113.0/25').replace(
        'port: http',
        'port: 8081',
      ),
    );
    const { code, stdout, stderr } = await runCommand([
      'diff',
      before,
      after,
      '--format',
      'json',
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const web = { ...orders, name: 'web' };
    const port = (number: number) => [
      { protocol: 'TCP', from: number, to: number },
    ];
    expect(JSON.stringify(JSON.parse(stdout))).toBe(
      JSON.stringify({
        apiVersion: 'zero-trust.backstage.io/v1',
        kind: 'PostureDiff',
        layers: ['network'],
        opened: [{ source: web, destination: orders, ports: port(8081) }],
        closed: [
          { source: web, destination: orders, ports: port(8080) },
          {
            source: external('203.0.113.128/25'),
            destination: orders,
            ports: port(9090),
          },
        ],
        conditions: [],
        unknown: [],
        verdicts: [],
        gaps: [],
      }),
    );
  });

  it('tells which verdicts change, and what of a new workload there is now', async () => {
    const after = files.write(
      'open.yaml',
      SHOP.replace(
        '{ podSelector: {}, policyTypes: [Ingress] }',
        '{ podSelector: {}, policyTypes: [Ingress, Egress] }',
      ),
    );
    const { code, stdout } = await runCommand(['diff', before, after]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /closed +Deployment shop\/web +External 0\.0\.0\.0\/0, ::\/0 +all ports/,
    );
    const { stdout: json } = await runCommand([
      'diff',
      before,
      after,
      '--format',
      'json',
    ]);
    expect(JSON.parse(json).verdicts).toContainEqual(
      expect.objectContaining({ control: 'NW-1', before: 'fail' }),
    );
  });

  it('exits 0 where nothing changes, however the files are cut and ordered', async () => {
    const after = files.write(
      'turned.yaml',
      SHOP.split('---\n').reverse().join('---\n'),
    );
    expect(await runCommand(['diff', before, after])).toEqual({
      code: 0,
      stdout: 'no connection changes\n\nno verdict changes\n',
      stderr: '',
    });
  });

  it('keeps apart what nobody can tell any more', async () => {
    const after = files.write('disputed.yaml', documents(SHOP, DISPUTE));
    const { stdout } = await runCommand([
      'diff',
      before,
      after,
      '--format',
      'json',
    ]);
    const { opened, closed, unknown } = JSON.parse(stdout);
    expect({ opened, closed }).toEqual({ opened: [], closed: [] });
    expect(unknown).toMatchObject([
      { destination: orders, ports: [{ from: 7000, to: 7000 }] },
    ]);
  });

  it('tells what a change of the mesh opens, closes and re-encrypts, unless only the network is asked', async () => {
    const mesh = (mode: string, namespace = INJECTED_NAMESPACE) =>
      documents(SHOP, namespace, peerAuthentication('shop', mode));
    const permissive = files.write('permissive.yaml', mesh('PERMISSIVE'));
    const strict = files.write('strict.yaml', mesh('STRICT'));
    const web = { ...orders, name: 'web' };
    const ports = [{ protocol: 'TCP', from: 8080, to: 8080 }];
    const diffOf = async (...args: string[]) => {
      const { code, stdout } = await runCommand([
        'diff',
        ...args,
        '--format',
        'json',
      ]);
      return { code, ...JSON.parse(stdout) };
    };
    const { code, layers, opened, closed, reencrypted } = await diffOf(
      permissive,
      strict,
    );
    expect({ code, layers, opened, closed, reencrypted }).toEqual({
      code: 1,
      layers: ['network', 'mesh'],
      opened: [],
      closed: [
        {
          source: external('203.0.113.0/24'),
          destination: orders,
          ports: [{ protocol: 'TCP', from: 9090, to: 9090 }],
        },
      ],
      reencrypted: [
        {
          source: web,
          destination: orders,
          ports,
          before: 'either',
          after: 'mtls',
        },
      ],
    });
    const { stdout } = await runCommand(['diff', permissive, strict]);
    expect(stdout).toMatch(
      /re-encrypted: either → mtls +Deployment shop\/web +Deployment shop\/orders +TCP 8080/,
    );
    const network = await diffOf(permissive, strict, '--layers', 'network');
    expect(network).toMatchObject({ opened: [], closed: [] });
    expect(network).not.toHaveProperty('reencrypted');
  });

  it('needs both sides', async () => {
    expect(await runCommand(['diff', before])).toMatchObject({ code: 2 });
    expect(await runCommand(['diff', before, 'missing.yaml'])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });
});
