/** A PostgreSQL of our own for the time of the tests: in a scratch folder, on a free loopback port, gone afterwards. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** PostgreSQL refuses to run as root; there is a user for it wherever a package installed it. */
function unprivilegedUser() {
  if (process.getuid() !== 0) {
    return {};
  }
  const id = flag =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** `programs` is the folder of initdb and postgres. Resolves once connections are accepted. */
export async function startPostgres(programs) {
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), 'zero-trust-postgres-'));
  chmodSync(folder, 0o700);
  // Other users of this machine reach the port as well, and its superuser may run programs.
  const password = randomBytes(24).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined) {
    chownSync(folder, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const data = join(folder, 'data');
  const quiet = { ...user, stdio: 'pipe', cwd: folder };
  execFileSync(
    join(programs, 'initdb'),
    [
      '--pgdata',
      data,
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ],
    quiet,
  );
  const port = await freePort();
  const server = spawn(
    join(programs, 'postgres'),
    [
      ...['-D', data, '-p', String(port), '-k', folder],
      ...[
        'listen_addresses=127.0.0.1',
        'fsync=off',
        'max_connections=200',
      ].flatMap(setting => ['-c', setting]),
    ],
    { ...user, stdio: ['ignore', 'ignore', 'pipe'], cwd: folder },
  );
  const exited = new Promise(resolve => server.once('exit', resolve));
  let log = '';
  const ready = new Promise(resolve => {
    server.stderr.on('data', chunk => {
      log = (log + chunk).slice(-10_000);
      if (log.includes('ready to accept connections')) {
        resolve();
      }
    });
  });
  await Promise.race([
    ready,
    exited.then(() => {
      throw new Error(`PostgreSQL ended:\n${log}`);
    }),
  ]);
  const version = execFileSync(join(programs, 'postgres'), ['--version'], {
    encoding: 'utf8',
  }).match(/(\d+)/)[1];
  return {
    environment: {
      [`BACKSTAGE_TEST_DATABASE_POSTGRES${version}_CONNECTION_STRING`]: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    },
    async stop() {
      server.kill('SIGINT');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
