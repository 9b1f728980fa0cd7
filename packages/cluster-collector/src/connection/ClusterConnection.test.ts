/** What a connection makes of answers, and of credentials. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  Answer,
  ScriptedServer,
  scriptedServer,
} from '../testing/scriptedServer';
import { ClusterConnection } from './ClusterConnection';
import { ClusterRequestError } from './ClusterRequestError';
import { readKubeconfigContexts } from './kubeconfig';

async function problemOf(action: Promise<unknown>) {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ClusterRequestError)) {
    throw new Error(`expected a ClusterRequestError, got ${error}`);
  }
  expect(error.message).not.toContain('hush-hush');
  return error;
}

describe('ClusterConnection', () => {
  let server: ScriptedServer | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  const get = async (answer: Answer, timeoutMilliseconds?: number) => {
    server = await scriptedServer({ '/api': answer });
    return server.connection.getJson('/api?secret=1', { timeoutMilliseconds });
  };
  const status = (code: number) => ({
    json: { kind: 'Status', code, message: `said ${code}` },
    status: code,
  });

  it.each([
    [
      'the API server’s own 403',
      status(403),
      'forbidden',
      /answered 403 to \/api: said 403$/,
    ],
    ['a 404 with a Status', status(404), 'not-found', /said 404$/],
    [
      'a 404 of a path that is not served',
      { text: '404 page not found', status: 404 },
      'not-found',
      /answered 404 to \/api$/,
    ],
    ['410', status(410), 'expired', /said 410$/],
    ['500 with a Status', status(500), 'failed', /said 500$/],
    [
      '401',
      status(401),
      'unauthorized',
      /does not accept the credentials \(401\)$/,
    ],
    [
      'something that is not JSON',
      { text: '<html>' },
      'failed',
      /answered \/api with something that is not JSON$/,
    ],
    [
      'a redirect to a login page',
      { text: '', status: 302 },
      'unreachable',
      /answered 302/,
    ],
    [
      'a load balancer’s 503',
      { text: 'no healthy upstream', status: 503 },
      'unreachable',
      /answered 503/,
    ],
    [
      'a proxy’s 403',
      {
        json: { error: { name: 'NotAllowedError', message: 'Unauthorized' } },
        status: 403,
      },
      'unauthorized',
      /the kubernetes plugin does not let this plugin use its proxy \(403\)$/,
    ],
    [
      'a proxy’s 404',
      {
        json: {
          error: { name: 'NotFoundError', message: "Cluster 'x' not found" },
        },
        status: 404,
      },
      'unreachable',
      /the kubernetes plugin does not know it \(404\)$/,
    ],
    [
      'a proxy’s 500',
      {
        json: {
          error: {
            name: 'ForwardedError',
            message:
              "Cluster 'x' request error; caused by Error: connect ECONNREFUSED 10.0.0.1:6443",
          },
        },
        status: 500,
      },
      'unreachable',
      /^scripted cannot be reached: nothing listens there \(connection refused\)$/,
    ],
    [
      'a proxy’s 500 for a reason that is not known',
      {
        json: { error: { name: 'Error', message: 'no token: hush-hush' } },
        status: 500,
      },
      'unreachable',
      /^scripted cannot be reached: the proxy of the kubernetes plugin answered 500, and the log of its backend says why$/,
    ],
  ] as const)('%s is understood', async (_, answer, problem, message) => {
    const error = await problemOf(get(answer));
    expect(error.problem).toBe(problem);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('secret=1');
  });

  it('a server that never answers is left after the time limit', async () => {
    const error = await problemOf(get(() => undefined, 50));
    expect(error.problem).toBe('unreachable');
    expect(error.message).toMatch(/did not answer within 0\.05 s$/);
  });

  it('an answer that stops half way is an error', async () => {
    const error = await problemOf(
      get((_, response) => {
        response.writeHead(200, { 'Content-Length': '100' });
        response.write('{"a":');
        setTimeout(() => response.destroy(), 20);
      }),
    );
    expect(error.problem).toBe('unreachable');
    expect(error.message).toMatch(/the connection was cut$/);
  });

  it('a compressed answer is unpacked', async () => {
    await expect(
      get((_, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' });
        response.end(gzipSync('{"a":1}'));
      }),
    ).resolves.toEqual({ a: 1 });
  });

  it('a server that is too busy is asked again, when it said', async () => {
    let busy = true;
    await expect(
      get((_, response) => {
        response.writeHead(busy ? 429 : 200, { 'Retry-After': '0.01' });
        busy = false;
        response.end('{}');
      }),
    ).resolves.toEqual({});
    expect(server?.asked).toHaveLength(2);
  });

  it('an abort is the caller’s own, not the cluster’s fault', async () => {
    server = await scriptedServer({ '/api': () => undefined });
    const abort = new AbortController();
    const asked = server.connection.getJson('/api', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });

  it('a stream that is silent for too long ends with an error', async () => {
    server = await scriptedServer({
      '/watch': (_, response) => {
        response.write('{"a":1}\n{"b"');
        setTimeout(() => response.write(':"ä"}\n'), 20);
      },
    });
    const lines: string[] = [];
    const reading = async (connection: ClusterConnection) => {
      for await (const line of connection.getLines('/watch', {
        idleMilliseconds: 200,
      })) {
        lines.push(line);
      }
    };
    const error = await problemOf(reading(server.connection));
    expect(lines).toEqual(['{"a":1}', '{"b":"ä"}']);
    expect(error.problem).toBe('unreachable');
    expect(error.message).toMatch(/was silent on \/watch$/);
  });
});

describe('kubeconfig files', () => {
  let folder: string;
  const write = async (text: string, name = 'config') => {
    const file = join(folder, name);
    await writeFile(file, text);
    return file;
  };
  const kubeconfig = (server: string, user: object, cluster = {}) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'one',
      clusters: [
        {
          name: 'c',
          cluster: { server, 'insecure-skip-tls-verify': true, ...cluster },
        },
      ],
      users: [{ name: 'u', user }],
      contexts: [
        { name: 'one', context: { cluster: 'c', user: 'u' } },
        { name: 'lost', context: { cluster: 'gone', user: 'u' } },
        { name: 'nobody', context: { cluster: 'c', user: 'gone' } },
      ],
    });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    [
      'a context that is not there',
      'two',
      /there is no context "two"; it has one, lost, nobody$/,
    ],
    [
      'a context without its cluster',
      'lost',
      /names the cluster "gone", which is not in it$/,
    ],
    [
      'a context without its user',
      'nobody',
      /names the user "gone", which is not in it$/,
    ],
  ])('%s is named', async (_, context, message) => {
    const file = await write(kubeconfig('https://127.0.0.1:1', {}));
    const error = await problemOf(
      ClusterConnection.fromKubeconfig({ file, context }),
    );
    expect(error.message).toMatch(message);
  });

  it('credentials are not sent in the clear unless the file says so', async () => {
    const file = await write(
      kubeconfig('http://10.0.0.1', {}, { 'insecure-skip-tls-verify': false }),
    );
    const error = await problemOf(ClusterConnection.fromKubeconfig({ file }));
    expect(error.message).toMatch(/plain HTTP/);
  });

  it.each([
    [
      'not YAML',
      'users:\n- name: u\n  user: { token: hush-hush\n: [',
      /cannot be used: it is not YAML \(line \d+\)$/,
    ],
    ['not a kubeconfig', 'hello: world', /it has no contexts$/],
    [
      'incomplete',
      'clusters: [{ name: c, cluster: {} }]',
      /clusters\[0\]\.cluster\.server is missing$/,
    ],
  ])(
    'a file that is %s gives an error that quotes nothing',
    async (_, text, message) => {
      const file = await write(text);
      const error = await problemOf(ClusterConnection.fromKubeconfig({ file }));
      expect(error.message).toMatch(message);
    },
  );

  it('contexts that lead somewhere are listed, without credentials in the address', async () => {
    const file = await write(
      kubeconfig('https://me:hush-hush@127.0.0.1:1', {}),
    );
    await expect(readKubeconfigContexts(file)).resolves.toEqual([
      { name: 'one', server: 'https://127.0.0.1:1' },
      { name: 'nobody', server: 'https://127.0.0.1:1' },
    ]);
  });

  it('a token file is read again, and a command is asked, for what they hold now', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{}');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${
      typeof address === 'object' ? address?.port : ''
    }`;
    try {
      const tokenFile = await write('from-file\n', 'token');
      const withFile = await ClusterConnection.fromKubeconfig({
        file: await write(
          kubeconfig(url, {
            'auth-provider': { name: 'tokenFile', config: { tokenFile } },
          }),
        ),
      });
      await withFile.getJson('/api');

      const command = await write(
        '#!/bin/sh\necho \'{"status":{"token":"from-command"}}\'\n',
        'command',
      );
      await chmod(command, 0o700);
      const withCommand = await ClusterConnection.fromKubeconfig({
        file: await write(kubeconfig(url, { exec: { command } })),
      });
      await withCommand.getJson('/api');
      expect(seen).toEqual(['Bearer from-file', 'Bearer from-command']);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('what a failing credential command prints stays out of the error', async () => {
    const command = await write(
      '#!/bin/sh\necho token hush-hush refused >&2\nexit 1\n',
      'command',
    );
    await chmod(command, 0o700);
    const file = await write(
      kubeconfig('https://127.0.0.1:1', { exec: { command } }),
    );
    const connection = await ClusterConnection.fromKubeconfig({ file });
    const error = await problemOf(connection.getJson('/api'));
    expect(error.message).toMatch(
      /^credentials for https:\/\/127\.0\.0\.1:1 cannot be had: /,
    );
  });

  it('a credential command that hangs is left after the time limit', async () => {
    const command = await write('#!/bin/sh\nexec sleep 5\n', 'command');
    await chmod(command, 0o700);
    const file = await write(
      kubeconfig('https://127.0.0.1:1', { exec: { command } }),
    );
    const connection = await ClusterConnection.fromKubeconfig({ file });
    const error = await problemOf(
      connection.getJson('/api', { timeoutMilliseconds: 100 }),
    );
    expect(error.message).toMatch(/did not answer within 0\.1 s$/);
  });
});
