import { RESTRICTED_DEPLOYMENT } from './testing/manifests';
import { runCommand, temporaryFolder } from './testing/runCommand';

const files = temporaryFolder();
const restricted = files.write('restricted.yaml', RESTRICTED_DEPLOYMENT);

describe('the program', () => {
  it('helps with examples, and calls anything it does not know bad usage in one line', async () => {
    const help = await runCommand(['scan', '--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('Examples:');
    for (const args of [
      ['scann', restricted],
      ['scan', '--contxt', 'a'],
      ['scan'],
      ['scan', '--all-contexts', '--context', 'a'],
    ]) {
      const { code, stdout, stderr } = await runCommand(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^zero-trust: .+\n$/);
    }
  });
});
