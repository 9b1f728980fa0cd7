import {
  INJECTED_NAMESPACE,
  SHOP,
  documents,
  peerAuthentication,
} from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const shop = files.write('shop.yaml', SHOP);

async function explain(control: string, subject: string, ...args: string[]) {
  return runCommand([
    'explain',
    shop,
    '--control',
    control,
    '--subject',
    subject,
    ...args,
  ]);
}

describe('explain', () => {
  it('shows the finding that scan counts, and exits by its verdict', async () => {
    const { code, stdout } = await explain(
      'NW-1',
      'shop/orders',
      '--format',
      'json',
    );
    expect(code).toBe(1);
    const scan = await runCommand([
      'scan',
      shop,
      '--control',
      'NW-1',
      '--format',
      'json',
    ]);
    const { findings } = JSON.parse(stdout);
    expect(findings).toEqual(
      JSON.parse(scan.stdout).findings.filter(
        ({ subject }: { subject: { name: string } }) =>
          subject.name === 'orders',
      ),
    );
  });

  it('has evidence, witness and fix for people', async () => {
    const { stdout } = await explain('NW-1', 'shop/Deployment/orders');
    expect(stdout).toMatch(/^fail {2}NW-1 .*\nDeployment shop\/orders\n/);
    for (const title of [
      'Evidence',
      'Who could do what',
      'To do',
      'Why it matters',
    ]) {
      expect(stdout).toContain(`\n${title}\n  `);
    }
    expect(stdout).not.toContain('undefined');
  });

  it('names what there is where the control or the workload does not exist', async () => {
    expect(await explain('NW-99', 'shop/orders')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('there is no control "NW-99"; there are'),
    });
    expect(await explain('NW-1', 'shop/order')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('there is no workload "shop/order"'),
    });
  });

  it('lists the policies that select a workload, and what each does', async () => {
    const policies = (...args: string[]) =>
      runCommand([
        'explain',
        shop,
        '--policies',
        '--subject',
        'shop/orders',
        ...args,
      ]);
    const { code, stdout } = await policies('--format', 'json');
    expect(code).toBe(0);
    const policy = (name: string) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace: 'shop',
      name,
    });
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: 'zero-trust.backstage.io/v1',
      kind: 'SelectingPolicyList',
      subject: { kind: 'Deployment', namespace: 'shop', name: 'orders' },
      policies: [
        {
          layer: 'network-policy',
          object: policy('orders'),
          direction: 'ingress',
          isolates: true,
          effects: ['allow'],
        },
        {
          layer: 'network-policy',
          object: policy('default-deny'),
          direction: 'ingress',
          isolates: true,
          effects: [],
        },
      ],
      unknown: [],
    });
    expect((await policies()).stdout).toMatch(
      /^ingress +NetworkPolicy shop\/orders +refuses what no rule allows, allows$/m,
    );
  });

  it('lists the objects of the mesh too that select it, where there is a mesh', async () => {
    const authorization = (name: string, spec: string, annotations = '') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: shop, annotations: { ${annotations} } }
spec: ${spec}
`;
    const mesh = files.write(
      'mesh.yaml',
      documents(
        SHOP,
        INJECTED_NAMESPACE,
        peerAuthentication('shop', 'STRICT'),
        authorization('all', '{}'),
        authorization(
          'old',
          '{ action: DENY, rules: [{}] }',
          'istio.io/dry-run: "true"',
        ),
        authorization(
          'web',
          '{ selector: { matchLabels: { app: orders } }, rules: [{ to: [{ operation: { methods: [GET] } }] }] }',
        ),
      ),
    );
    const { code, stdout } = await runCommand([
      'explain',
      mesh,
      '--policies',
      '--subject',
      'shop/orders',
    ]);
    expect(code).toBe(0);
    for (const row of [
      /^ingress +PeerAuthentication shop\/default +asks for STRICT$/m,
      /^ingress +AuthorizationPolicy shop\/all +allows nothing/m,
      /^ingress +AuthorizationPolicy shop\/old +does nothing: it is a dry run$/m,
      /^ingress +AuthorizationPolicy shop\/web +allows what its rule matches/m,
    ]) {
      expect(stdout).toMatch(row);
    }
    const { stdout: json } = await runCommand([
      'explain',
      mesh,
      '--policies',
      '--subject',
      'shop/orders',
      '--format',
      'json',
    ]);
    expect(JSON.parse(json).mesh[0]).toEqual({
      layer: 'peer-authentication',
      object: {
        apiVersion: 'security.istio.io/v1',
        kind: 'PeerAuthentication',
        namespace: 'shop',
        name: 'default',
      },
      direction: 'ingress',
      does: 'asks for STRICT',
    });
  });

  it('lists policies and rules that have no effect, with the proof', async () => {
    const lost = files.write(
      'lost.yaml',
      documents(
        SHOP,
        `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: lost, namespace: shop }
spec: { podSelector: { matchLabels: { app: gone } } }
`,
      ),
    );
    const { code, stdout } = await runCommand([
      'explain',
      lost,
      '--ineffective',
      '--format',
      'json',
    ]);
    expect(code).toBe(0);
    const object = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace: 'shop',
      name: 'lost',
    };
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: 'zero-trust.backstage.io/v1',
      kind: 'IneffectivePolicyList',
      policies: [
        {
          object,
          field: 'spec',
          message: 'it selects no pod of namespace shop',
          provenBy: [{ object, field: 'spec.podSelector' }],
        },
      ],
      unknown: [],
    });
    expect((await runCommand(['explain', shop, '--ineffective'])).stdout).toBe(
      'No policy or rule was found to be without effect.\n',
    );
  });

  it('lists objects of the mesh that have no effect beside those of the network', async () => {
    const lost = files.write(
      'lost-mesh.yaml',
      documents(
        SHOP,
        `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: lost, namespace: shop }
spec: { selector: { matchLabels: { app: gone } } }
`,
      ),
    );
    const { code, stdout } = await runCommand([
      'explain',
      lost,
      '--ineffective',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^AuthorizationPolicy shop\/lost +spec +it selects no pod of namespace shop$/m,
    );
  });

  it('asks what to explain where nothing says it, and takes one question at a time', async () => {
    expect(await runCommand(['explain', shop])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('say what to explain'),
    });
    expect(
      await runCommand(['explain', shop, '--ineffective', '--control', 'NW-1']),
    ).toMatchObject({ code: 2, stdout: '' });
  });
});
