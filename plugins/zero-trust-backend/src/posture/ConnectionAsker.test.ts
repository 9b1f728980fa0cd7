import { TestDatabases } from '@backstage/backend-test-utils';
import type {
  ConnectionAnswer,
  ConnectionRequest,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { networkPolicy } from '../testing/connections';
import { createReaders } from '../testing/connectionReaders';
import { ambient, mesh } from '../testing/mesh';
import { deployment } from '../testing/TestClusters';
import { parseEnd, parseSource } from './ConnectionAsker';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

const shop = [
  deployment({ name: 'orders' }),
  deployment({ name: 'web' }),
  networkPolicy({ name: 'web', of: 'orders', from: ['web'], port: 8080 }),
];

describe('one connection', () => {
  const ask = async (
    manifests: readonly string[],
    from: string,
    to: string,
    port: number,
    request?: ConnectionRequest,
  ) => {
    const { asker } = await createReaders(
      await databases.init('SQLITE_3'),
      manifests,
    );
    return asker.ask({
      cluster: 'prod',
      from: parseSource(from),
      to: parseEnd('to', to),
      port,
      ...(request ? { request } : {}),
    });
  };
  const ORDERS = 'shop/Deployment/orders';
  const WEB = 'shop/Deployment/web';

  it('is allowed by the rule that lets it pass', async () => {
    expect(await ask(shop, WEB, ORDERS, 8080)).toMatchObject({
      verdict: 'allow',
      message:
        'Deployment shop/web may reach Deployment shop/orders on TCP port 8080. No network policy restricts what Deployment shop/web sends here, and ingress rule 1 of NetworkPolicy shop/web lets it in.',
      conditions: [],
      steps: [
        {
          step: 'network',
          verdict: 'allow',
          decidedBy: [{ effect: 'allow', object: { name: 'web' } }],
        },
      ],
      partly: false,
      evaluatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  it('is refused by the policy that lets nobody else in', async () => {
    expect(await ask(shop, WEB, ORDERS, 8081)).toMatchObject({
      verdict: 'deny',
      message:
        'Deployment shop/web may not reach Deployment shop/orders on TCP port 8081. NetworkPolicy shop/web lets Deployment shop/orders receive only what a rule allows, and none allows this.',
      steps: [
        {
          step: 'network',
          verdict: 'deny',
          message: expect.stringContaining(
            'TCP port 8081 is not in ingress rule 1 of NetworkPolicy shop/web, which allows TCP 8080.',
          ),
          decidedBy: [{ effect: 'deny', object: { name: 'web' } }],
        },
      ],
    });
  });

  it('may be with an address outside', async () => {
    expect(await ask(shop, '2001:db8::1', ORDERS, 8080)).toMatchObject({
      verdict: 'deny',
    });
    expect(await ask(shop, ORDERS, '192.0.2.1', 443)).toMatchObject({
      verdict: 'allow',
    });
  });

  it('of nothing that is known is not found', async () => {
    await expect(
      ask(shop, 'shop/Deployment/gone', ORDERS, 80),
    ).rejects.toMatchObject({
      name: 'NotFoundError',
      message: 'No workload Deployment shop/gone is known',
    });
    await expect(ask(shop, WEB, 'shop/Service/gone', 80)).rejects.toMatchObject(
      {
        name: 'NotFoundError',
        message: 'No Service shop/gone is known',
      },
    );
    await expect(ask([], WEB, ORDERS, 80)).rejects.toMatchObject({
      name: 'NotFoundError',
    });
  });

  it.each([
    [ORDERS, 'shop/orders'],
    [ORDERS, 'shop//orders'],
    [ORDERS, 'nowhere'],
    ['192.0.2.1', '192.0.2.2'],
    ['shop/Service/orders', ORDERS],
  ])('from %s to %s is no question', async (from, to) => {
    await expect(ask(shop, from, to, 80)).rejects.toMatchObject({
      name: 'InputError',
    });
  });

  describe('in a mesh', () => {
    const EXPORT = 'legacy/Deployment/export';
    const SERVICE = 'shop/Service/orders';
    const stepsIn = ({ steps }: ConnectionAnswer) =>
      steps.map(({ step, verdict }) => `${step}: ${verdict}`);

    it('is told step by step, with what is on the wire and whom the server sees', async () => {
      const answer = await ask(mesh, WEB, SERVICE, 80, {
        method: 'GET',
        path: '/orders/1',
      });
      expect(answer).toMatchObject({
        verdict: 'allow',
        transport: 'mtls',
        identity: 'spiffe://cluster.local/ns/shop/sa/default',
        conditions: [],
        partly: false,
      });
      expect(answer.message).toMatch(
        /^Deployment shop\/web may send GET \/orders\/1 to Service shop\/orders on TCP port 80\. No network policy .* In the mesh: .*AuthorizationPolicy shop\/orders/,
      );
      expect(stepsIn(answer)).toEqual([
        'network: allow',
        'transport: allow',
        'peer-authentication: allow',
        'authorization: allow',
      ]);
      expect(
        answer.steps.map(({ decidedBy }) =>
          decidedBy.map(({ object: { kind } }) => kind),
        ),
      ).toEqual([
        ['NetworkPolicy'],
        ['PeerAuthentication'],
        ['PeerAuthentication'],
        ['AuthorizationPolicy'],
      ]);
    });

    it('says which requests pass, where none is described', async () => {
      const answer = await ask(mesh, WEB, SERVICE, 80);
      expect(answer).toMatchObject({
        verdict: 'conditional',
        transport: 'mtls',
        conditions: [
          'method is GET',
          expect.stringContaining('https://login.example/ann'),
        ],
      });
      expect(answer.message).toContain(
        'on TCP port 80, but only where method is GET or ',
      );
      expect(stepsIn(answer)).toContain('authorization: conditional');
    });

    it('is refused by the policy that asks for another request', async () => {
      const answer = await ask(mesh, WEB, SERVICE, 80, { method: 'POST' });
      expect(answer.verdict).toBe('deny');
      expect(answer).not.toHaveProperty('transport');
      expect(stepsIn(answer)).toContain('authorization: deny');
      expect(answer.message).toContain(
        'The network lets it pass, and the mesh does not.',
      );
    });

    it('fails where the caller sends what the server does not take; nobody asks a policy then', async () => {
      const answer = await ask(mesh, EXPORT, SERVICE, 80, { method: 'GET' });
      expect(stepsIn(answer)).toEqual([
        'network: allow',
        'transport: allow',
        'peer-authentication: deny',
        'authorization: not-asked',
      ]);
      expect(answer.message).toContain('takes mTLS alone');
    });

    it('is not asked where the network refuses already', async () => {
      expect(stepsIn(await ask(mesh, WEB, ORDERS, 8081))).toEqual([
        'network: deny',
        'transport: not-asked',
        'peer-authentication: not-asked',
        'request-authentication: not-asked',
        'authorization: not-asked',
      ]);
    });

    it('takes a token for what it says, and refuses one that no rule takes', async () => {
      const token = {
        issuer: 'https://login.example',
        subject: 'ann',
        claims: { groups: ['admins'] },
      };
      const admin = await ask(mesh, WEB, SERVICE, 80, {
        method: 'DELETE',
        token,
      });
      expect(admin.verdict).toBe('allow');
      expect(stepsIn(admin)).toContain('request-authentication: allow');
      const stranger = await ask(mesh, WEB, SERVICE, 80, {
        method: 'GET',
        token: { ...token, issuer: 'https://elsewhere.example' },
      });
      expect(stepsIn(stranger)).toEqual([
        'network: allow',
        'transport: allow',
        'peer-authentication: allow',
        'request-authentication: deny',
        'authorization: not-asked',
      ]);
    });

    it('can be by somebody else than the workload is', async () => {
      const answer = await ask(mesh, WEB, SERVICE, 80, {
        method: 'GET',
        principal: 'spiffe://cluster.local/ns/bank/sa/ledger',
      });
      expect(answer.verdict).toBe('deny');
      expect(answer.message).toContain(
        'as spiffe://cluster.local/ns/bank/sa/ledger,',
      );
    });

    it('is asked of the network as the tunnel that the mesh makes of it', async () => {
      const answer = await ask(ambient, WEB, ORDERS, 8080);
      expect(answer).toMatchObject({ verdict: 'allow', transport: 'mtls' });
      expect(answer.steps[0]).toMatchObject({
        verdict: 'allow',
        message: expect.stringContaining(
          'through a tunnel: the network sees TCP port 15008 instead.',
        ),
      });
      const closed = ambient.map(manifest => manifest.replace('15008', '8080'));
      const refused = await ask(closed, WEB, ORDERS, 8080);
      expect(refused.verdict).toBe('deny');
      expect(refused.message).toContain('the network sees TCP port 15008');
    });

    it('cannot be told where a policy cannot be read, and says why', async () => {
      const odd = JSON.stringify({
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata: { name: 'odd', namespace: 'shop' },
        spec: { action: 'MAYBE', rules: [{}] },
      });
      const answer = await ask([...mesh, odd], WEB, SERVICE, 80);
      expect(answer.verdict).toBe('unknown');
      expect(answer.message).toContain('has the action "MAYBE"');
      expect(stepsIn(answer)).toContain('network: allow');
      expect(answer.steps.map(({ verdict }) => verdict)).toContain('unknown');
    });
  });
});
