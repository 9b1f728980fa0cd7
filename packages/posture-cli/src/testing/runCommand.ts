/** Runs the program inside the test: the same code as the process, without its start-up time. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createColors } from 'picocolors';
import { run } from '../run';

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** `args` as a shell would split them. */
export async function runCommand(
  args: string[],
  { stdin = '', now = '2026-06-01T00:00:00Z' } = {},
): Promise<CommandResult> {
  const result = { stdout: '', stderr: '' };
  const code = await run(args, {
    write: text => {
      result.stdout +=
        typeof text === 'string' ? text : Buffer.from(text).toString();
    },
    drained: async () => {},
    writeError: text => {
      result.stderr += text;
    },
    stdin: (async function* input() {
      yield Buffer.from(stdin);
    })(),
    colors: createColors(false),
    width: 120,
    now: () => new Date(now),
  });
  return { code, ...result };
}

/** A folder of files that is gone after the test file. */
export function temporaryFolder(): {
  path: string;
  write(file: string, content: string | Uint8Array): string;
} {
  const path = mkdtempSync(join(tmpdir(), 'zero-trust-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    write(file, content) {
      const target = join(path, file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
      return target;
    },
  };
}
