/** `can --batch` as people run it: questions into the process, answers out of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

// eslint-disable-next-line no-restricted-syntax -- a bench runs from the checkout only
const COMMAND = resolve(__dirname, '../../posture-cli/bin/zero-trust');

/** The answers, a line each, in the order of the questions. */
export async function* answersOfCommand(
  options: readonly string[],
  questions: Iterable<string>,
): AsyncGenerator<string> {
  const command = spawn(
    process.execPath,
    [COMMAND, 'can', ...options, '--batch', '-'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(command, 'close');
  Readable.from(questions, { objectMode: true }).pipe(command.stdin);
  yield* createInterface({ input: command.stdout });
  await ended;
}

/** Milliseconds until the process is done, its answers read and thrown away. */
export async function timeOfCommand(
  options: readonly string[],
  questions: Iterable<string>,
): Promise<number> {
  const start = performance.now();
  const command = spawn(
    process.execPath,
    [COMMAND, 'can', ...options, '--batch', '-'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(command, 'close');
  Readable.from(questions, { objectMode: true }).pipe(command.stdin);
  command.stdout.resume();
  await ended;
  return performance.now() - start;
}
