import {
  DISPUTE,
  INJECTED_NAMESPACE,
  SHOP,
  documents,
  peerAuthentication,
} from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const shop = files.write('shop.yaml', SHOP);
const disputed = files.write('disputed.yaml', documents(SHOP, DISPUTE));

async function reach(...args: string[]) {
  return runCommand(['reach', ...args]);
}

async function json(...args: string[]) {
  const { stdout } = await reach(...args, '--format', 'json');
  return JSON.parse(stdout);
}

const ALL_PORTS = ['TCP', 'UDP', 'SCTP'].map(protocol => ({
  protocol,
  from: 1,
  to: 65_535,
}));
const web = { kind: 'Deployment', namespace: 'shop', name: 'web' };
const orders = { kind: 'Deployment', namespace: 'shop', name: 'orders' };
const everywhere = { kind: 'External', cidrs: ['0.0.0.0/0', '::/0'] };
const open = { transport: null, conditions: [] };

describe('reach', () => {
  it('lists in JSON what passes, in the order of the contract, external ends last', async () => {
    const { code, stdout, stderr } = await reach(shop, '--format', 'json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.stringify(JSON.parse(stdout))).toBe(
      JSON.stringify({
        apiVersion: 'zero-trust.backstage.io/v1',
        kind: 'ConnectionList',
        by: 'workload',
        layers: ['network'],
        connections: [
          {
            source: orders,
            destination: everywhere,
            ports: ALL_PORTS,
            ...open,
          },
          {
            source: web,
            destination: orders,
            ports: [{ protocol: 'TCP', from: 8080, to: 8080 }],
            ...open,
          },
          { source: web, destination: everywhere, ports: ALL_PORTS, ...open },
          {
            source: { kind: 'External', cidrs: ['203.0.113.0/24'] },
            destination: orders,
            ports: [{ protocol: 'TCP', from: 9090, to: 9090 }],
            ...open,
          },
        ],
        unknown: [],
        gaps: [],
      }),
    );
  });

  it('gives the same bytes for the same objects in another order', async () => {
    const turned = files.write(
      'turned.yaml',
      SHOP.split('---\n').reverse().join('---\n'),
    );
    for (const format of ['json', 'table', 'csv', 'dot', 'mermaid']) {
      const [one, other] = await Promise.all(
        [shop, turned].map(file => reach(file, '--format', format)),
      );
      expect(other).toEqual(one);
    }
  });

  it.each([
    [
      'table',
      /web +Deployment shop\/orders +TCP 7000 +unknown: AdminNetworkPolicy allow and/,
    ],
    ['json', /"unknown": \[\n.*"port.*7000.*"reason":".*disagree/],
    ['csv', /^Deployment,shop,web,.*,TCP\/7000,,unknown,,.*disagree/m],
    ['dot', /n\d -> n\d \[label="unknown: TCP 7000", style=dashed\]/],
    ['mermaid', /n\d -\.->\|"unknown: TCP 7000"\| n\d/],
  ])(
    'shows what nobody can tell in %s, and exits 3',
    async (format, expected) => {
      const { code, stdout } = await reach(disputed, '--format', format);
      expect(code).toBe(3);
      expect(stdout).toMatch(expected);
    },
  );

  it('rolls up by namespace, where pods may also talk among themselves, and down to pods', async () => {
    const namespace = { kind: 'Namespace', name: 'shop' };
    const byNamespace = await json(shop, '--by', 'namespace', '--to', 'shop');
    expect(byNamespace.connections).toMatchObject([
      { source: namespace, destination: namespace, ports: [{ from: 8080 }] },
      { source: { kind: 'External' }, destination: namespace },
    ]);
    const pod = (name: string, app: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${app} } }
spec: { containers: [{ name: app, image: registry.example/app:1 }] }
`;
    const pods = files.write(
      'pods.yaml',
      documents(pod('b', 'web'), pod('a', 'web')),
    );
    const { connections } = await json(
      pods,
      '--by',
      'pod',
      '--from',
      'shop',
      '--to',
      'shop',
    );
    const names = (one: string, other: string) => ({
      source: { kind: 'Pod', namespace: 'shop', name: one },
      destination: { kind: 'Pod', namespace: 'shop', name: other },
      ports: ALL_PORTS,
    });
    expect(connections).toMatchObject([names('a', 'b'), names('b', 'a')]);
  });

  it('narrows to what --from and --to name', async () => {
    const ends = async (...args: string[]) =>
      (await json(shop, ...args)).connections.map(
        (edge: Record<'source' | 'destination', { name?: string }>) =>
          `${edge.source.name ?? 'outside'} ${
            edge.destination.name ?? 'outside'
          }`,
      );
    expect(await ends('--from', 'shop/web')).toEqual([
      'web orders',
      'web outside',
    ]);
    expect(await ends('--to', 'shop/Deployment/orders')).toEqual([
      'web orders',
      'outside orders',
    ]);
    expect(await ends('--from', 'external')).toEqual(['outside orders']);
    expect(await ends('--from', '198.51.100.7')).toEqual([]);
    expect(
      (await json(shop, '--from', '203.0.0.0/16')).connections[0].source,
    ).toEqual({ kind: 'External', cidrs: ['203.0.113.0/24'] });
    expect(await reach(shop, '--from', 'shop/wep')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('"shop/wep" names nothing here'),
    });
  });

  describe('with the mesh', () => {
    const GET_FROM_WEB = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: orders, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  rules:
    - from: [{ source: { namespaces: [shop] } }]
      to: [{ operation: { methods: [GET], ports: ["8080"] } }]
`;
    const OUTSIDER = `
apiVersion: v1
kind: Namespace
metadata: { name: legacy }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: importer, namespace: legacy }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: app, image: registry.example/importer:1 }] }
`;
    const toEverybody = SHOP.replace(
      'podSelector: { matchLabels: { app: web } }',
      'namespaceSelector: {}',
    );
    const mesh = files.write(
      'mesh.yaml',
      documents(
        toEverybody,
        INJECTED_NAMESPACE,
        OUTSIDER,
        peerAuthentication('shop', 'STRICT'),
        GET_FROM_WEB,
      ),
    );
    const tcp = [{ protocol: 'TCP', from: 8080, to: 8080 }];
    const importer = { ...orders, namespace: 'legacy', name: 'importer' };

    it('gives every edge its transport and conditions, and lists apart what the two sides refuse', async () => {
      const answer = await json(mesh, '--to', 'shop/orders');
      expect(answer.layers).toEqual(['network', 'mesh']);
      expect(answer.connections).toEqual([
        {
          source: web,
          destination: orders,
          ports: tcp,
          transport: 'mtls',
          conditions: ['method is GET'],
        },
      ]);
      expect(answer.refused).toEqual([
        {
          source: importer,
          destination: orders,
          ports: tcp,
          reason: expect.stringContaining('takes mTLS alone'),
        },
      ]);
      expect(answer.unknown).toEqual([]);
    });

    it.each([
      [
        'table',
        /web +Deployment shop\/orders +TCP 8080 +mTLS +allow, only for method/,
      ],
      [
        'table',
        /importer +Deployment shop\/orders +TCP 8080 +refused: This port/,
      ],
      ['csv', /^Deployment,shop,web,.*,TCP\/8080,mtls,allow,method is GET,/m],
      [
        'csv',
        /^Deployment,legacy,importer,.*,TCP\/8080,,refused,,.*mTLS alone/m,
      ],
      ['dot', /label="TCP 8080 in mTLS only for method is GET"\]/],
      ['dot', /label="refused: TCP 8080", style=dotted/],
      ['mermaid', /-->\|"TCP 8080 in mTLS only for method is GET"\|/],
      ['mermaid', /--x\|"refused: TCP 8080"\|/],
    ])('says so in %s', async (format, expected) => {
      const { code, stdout } = await reach(
        mesh,
        '--to',
        'shop/orders',
        '--format',
        format,
      );
      expect(code).toBe(0);
      expect(stdout).toMatch(expected);
    });

    it('is left out where only the network is asked, and cannot be asked alone', async () => {
      const network = await json(
        mesh,
        '--layers',
        'network',
        '--from',
        'legacy',
        '--to',
        'shop',
      );
      expect(network).not.toHaveProperty('refused');
      expect(network.connections).toMatchObject([
        { source: importer, destination: orders, transport: null },
      ]);
      expect(await reach(mesh, '--layers', 'mesh')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('network,mesh'),
      });
      expect(await reach(mesh, '--layers', 'physics')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('there is no layer "physics"'),
      });
    });
  });

  it('calls unknown what an unreadable policy may open or close, and only that', async () => {
    const broken = files.write(
      'broken.yaml',
      documents(
        SHOP,
        `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: odd, namespace: shop }
spec: { podSelector: { matchLabels: 7 } }
`,
        SHOP.split('---\n')[0].replace(/shop/g, 'other'),
      ),
    );
    const { code, stdout, stderr } = await reach(
      broken,
      '--keep-going',
      '--format',
      'json',
    );
    expect(code).toBe(3);
    expect(stderr).toContain('NetworkPolicy shop/odd cannot be read');
    const { connections, unknown } = JSON.parse(stdout);
    const other = { kind: 'Deployment', namespace: 'other', name: 'web' };
    expect(connections).toEqual([
      { source: other, destination: everywhere, ports: ALL_PORTS, ...open },
      { source: everywhere, destination: other, ports: ALL_PORTS, ...open },
    ]);
    expect(unknown).toContainEqual({
      source: web,
      destination: orders,
      ports: ALL_PORTS,
      reason: expect.stringContaining('NetworkPolicy shop/odd cannot be read'),
    });
  });

  it('keeps names that want to be something else inside their quotes', async () => {
    const odd = files.write(
      'odd.json',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: '"];x[","\n', namespace: 'a' },
        spec: { containers: [{ name: 'a', image: 'b' }] },
      }),
    );
    const [dot, mermaid, csv] = await Promise.all(
      ['dot', 'mermaid', 'csv'].map(format =>
        reach(odd, '--from', 'a', '--format', format),
      ),
    );
    expect(dot.stdout).toContain(String.raw`[label="Pod a/\"];x[\",\"\n"]`);
    expect(mermaid.stdout).toContain('["Pod a/#34;#93;;x#91;#34;,#34;#10;"]');
    expect(csv.stdout).toContain('Pod,a,"""];x["",""\n",');
  });

  it('is what the network that is stated enforces', async () => {
    const ports = async (...args: string[]) =>
      (await json(shop, '--from', 'shop/web', '--to', 'shop/orders', ...args))
        .connections[0].ports;
    const one = [{ protocol: 'TCP', from: 8080, to: 8080 }];
    expect(await ports()).toEqual(one);
    expect(await ports('--cni', 'kube-router')).toEqual(one);
    expect(await ports('--cni', 'none')).toEqual(ALL_PORTS);
    const wrong = await reach(shop, '--cni', 'calcio');
    expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({
      code: 2,
      stdout: '',
    });
    expect(wrong.stderr).toMatch(/^[^\n]*--cni[^\n]*kube-router[^\n]*\n$/);
  });
});
