/** Lists and events as they arrive from servers that do not behave. */
import type { Answer, ScriptedServer } from '../testing/scriptedServer';
import { scriptedServer } from '../testing/scriptedServer';
import { watchKind } from '../watching/watchKind';
import { listKind } from './listKind';

describe('listKind and watchKind', () => {
  let server: ScriptedServer | undefined;
  const serve = async (answers: Record<string, Answer>) => {
    server = await scriptedServer(answers);
    return server.connection;
  };
  afterEach(() => server?.stop());

  const PODS = { kind: 'Pod', version: 'v1' } as const;
  const SECRETS = { kind: 'Secret', version: 'v1' } as const;

  it('asks for the metadata of Secrets of one type only, and takes nothing else', async () => {
    const accepted: (string | undefined)[] = [];
    const connection = await serve({
      '/api/v1/secrets': (request, response) => {
        accepted.push(request.headers.accept);
        response.end(
          JSON.stringify({
            kind: 'PartialObjectMetadataList',
            metadata: { resourceVersion: '7' },
            items: [
              {
                metadata: {
                  name: 'token',
                  namespace: 'shop',
                  annotations: {
                    'kubernetes.io/service-account.name': 'robot',
                    'tools.example/copy-of-data': 'hush-hush',
                  },
                },
                data: { token: 'hush-hush' },
              },
            ],
          }),
        );
      },
    });
    const { objects } = await listKind(connection, SECRETS);
    expect(accepted).toEqual([
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    ]);
    expect(server?.asked[0]).toContain(
      'fieldSelector=type%3Dkubernetes.io%2Fservice-account-token',
    );
    expect(objects[0].object).toMatchObject({
      type: 'kubernetes.io/service-account-token',
      metadata: {
        annotations: { 'kubernetes.io/service-account.name': 'robot' },
      },
    });
    expect(JSON.stringify(objects)).not.toContain('hush-hush');
  });

  it('throws whole Secrets away that nobody asked for', async () => {
    const connection = await serve({
      '/api/v1/secrets': {
        json: {
          kind: 'SecretList',
          metadata: {},
          items: [{ metadata: { name: 'a' }, data: { token: 'hush-hush' } }],
        },
      },
    });
    const failure: Error = await listKind(connection, SECRETS).then(
      () => new Error('nothing thrown'),
      error => error,
    );
    expect(failure).toMatchObject({ problem: 'withheld' });
    expect(failure.message).not.toContain('hush-hush');
  });

  it('keeps what the engine reads and nothing else', async () => {
    const connection = await serve({
      '/api/v1/pods': {
        json: {
          kind: 'PodList',
          metadata: { resourceVersion: '7' },
          items: [
            {
              metadata: {
                name: 'web-1',
                namespace: 'shop',
                resourceVersion: '5',
                managedFields: [{ manager: 'kubectl' }],
                annotations: {
                  'kubectl.kubernetes.io/last-applied-configuration': '{}',
                  'team.example/name': 'shop',
                },
              },
              spec: {
                containers: [{ name: 'main', terminationMessagePath: '/log' }],
              },
            },
            { metadata: { name: 'bad', namespace: 'shop' }, spec: 5 },
          ],
        },
      },
    });
    const { objects, resourceVersion } = await listKind(connection, PODS);
    expect(resourceVersion).toBe('7');
    expect(objects[0]).toMatchObject({
      key: 'shop/web-1',
      resourceVersion: '5',
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { annotations: { 'team.example/name': 'shop' } },
      },
    });
    const kept = JSON.stringify(objects[0].object);
    expect(kept).not.toMatch(/managedFields|last-applied|terminationMessage/);
    // Kept as it is, for the engine to say what is wrong with it.
    expect(objects[1].object).toMatchObject({ spec: 5 });
  });

  it.each([
    ['no list', { hello: 'world', items: 'none' }],
    ['a list of something else', { items: ['a'], metadata: {} }],
    ['an object without a name', { items: [{ metadata: {} }], metadata: {} }],
  ])('%s is an error, not an empty list', async (_, json) => {
    const connection = await serve({ '/api/v1/pods': { json } });
    await expect(listKind(connection, PODS)).rejects.toMatchObject({
      problem: 'failed',
    });
  });

  it.each([
    ['no JSON', '{"type":\n'],
    [
      'an unknown type',
      '{"type":"GUESS","object":{"metadata":{"name":"a"}}}\n',
    ],
    ['410', '{"type":"ERROR","object":{"kind":"Status","code":410}}\n'],
  ])(
    'an event that is %s asks for a new list, since a change may be lost',
    async (_, line) => {
      const connection = await serve({ '/api/v1/pods': { text: line } });
      const watching = async () => {
        for await (const event of watchKind(connection, PODS, {
          resourceVersion: '1',
          durationSeconds: 1,
          idleMilliseconds: 1_000,
        })) {
          throw new Error(`unexpected ${event.type}`);
        }
      };
      await expect(watching()).rejects.toMatchObject({ problem: 'expired' });
    },
  );
});
