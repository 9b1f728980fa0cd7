/** The command as people and bin/start run it: a process of its own. */
import { ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { parse } from 'yaml';

const ROOT = join(__dirname, '../../../..');
const ENTRY = join(__dirname, '../cli.ts');
const TRANSFORM = require.resolve('@backstage/cli/config/nodeTransform.cjs');

interface Result {
  code: number | null;
  output: string;
  errors: string;
}

describe('the command', () => {
  jest.setTimeout(60_000);
  let folder = '';
  let state = '';
  const running: ChildProcess[] = [];

  const write = (file: string, content: unknown) => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify(content));
  };

  const begin = (...args: string[]) => {
    const child = spawn(process.execPath, ['-r', TRANSFORM, ENTRY, ...args], {
      cwd: ROOT,
      // The test's own options and colours are not the command's.
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        FORCE_COLOR: '0',
        DEMO_COMMAND: 'bin/demo',
      },
    });
    running.push(child);
    const result: Result = { code: null, output: '', errors: '' };
    child.stdout?.on('data', chunk => (result.output += chunk));
    child.stderr?.on('data', chunk => (result.errors += chunk));
    const ended = new Promise<Result>(resolve =>
      child.on('close', code => resolve({ ...result, code })),
    );
    return { child, result, ended };
  };
  const run = (...args: string[]) => begin(...args).ended;
  const start = async () => {
    const process_ = begin(
      'start',
      '--clusters',
      join(folder, 'clusters'),
      '--scenarios',
      join(folder, 'scenarios'),
      '--state',
      state,
    );
    await new Promise<void>((resolve, reject) => {
      process_.child.stdout?.on('data', () => {
        if (process_.result.output.includes('bin/demo lists them')) {
          resolve();
        }
      });
      process_.ended.then(({ errors }) => reject(new Error(errors)), reject);
    });
    return process_;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'demo-command-'));
    state = join(folder, 'state/demo-cluster.json');
    write('clusters/prod/shop.json', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
    });
    write('clusters/gone/cluster.yaml', {
      apiVersion: 'demo.zero-trust.backstage.io/v1',
      kind: 'DemoCluster',
      metadata: { name: 'gone' },
      spec: { title: 'Gone', down: true },
    });
    write('scenarios/one.yaml', {
      title: 'Something happens',
      description: 'Somebody does it.',
      cluster: 'prod',
      watch: 'component:default/web',
      expect: 'It shows.',
      changes: [
        {
          apply: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'new', namespace: 'shop' },
          },
        },
      ],
    });
  });

  afterEach(() => {
    running.splice(0).forEach(child => child.kill('SIGKILL'));
    rmSync(folder, { recursive: true, force: true });
  });

  it('serves the clusters of a folder, says where in private files, and leaves nothing behind', async () => {
    const { child, result, ended } = await start();
    expect(stripVTControlCharacters(result.output)).toBe(result.output);
    expect(result.output).toMatch(
      /prod {2,}http:\/\/127\.0\.0\.1:\d+ {2,}none {2,}\d+ {2,}up/,
    );
    expect(result.output).toMatch(/gone {2,}http:\/\/127\.0\.0\.1:\d+ .* down/);
    const read = (name: string) =>
      parse(readFileSync(join(folder, 'state', name), 'utf8'));
    for (const name of [
      'demo-cluster.json',
      'kubeconfig.yaml',
      'app-config.yaml',
    ]) {
      expect(statSync(join(folder, 'state', name)).mode % 0o1000).toBe(0o600);
    }
    const { kubernetes } = read('app-config.yaml');
    expect(kubernetes).toMatchObject({
      serviceLocatorMethod: { type: 'multiTenant' },
      clusterLocatorMethods: [
        {
          type: 'config',
          clusters: [
            { name: 'gone', title: 'Gone' },
            {
              name: 'prod',
              title: 'prod',
              authProvider: 'serviceAccount',
              skipTLSVerify: true,
              skipMetricsLookup: true,
            },
          ],
        },
      ],
    });
    const [, prod] = kubernetes.clusterLocatorMethods[0].clusters;
    const response = await fetch(`${prod.url}/api/v1/namespaces/shop`, {
      headers: { Authorization: `Bearer ${prod.serviceAccountToken}` },
    });
    expect(response.status).toBe(200);
    expect(read('kubeconfig.yaml')).toMatchObject({
      contexts: [{ name: 'gone' }, { name: 'prod' }],
      // The first that answers.
      'current-context': 'prod',
    });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, errors: '' });
    for (const name of [
      'demo-cluster.json',
      'kubeconfig.yaml',
      'app-config.yaml',
    ]) {
      expect(existsSync(join(folder, 'state', name))).toBe(false);
    }
  });

  it('breaks and fixes the running demo, and tells what it did and where to look', async () => {
    const { result } = await start();
    const at = ['--state', state];
    expect((await run('list', ...at)).output).toMatch(
      /one\n {4}Something happens\n {4}Somebody does it\.\n {4}watch component:default\/web\n {4}expect: It shows\./,
    );
    expect((await run('status', ...at)).output).toContain('Nothing is broken.');
    expect(await run('break', 'one', ...at)).toEqual({
      code: 0,
      errors: '',
      output: [
        'Broken: Something happens',
        '  prod  created ConfigMap shop/new',
        'Now watch component:default/web',
        '  It shows.',
        'Undo it:  bin/demo fix one',
        '',
      ].join('\n'),
    });
    expect(result.output).toMatch(
      /prod {2}\+ created {2}ConfigMap shop\/new\n/,
    );
    expect((await run('break', 'one', ...at)).output).toContain(
      'is broken already',
    );
    expect((await run('status', ...at)).output).toContain('Broken: one');
    expect((await run('fix', 'one', ...at)).output).toContain(
      'deleted ConfigMap shop/new',
    );
    expect(await run('break', 'two', ...at)).toMatchObject({
      code: 1,
      errors: 'There is no scenario two. Those there are: one.\n',
    });
  });

  it('says that no demo runs, and still lists what it could do', async () => {
    const at = ['--state', state];
    const missing =
      'The demo is not running. Start it with bin/start, in another terminal.\n';
    expect(await run('break', 'one', ...at)).toEqual({
      code: 1,
      output: '',
      errors: missing,
    });
    const { output } = await run(
      ...at,
      '--scenarios',
      join(folder, 'scenarios'),
    );
    expect(output).toContain('Something happens');
    expect(output.endsWith(missing)).toBe(true);
    write('state/demo-cluster.json', {
      url: 'http://127.0.0.1:1',
      token: 'x',
      pid: 1,
    });
    expect((await run('status', ...at)).errors).toContain(
      '(process 1) does not answer. Start it with bin/start',
    );
  });

  it('ends when the process that started it is gone', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ${JSON.stringify([
        '-r',
        TRANSFORM,
        ENTRY,
        'start',
        '--clusters',
        join(folder, 'clusters'),
        '--scenarios',
        join(folder, 'scenarios'),
        '--state',
        state,
      ])}, { stdio: 'ignore', detached: true });
      child.unref();
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    running.push(parent);
    const settle = async (there: boolean) => {
      while (existsSync(state) !== there) {
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    };
    await settle(true);
    parent.kill('SIGKILL');
    await settle(false);
    expect(existsSync(state)).toBe(false);
  });

  it('refuses what it cannot serve with file and field, and bad usage, with code 2', async () => {
    write('clusters/prod/bad.json', {
      apiVersion: 'v1',
      kind: 'Nothing',
      metadata: { name: 'a' },
    });
    const refused = await run(
      'start',
      '--clusters',
      join(folder, 'clusters'),
      '--scenarios',
      join(folder, 'scenarios'),
      '--state',
      state,
    );
    expect(refused).toMatchObject({
      code: 2,
      errors: expect.stringMatching(
        /bad\.json, document 1: kind: Nothing a: no matches for kind "Nothing" in version "v1"/,
      ),
    });
    expect(existsSync(state)).toBe(false);
    const unknown = await run('explode');
    expect([unknown.code, unknown.errors]).toEqual([
      2,
      expect.stringContaining('explode'),
    ]);
    const port = await run(
      'start',
      '--clusters',
      folder,
      '--scenarios',
      folder,
      '--port-base',
      '0',
    );
    expect([port.code, port.errors]).toEqual([
      2,
      expect.stringContaining(
        '--port-base must be a port from 1 to 65535; it is 0',
      ),
    ]);
  });
});
