import { DISPUTE, SHOP, documents } from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const shop = files.write('shop.yaml', SHOP);

const from = { workload: 'shop/Deployment/web' };
const to = { workload: 'shop/Deployment/orders' };

async function batch(lines: readonly (object | string)[], source = shop) {
  const stdin = lines
    .map(line => (typeof line === 'string' ? line : JSON.stringify(line)))
    .join('\n');
  const { code, stdout } = await runCommand(['can', source, '--batch', '-'], {
    stdin,
  });
  return { code, answers: stdout.trim().split('\n') };
}

async function ask(question: object, source?: string) {
  const { answers } = await batch(
    [{ from, to, port: 8080, ...question }],
    source,
  );
  return JSON.parse(answers[0]);
}

describe('can', () => {
  it.each([
    ['shop/web', 'shop/Deployment/orders', '8080', 0, 'allow'],
    ['shop/web', 'service:shop/orders', '80', 0, 'allow'],
    ['shop/Deployment/web', 'service:shop/orders', 'web', 0, 'allow'],
    [
      'shop/Deployment/web',
      'workload:shop/Deployment/orders',
      'http',
      0,
      'allow',
    ],
    ['203.0.113.7', 'shop/Deployment/orders', '9090', 0, 'allow'],
    ['203.0.114.7', 'shop/Deployment/orders', '9090', 1, 'deny'],
    ['shop/Deployment/orders', '2001:db8::1', '443', 0, 'allow'],
    ['shop/web', 'shop/web', '80', 3, 'unknown'],
    ['shop/gone', 'shop/web', '80', 3, 'unknown'],
    ['shop/web', 'service:shop/orders', '81', 3, 'unknown'],
  ])(
    '%s to %s, port %s: exits %i, %s',
    async (one, other, port, code, verdict) => {
      const result = await runCommand([
        'can',
        shop,
        '--from',
        one,
        '--to',
        other,
        '--port',
        port,
      ]);
      expect(result).toMatchObject({ code, stderr: '' });
      expect(result.stdout).toMatch(new RegExp(`^${verdict} `));
    },
  );

  it('says which object and field refused, and what would have come nearest', async () => {
    const { code, stdout } = await runCommand([
      'can',
      shop,
      ...['--from', 'shop/web', '--to', 'workload:shop/Deployment/orders'],
      ...['--port', '8081', '--format', 'json'],
    ]);
    expect(code).toBe(1);
    const policy = (name: string) => ({
      layer: 'network-policy',
      direction: 'ingress',
      effect: 'deny',
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        namespace: 'shop',
        name,
      },
      field: 'spec.policyTypes',
    });
    expect(JSON.stringify(JSON.parse(stdout))).toBe(
      JSON.stringify({
        apiVersion: 'zero-trust.backstage.io/v1',
        kind: 'ConnectionDecision',
        verdict: 'deny',
        transport: null,
        decidedBy: [policy('default-deny'), policy('orders')],
        reason:
          'Each of NetworkPolicy shop/default-deny and NetworkPolicy shop/orders lets the destination receive only what a rule allows, and none allows this. TCP port 8081 is not in ingress rule 2 of NetworkPolicy shop/orders, which allows TCP 8080.',
      }),
    );
  });

  it('says that the port is open, but to others', async () => {
    expect(
      (await ask({ from: { ip: '8.8.8.8' }, port: 9090 })).reason,
    ).toContain(
      'The source is not among those to whom ingress rule 1 of NetworkPolicy shop/orders opens TCP port 9090.',
    );
  });

  it('asks which one is meant where a short name may mean several', async () => {
    expect(
      await runCommand([
        'can',
        shop,
        '--from',
        'shop/web',
        '--to',
        'shop/orders',
        '--port',
        '80',
      ]),
    ).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(
        'workload:shop/Deployment/orders or service:shop/orders',
      ),
    });
  });

  it('takes the address of a pod for the pod', async () => {
    const pod = (name: string, app: string, ip: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${app} } }
spec: { containers: [{ name: app, image: registry.example/app:1 }] }
status: { podIP: ${ip} }
`;
    const source = files.write(
      'pods.yaml',
      documents(
        pod('web-1', 'web', '10.0.0.1'),
        pod('web-2', 'web', '10.0.0.2'),
        pod('other-1', 'other', '10.0.0.3'),
        `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { podSelector: { matchLabels: { app: web } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }] }] }
`,
      ),
    );
    const verdict = async (one: string, other: string) =>
      (await ask({ from: { ip: one }, to: { ip: other } }, source)).verdict;
    expect(await verdict('10.0.0.1', '10.0.0.2')).toBe('allow');
    expect(await verdict('10.0.0.3', '10.0.0.2')).toBe('deny');
    expect(await verdict('10.0.0.1', '10.0.0.1')).toBe('unknown');
    expect(await verdict('10.9.9.9', '10.9.9.8')).toBe('unknown');
  });
});

describe('can --batch', () => {
  it('answers a line by a line, in order, with the fields in order', async () => {
    const { code, answers } = await batch([
      { id: 'q1', from, to, port: 8080, protocol: 'TCP', layers: ['network'] },
      { id: 2, from, to, port: 8080, protocol: 'UDP' },
    ]);
    expect(code).toBe(1);
    expect(answers[0]).toBe(
      JSON.stringify({
        id: 'q1',
        verdict: 'allow',
        transport: null,
        decidedBy: [
          {
            layer: 'network-policy',
            direction: 'ingress',
            effect: 'allow',
            object: {
              apiVersion: 'networking.k8s.io/v1',
              kind: 'NetworkPolicy',
              namespace: 'shop',
              name: 'orders',
            },
            field: 'spec.ingress[1]',
          },
        ],
        reason:
          'No policy restricts what the source sends here, and ingress rule 2 of NetworkPolicy shop/orders lets it in.',
      }),
    );
    expect(JSON.parse(answers[1])).toMatchObject({ id: 2, verdict: 'deny' });
  });

  it.each([
    ['not JSON', 'nope', null, 'the line is not JSON'],
    ['no object', '[1]', null, 'the line is not a JSON object'],
    ['brackets without end', '['.repeat(100_000), null, 'the line is not JSON'],
    ['a strange id', { id: {} }, null, 'id:'],
    ['no ends', { id: 'a' }, 'a', 'from:'],
    [
      'two names for one end',
      { id: 'a', from: { ...from, ip: '1.2.3.4' } },
      'a',
      'from:',
    ],
    [
      'a service as client',
      { id: 'a', from: { service: 'a/b' }, to, port: 1 },
      'a',
      'from:',
    ],
    [
      'a pod without namespace',
      { id: 'a', from: { pod: 'web' }, to, port: 1 },
      'a',
      'from.pod:',
    ],
    [
      'no address',
      { id: 'a', from: { ip: '10' }, to, port: 1 },
      'a',
      'from.ip:',
    ],
    [
      'an inherited name',
      { id: 'a', from: { constructor: 'x' }, to, port: 1 },
      'a',
      'from:',
    ],
    ['port 0', { id: 'a', from, to, port: 0 }, 'a', 'port:'],
    ['a port as text', { id: 'a', from, to, port: '80' }, 'a', 'port:'],
    [
      'ICMP',
      { id: 'a', from, to, port: 80, protocol: 'ICMP' },
      'a',
      'protocol:',
    ],
    [
      'a request as text',
      { id: 'a', from, to, port: 80, request: 'GET /' },
      'a',
      'request:',
    ],
    [
      'an unknown field of a request',
      { id: 'a', from, to, port: 80, request: { verb: 'GET' } },
      'a',
      'request: has no field "verb"',
    ],
    [
      'headers as a list',
      { id: 'a', from, to, port: 80, request: { headers: ['a'] } },
      'a',
      'request.headers:',
    ],
    [
      'a token as text',
      { id: 'a', from, to, port: 80, request: { jwt: 'ey' } },
      'a',
      'request.jwt:',
    ],
    [
      'a client of another kind',
      { id: 'a', from, to, port: 80, client: { tls: 'yes' } },
      'a',
      'client:',
    ],
    ['no layer', { id: 'a', from, to, port: 80, layers: [] }, 'a', 'layers:'],
    [
      'a line of a megabyte and more',
      `"${'x'.repeat(1_100_000)}"`,
      null,
      'the line is longer',
    ],
  ])(
    'answers %s with an error, goes on, and exits 2',
    async (_, line, id, error) => {
      const { code, answers } = await batch([
        line,
        { id: 'next', from, to, port: 8080 },
      ]);
      expect(code).toBe(2);
      expect(answers).toHaveLength(2);
      expect(JSON.parse(answers[0])).toEqual({
        id,
        error: expect.stringContaining(error),
      });
      expect(JSON.parse(answers[1])).toMatchObject({
        id: 'next',
        verdict: 'allow',
      });
    },
  );

  it('is unknown, with the reason, about what the source does not hold', async () => {
    const reason = async (question: object) => {
      const answer = await ask(question);
      expect(answer).toMatchObject({ verdict: 'unknown', decidedBy: [] });
      return answer.reason;
    };
    expect(await reason({ from: { pod: 'shop/web-1' } })).toBe(
      'There is no pod shop/web-1 in the source.',
    );
    expect(await reason({ to: { workload: 'shop/Job/orders' } })).toBe(
      'There is no workload Job shop/orders in the source.',
    );
    expect(await reason({ to: { service: 'shop/web' } })).toBe(
      'There is no Service shop/web in the source.',
    );
    expect(await reason({ port: 'metrics' })).toContain('"metrics"');
    expect(
      await reason({ from: { ip: '8.8.8.8' }, to: { ip: '8.8.4.4' } }),
    ).toContain('Neither end is a pod');
  });

  it('tells who disagrees where nobody can tell, and exits 3', async () => {
    const source = files.write('disputed.yaml', documents(SHOP, DISPUTE));
    const { code, answers } = await batch([{ from, to, port: 7000 }], source);
    expect(code).toBe(3);
    expect(JSON.parse(answers[0])).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringMatching(
        /AdminNetworkPolicy allow and AdminNetworkPolicy deny .* disagree/,
      ),
    });
  });

  it('reads a file, and refuses to read one stream twice', async () => {
    const file = files.write(
      'questions.jsonl',
      `${JSON.stringify({ from, to, port: 8080 })}\n\n`,
    );
    expect(await runCommand(['can', shop, '--batch', file])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\{"id":null,"verdict":"allow".*\}\n$/),
    });
    expect(await runCommand(['can', '-', '--batch', '-'])).toMatchObject({
      code: 2,
    });
    expect(
      await runCommand(['can', shop, '--batch', 'missing.jsonl']),
    ).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'zero-trust: missing.jsonl: there is no such file or folder\n',
    });
    expect(await runCommand(['can', shop, '--from', 'a/b'])).toMatchObject({
      code: 2,
    });
  });
});
