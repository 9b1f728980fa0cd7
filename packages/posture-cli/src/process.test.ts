import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import {
  PRIVILEGED_POD,
  RESTRICTED_DEPLOYMENT,
  documents,
} from './testing/manifests';
import { temporaryFolder } from './testing/runCommand';

const files = temporaryFolder();
const program = resolve(__dirname, '../../../bin/zero-trust');

describe('the real process', () => {
  it('exits with the code, keeps the streams apart, and colours nothing that is no terminal', () => {
    const run = (...args: string[]) =>
      spawnSync(program, args, {
        cwd: files.path,
        encoding: 'utf8',
        input: documents(RESTRICTED_DEPLOYMENT, PRIVILEGED_POD),
      });
    files.write('good.yaml', RESTRICTED_DEPLOYMENT);
    const good = run('scan', 'good.yaml', '--control', 'WL-1');
    expect(good).toMatchObject({ status: 0, stderr: '' });
    expect(good.stdout).toContain('1 workload: 1 zero trust');

    const bad = run('pod-security', '-', '--level', 'restricted');
    expect(bad).toMatchObject({ status: 1, stderr: '' });
    // eslint-disable-next-line no-control-regex -- the beginning of a colour
    expect(bad.stdout).not.toMatch(/\u001b/);

    expect(run('scan', 'missing.yaml')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'zero-trust: missing.yaml: there is no such file or folder\n',
    });
  });

  it('takes it well when nobody reads on', async () => {
    const child = spawn(program, ['controls', '--format', 'json']);
    let stderr = '';
    child.stderr.on('data', data => {
      stderr += data;
    });
    child.stdout.destroy();
    await once(child, 'close');
    expect(stderr).toBe('');
  });
});
