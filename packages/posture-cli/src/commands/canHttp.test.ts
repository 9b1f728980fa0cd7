import { documents } from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();

const pod = (name: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} } }
spec: { containers: [{ name: main, image: registry.example/main:1 }] }
`;

const POLICY = `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: orders, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: orders } }
  ingress:
    - toPorts:
        - ports: [{ port: "80", protocol: TCP }]
          rules: { http: [{ method: GET, path: /orders, host: shop }] }
`;

const source = files.write(
  'cilium.yaml',
  documents(pod('web'), pod('orders'), POLICY),
);

const GET = { method: 'GET', path: '/orders', host: 'shop' };
const PUT = { ...GET, method: 'PUT' };

describe('can, where Cilium looks into HTTP', () => {
  it('decides a request, and without one says what it must be', async () => {
    const question = {
      from: { pod: 'shop/web' },
      to: { pod: 'shop/orders' },
      port: 80,
    };
    const { stdout } = await runCommand(
      ['can', source, '--cni', 'cilium', '--batch', '-'],
      {
        stdin: [GET, PUT, undefined, GET]
          .map(request => JSON.stringify({ ...question, request }))
          .join('\n'),
      },
    );
    const answers = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(
      answers.map(({ verdict, conditions }) => [verdict, conditions]),
    ).toEqual([
      ['allow', undefined],
      ['deny', undefined],
      ['allow', ['HTTP GET /orders, host shop']],
      ['allow', undefined],
    ]);
    expect(answers[1].decidedBy).toEqual([
      {
        layer: 'cilium-network-policy',
        direction: 'ingress',
        effect: 'deny',
        object: {
          apiVersion: 'cilium.io/v2',
          kind: 'CiliumNetworkPolicy',
          namespace: 'shop',
          name: 'orders',
        },
        field: 'spec.ingress[0]',
      },
    ]);
  });

  it.each([
    ['allow', 0, GET],
    ['deny', 1, PUT],
  ])('says %s for one request of a file', async (verdict, code, request) => {
    const result = await runCommand([
      'can',
      source,
      ...['--cni', 'cilium', '--from', 'shop/web', '--to', 'pod:shop/orders'],
      ...['--port', '80'],
      ...['--request', files.write('request.json', JSON.stringify(request))],
    ]);
    expect(result).toMatchObject({ code, stderr: '' });
    expect(result.stdout).toMatch(new RegExp(`^${verdict} `));
    expect(result.stdout).not.toContain('only where');
  });
});
