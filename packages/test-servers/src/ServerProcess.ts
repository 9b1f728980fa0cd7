/**
 * A server as a child process that cannot outlive its test: a small shell
 * stands between, holds the other end of a pipe, and kills the server when
 * the pipe closes, however this process ends.
 */
import { ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { once } from 'node:events';

const GUARD = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ while read -r _ <&3; do :; done; kill -KILL $child 2>/dev/null; } &
watcher=$!
wait $child
code=$?
kill -KILL $watcher 2>/dev/null
exit $code
`;

export interface ServerProcessOptions {
  /** What people call it; it appears in errors. */
  name: string;
  command: string;
  args: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** Gets everything that the server prints. */
  logFile: string;
}

export class ServerProcess {
  static start(options: ServerProcessOptions): ServerProcess {
    const child = spawn(
      'sh',
      ['-c', GUARD, options.name, options.command, ...options.args],
      {
        env: { ...process.env, ...options.environment },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    const log = createWriteStream(options.logFile, { flags: 'a' });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once('close', () => log.end());
    return new ServerProcess(options, child);
  }

  #exit: string | undefined;

  private constructor(
    private readonly options: ServerProcessOptions,
    private readonly child: ChildProcess,
  ) {
    child.once('error', error => {
      this.#exit = error.message;
    });
    child.once('exit', (code, signal) => {
      this.#exit = signal ? `signal ${signal}` : `exit code ${code}`;
    });
  }

  /** Polls until `ready` is true; a server that ended, or takes too long (milliseconds), is an error with the end of its log. */
  async waitUntil(
    ready: () => Promise<boolean>,
    timeout = 60_000,
  ): Promise<void> {
    const deadline = Date.now() + timeout;
    for (;;) {
      if (this.#exit !== undefined) {
        throw new Error(
          `${this.options.name} ended (${
            this.#exit
          }):\n${await this.#logTail()}`,
        );
      }
      if (await ready().catch(() => false)) {
        return;
      }
      if (Date.now() > deadline) {
        throw new Error(
          `${
            this.options.name
          } was not ready after ${timeout} ms:\n${await this.#logTail()}`,
        );
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  /** Kills the server: what it wrote is thrown away, and with open watches an API server would take its time. */
  async stop(): Promise<void> {
    if (this.#exit !== undefined) {
      return;
    }
    const exited = once(this.child, 'exit');
    // Closing the pipe is the guard's sign to kill.
    this.child.stdin?.end();
    await exited;
  }

  async #logTail(): Promise<string> {
    const file = await open(this.options.logFile);
    try {
      const text = await file.readFile('utf8');
      return text.split('\n').slice(-30).join('\n');
    } finally {
      await file.close();
    }
  }
}
