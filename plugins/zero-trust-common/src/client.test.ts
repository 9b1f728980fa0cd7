import { ZeroTrustClient } from './client';

function clientOf(response: Response) {
  const fetch = jest.fn(async (_address: RequestInfo | URL) => response);
  return { client: ZeroTrustClient.create({ fetchApi: { fetch } }), fetch };
}

const empty = () => new Response('{"items":[]}', { status: 200 });

describe('ZeroTrustClient', () => {
  it('escapes the names of an entity', async () => {
    const { client, fetch } = clientOf(empty());
    await client.getEntityPosture('component:my/a b?c');
    expect(fetch).toHaveBeenCalledWith(
      'plugin://zero-trust/entities/my/component/a%20b%3Fc/posture',
    );
  });

  it('asks only for what is given', async () => {
    const { client, fetch } = clientOf(empty());
    await client.getServices({
      offset: 0,
      search: 'a&b',
      level: 'zero trust',
      owner: undefined,
    });
    expect(fetch).toHaveBeenCalledWith(
      'plugin://zero-trust/services?offset=0&search=a%26b&level=zero+trust',
    );
  });

  it('throws the error of the response', async () => {
    const { client } = clientOf(
      new Response(
        '{"error":{"name":"NotFoundError","message":"No entity was found"},"response":{"statusCode":404}}',
        { status: 404, headers: { 'content-type': 'application/json' } },
      ),
    );
    await expect(
      client.getEntityFindings('component:default/orders', { verdict: 'fail' }),
    ).rejects.toMatchObject({
      body: { error: { message: 'No entity was found' } },
    });
  });
});

describe('requests about connections', () => {
  it.each<[string, (client: ZeroTrustClient) => Promise<unknown>]>([
    [
      '/entities/default/component/orders/connections?direction=in&namespace=&offset=50',
      client =>
        client.getEntityConnections('component:default/orders', {
          direction: 'in',
          namespace: '',
          offset: 50,
          search: undefined,
        }),
    ],
    [
      '/entities/default/component/orders/blast-radius',
      client => client.getEntityBlastRadius('component:default/orders'),
    ],
    [
      '/clusters/arn%3Aaws%2Fprod/namespaces',
      client => client.getNamespaceMatrix('arn:aws/prod'),
    ],
    [
      '/blast-radius?cluster=prod&limit=20',
      client => client.getBlastRadius({ cluster: 'prod', limit: 20 }),
    ],
    [
      '/clusters/prod/connection?from=shop%2FDeployment%2Fweb&to=192.0.2.1&port=443',
      client =>
        client.getConnection({
          cluster: 'prod',
          from: {
            workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
          },
          to: { ip: '192.0.2.1' },
          port: 443,
        }),
    ],
    [
      '/clusters/prod/connection?from=shop%2FDeployment%2Fweb&to=shop%2FService%2Forders&port=80&method=GET&path=%2Fa%3Fb%3Dc&header=x-team%3A+shop&header=x-tier%3A+web&issuer=https%3A%2F%2Flogin.example&audience=orders&audience=web&claims=%7B%22groups%22%3A%5B%22admins%22%5D%7D',
      client =>
        client.getConnection({
          cluster: 'prod',
          from: {
            workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
          },
          to: { service: { namespace: 'shop', name: 'orders' } },
          port: 80,
          request: {
            method: 'GET',
            path: '/a?b=c',
            headers: { 'x-team': 'shop', 'x-tier': 'web' },
            token: {
              issuer: 'https://login.example',
              audiences: ['orders', 'web'],
              claims: { groups: ['admins'] },
            },
          },
        }),
    ],
  ])('ask for %s', async (path, call) => {
    const { client, fetch } = clientOf(empty());
    await call(client);
    expect(fetch).toHaveBeenCalledWith(`plugin://zero-trust${path}`);
  });
});
