/**
 * Starts the demo before the browser tests and stops it after them. Its address
 * is in DEMO_URL, its folder in DEMO_FOLDER; where they are set already, that
 * demo is used and left running.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const FOLDER = '.cache/e2e-demo';

export default async function startDemo(): Promise<
  (() => Promise<void>) | undefined
> {
  if (process.env.DEMO_URL && process.env.DEMO_FOLDER) {
    return undefined;
  }
  const demo = spawn('bin/start', ['--folder', FOLDER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: demo.stdout }).on('line', line => {
      printed.push(line);
      const ready = /^Open (http:\S+)\/zero-trust/.exec(line);
      if (ready) {
        resolve(ready[1]);
      }
    });
    demo.once('exit', code =>
      reject(
        new Error(`bin/start ended with code ${code}:\n${printed.join('\n')}`),
      ),
    );
  });
  process.env.DEMO_URL = url;
  process.env.DEMO_FOLDER = FOLDER;
  return async () => {
    demo.kill('SIGINT');
    await once(demo, 'exit');
  };
}
