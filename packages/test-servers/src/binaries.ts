/** Finds what `packages/test-servers/build` has built; it never builds, so that a test never takes minutes. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

const BUILD = join(
  dirname(require.resolve('@backstage-zero-trust/test-servers/package.json')),
  'build',
);

/** The folder of a server's binaries, or undefined where it was not built. */
export function findBinaries(server: string): string | undefined {
  const { status, stdout } = spawnSync(BUILD, ['--where', server], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** Like {@link findBinaries}; throws an error that says how to build what is missing. */
export function requireBinaries(server: string): string {
  const folder = findBinaries(server);
  if (!folder) {
    throw new Error(
      `the server "${server}" is not built: run packages/test-servers/build ${server}`,
    );
  }
  return folder;
}
