/**
 * Runs the demo: the clusters, then Backstage on top of them, and says in the
 * terminal how far it is. Called by bin/start, which has set everything up.
 * When it ends, by whatever signal it can hear, so does everything it started.
 */
import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: { folder: { type: 'string', default: '.demo' } },
});
const folder = options.folder;
const stateFile = `${folder}/demo-cluster.json`;
const publishDirectory = `${folder}/services`;
const started = Date.now();
const children = [];
let ending = false;

const bold = text =>
  process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text;
const dim = text => (process.stdout.isTTY ? `\u001b[2m${text}\u001b[0m` : text);
const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Each child leads a process group, so that what it starts ends with it. */
function start(name, command, args, { shown = false } = {}) {
  const logFile = `${folder}/${name}.log`;
  const log = openSync(logFile, 'w', 0o600);
  // Straight into the file where nobody reads along: no pipe can break, whatever happens here.
  const output = shown ? 'pipe' : log;
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: {
      ...process.env,
      BROWSER: 'none',
      FORCE_COLOR: shown && process.stdout.isTTY ? '1' : '0',
    },
  });
  for (const stream of shown ? [child.stdout, child.stderr] : []) {
    stream.on('data', text => {
      process.stdout.write(text);
      writeSync(log, text);
    });
  }
  const fail = reason => {
    if (!ending) {
      say(`\n${name} ended (${reason}). The end of ${logFile}:\n`);
      say(readFileSync(logFile, 'utf8').split('\n').slice(-25).join('\n'));
      end(1);
    }
  };
  child.once('error', error => fail(error.message));
  child.once('exit', (code, signal) => fail(signal ?? `code ${code}`));
  children.push(child);
}

async function end(code) {
  if (ending) {
    return;
  }
  ending = true;
  const living = children.filter(
    child => child.exitCode === null && child.signalCode === null,
  );
  // What a child started may outlive it; its group does not.
  const signal = name =>
    children.forEach(child => {
      try {
        process.kill(-child.pid, name);
      } catch {
        // It is gone already.
      }
    });
  signal('SIGTERM');
  const allGone = Promise.all(
    living.map(child => new Promise(done => child.once('exit', done))),
  );
  await Promise.race([allGone, sleep(5000)]);
  signal('SIGKILL');
  process.exit(code);
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => {
    say('\nStopping ...');
    end(0);
  });
}

/** The wanted port, or a free one where somebody has it. */
function portNear(wanted) {
  const open = port =>
    new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const found = server.address().port;
        server.close(() => resolve(found));
      });
    });
  return open(wanted).catch(() => open(0));
}

/** Asks until the answer is a value; the steps of a start take seconds, so it asks often. */
async function until(label, ask) {
  let last = Date.now();
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) {
      say(`${label.padEnd(34)} ${dim(seconds())}`);
      return answer;
    }
    if (Date.now() - last > 15_000) {
      last = Date.now();
      say(dim(`  still waiting: ${label.toLowerCase()} (${seconds()})`));
    }
    await sleep(200);
  }
}

async function json(address, init) {
  const response = await fetch(address, {
    ...init,
    signal: AbortSignal.timeout(5000),
  });
  return response.ok ? response.json() : undefined;
}

/** The process of a demo that runs in this folder already; the file alone may be left over. */
async function runningDemo() {
  try {
    const { url, token, pid } = JSON.parse(readFileSync(stateFile, 'utf8'));
    const headers = { Authorization: `Bearer ${token}` };
    return (await json(`${url}/status`, { headers })) && pid;
  } catch {
    return undefined;
  }
}

const other = await runningDemo();
if (other !== undefined) {
  say(
    `The demo runs already (its clusters are process ${other}). Use that one, or end it with Ctrl-C where it was started.`,
  );
  process.exit(1);
}

try {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  accessSync(folder, constants.W_OK);
} catch (error) {
  say(`Nothing can be written to ${resolve(folder)}: ${error.message}`);
  process.exit(1);
}
// The clusters begin anew, so what was published into them is gone as well.
for (const name of [stateFile, `${folder}/app-config.yaml`, publishDirectory]) {
  rmSync(name, { force: true, recursive: true });
}

say(bold('\nZero trust on Backstage: the demo\n'));
start(
  'demo-cluster',
  process.execPath,
  [
    ...[
      '-r',
      '@backstage/cli/config/nodeTransform.cjs',
      'packages/demo-cluster/src/cli.ts',
      'start',
    ],
    ...['--clusters', 'examples/company/clusters'],
    ...['--scenarios', 'examples/company/scenarios'],
    ...['--state', stateFile],
  ],
  { shown: true },
);
await until('Demo clusters serve', async () =>
  existsSync(stateFile) && existsSync(`${folder}/app-config.yaml`)
    ? true
    : undefined,
);

const [frontendPort, backendPort] = [
  await portNear(3000),
  await portNear(7007),
];
const frontend = `http://localhost:${frontendPort}`;
const backend = `http://localhost:${backendPort}`;
// JSON is YAML.
writeFileSync(
  `${folder}/app-config.local-demo.yaml`,
  JSON.stringify({
    app: { baseUrl: frontend },
    backend: {
      baseUrl: backend,
      listen: { host: '127.0.0.1', port: backendPort },
      cors: { origin: frontend },
    },
    demo: {
      publishDirectory: resolve(publishDirectory),
      stateFile: resolve(stateFile),
    },
  }),
);
start('backstage', 'backstage-cli', [
  ...['repo', 'start'],
  ...[
    'app-config.yaml',
    `${folder}/app-config.yaml`,
    `${folder}/app-config.local-demo.yaml`,
  ].flatMap(file => ['--config', resolve(file)]),
]);

const identity = await until('Backend answers', () =>
  json(`${backend}/api/auth/guest/refresh`, {
    headers: { 'X-Requested-With': 'XMLHttpRequest' },
  }),
);
const headers = { Authorization: `Bearer ${identity.backstageIdentity.token}` };
await Promise.all([
  until('Frontend serves', async () => {
    const response = await fetch(frontend, {
      signal: AbortSignal.timeout(5000),
    });
    return response.ok ? true : undefined;
  }),
  until('First posture is there', async () => {
    const services = await json(`${backend}/api/zero-trust/services?limit=1`, {
      headers,
    });
    return services?.totalCount > 0 ? services : undefined;
  }),
]);

say(`
${bold(`Open ${frontend}/zero-trust`)}

Change a cluster while you watch:  bin/demo
Create a service:                  ${frontend}/create
Stop everything:                   Ctrl-C
`);
