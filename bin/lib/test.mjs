/**
 * Runs the parts of the tests one after the other, adds up what they say, and
 * ends in one line. Called by bin/test, which has set everything up.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startPostgres } from './postgres.mjs';

const { values: options, positionals: rest } = parseArgs({
  options: {
    missing: { type: 'string', default: '' },
    parts: { type: 'string', default: '' },
  },
  allowPositionals: true,
});
const parts = options.parts.split(' ').filter(part => part !== '');
const reports = '.cache/test-reports';
const total = { passed: 0, failed: 0, skipped: 0 };
/** Names of the tests that did not run. */
const skippedNames = [];
const failedNames = [];
let child;

process.on('SIGTERM', () => {
  child?.kill('SIGTERM');
  process.exitCode = 1;
});

function title(text) {
  process.stdout.write(
    `\n── ${text} ${'─'.repeat(Math.max(0, 60 - text.length))}\n`,
  );
}

/** Runs a program with its output on the terminal; resolves with its exit code. */
function run(command, args, environment = {}) {
  return new Promise(resolve => {
    child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    });
    child.once('error', error => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(1);
    });
    child.once('exit', code => resolve(code ?? 1));
  });
}

/** A check that passes or fails as a whole. */
async function check(name, command, args, environment) {
  title(name);
  const code = await run(command, args, environment);
  if (code === 0) {
    total.passed += 1;
  } else {
    total.failed += 1;
    failedNames.push(name);
  }
}

function report(name) {
  mkdirSync(reports, { recursive: true });
  const file = `${reports}/${name}.json`;
  rmSync(file, { force: true });
  return file;
}

async function jest(name, args, environment) {
  title(`${name} tests`);
  const file = report(name);
  const code = await run(
    'backstage-cli',
    [
      'repo',
      'test',
      '--watch=false',
      '--maxWorkers=2',
      '--passWithNoTests',
      // Slow machines are no failures; what hangs still ends.
      '--testTimeout=60000',
      '--json',
      `--outputFile=${file}`,
      ...args,
      ...rest,
    ],
    environment,
  );
  if (!existsSync(file)) {
    total.failed += 1;
    failedNames.push(`${name}: the test runner ended with code ${code}`);
    return;
  }
  const result = JSON.parse(readFileSync(file, 'utf8'));
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  total.skipped += result.numPendingTests + result.numTodoTests;
  for (const suite of result.testResults) {
    if (suite.assertionResults.length === 0 && suite.status === 'failed') {
      failedNames.push(suite.name);
    }
    for (const { status, fullName } of suite.assertionResults) {
      if (status === 'pending' || status === 'todo') {
        skippedNames.push(fullName);
      } else if (status === 'failed') {
        failedNames.push(fullName);
      }
    }
  }
  if (code !== 0 && result.success) {
    total.failed += 1;
    failedNames.push(`${name}: the test runner ended with code ${code}`);
  }
}

async function browser() {
  title('browser tests');
  const file = report('browser');
  const code = await run('playwright', ['test', ...rest], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    NODE_OPTIONS: '',
  });
  if (!existsSync(file)) {
    total.failed += 1;
    failedNames.push(`browser: the test runner ended with code ${code}`);
    return;
  }
  const { stats, suites, errors } = JSON.parse(readFileSync(file, 'utf8'));
  total.passed += stats.expected + stats.flaky;
  total.failed += stats.unexpected + errors.length;
  total.skipped += stats.skipped;
  const visit = suite => {
    for (const spec of suite.specs ?? []) {
      const status = spec.tests[0]?.status;
      if (status === 'skipped') {
        skippedNames.push(spec.title);
      } else if (status === 'unexpected') {
        failedNames.push(spec.title);
      }
    }
    for (const inner of suite.suites ?? []) {
      visit(inner);
    }
  };
  suites.forEach(visit);
}

/** The servers build beside the other parts; whoever needs them waits here. */
async function serversBuilt() {
  if (!process.env.ZERO_TRUST_SERVERS_BUILD) {
    return;
  }
  const mark = `${options.missing}.servers`;
  if (!existsSync(mark)) {
    process.stdout.write('\nWaiting for the real servers to be built ...\n');
  }
  while (!existsSync(mark)) {
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}

const INTEGRATION = '\\.integration\\.test\\.';

const runs = {
  lint: async () => {
    await check('formatting', 'prettier', ['--check', '--loglevel=warn', '.']);
    await check('lint', 'backstage-cli', ['repo', 'lint', '--max-warnings=0']);
  },
  types: () => check('types', 'tsc', ['--noEmit', '--incremental', 'false']),
  unit: () =>
    jest('unit', [
      `--testPathIgnorePatterns=/node_modules/`,
      `--testPathIgnorePatterns=${INTEGRATION}`,
    ]),
  integration: async () => {
    await serversBuilt();
    const postgres = process.env.POSTGRES
      ? await startPostgres(process.env.POSTGRES)
      : undefined;
    try {
      await jest('integration', [`--testPathPatterns=${INTEGRATION}`], {
        ...postgres?.environment,
      });
    } finally {
      await postgres?.stop();
    }
  },
  browser: async () => {
    if (process.env.CHROMIUM) {
      await serversBuilt();
      await browser();
    }
  },
};

for (const part of ['lint', 'types', 'unit', 'integration', 'browser']) {
  if (parts.includes(part)) {
    await runs[part]();
  }
}

const missing = existsSync(options.missing)
  ? readFileSync(options.missing, 'utf8')
      .split('\n')
      .filter(line => line !== '')
  : [];
if (failedNames.length > 0) {
  title('failed');
  failedNames.forEach(name => process.stdout.write(`  ${name}\n`));
}
if (skippedNames.length + missing.length > 0) {
  title('not run');
  for (const line of missing) {
    const [what, consequence] = line.split('|');
    process.stdout.write(`  ${what} could not be set up: ${consequence}\n`);
    // Whole parts that could not start, and engines that tests adapt to, have no test of their own to count.
    total.skipped += 1;
  }
  skippedNames.forEach(name => process.stdout.write(`  ${name}\n`));
}
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
);
process.exit(total.failed > 0 ? 1 : process.exitCode ?? 0);
