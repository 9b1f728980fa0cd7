/** What the commands see of the process they run in, so that tests can run them without one. */
import { createColors } from 'picocolors';

export type Colors = ReturnType<typeof createColors>;

export interface Terminal {
  /** The result of a command, and nothing else. */
  write(text: string | Uint8Array): void;
  /** Resolves once whoever reads has taken most of what was written: what comes without end waits for it. */
  drained(): Promise<void>;
  /** Errors and notes. */
  writeError(text: string): void;
  stdin: AsyncIterable<Uint8Array>;
  colors: Colors;
  /** Characters in a line. */
  width: number;
  /** Exemptions expire against it. */
  now(): Date;
}

const WIDTH_OF_A_FILE = 120;
const NARROWEST = 60;

/** The terminal of this process: colours only where a person looks at it and NO_COLOR does not say otherwise. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const isColourful =
    Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    write: text => stdout.write(text),
    drained: () => drained(stdout),
    writeError: text => stderr.write(text),
    stdin,
    colors: createColors(isColourful),
    width: Math.max(stdout.columns ?? WIDTH_OF_A_FILE, NARROWEST),
    now: () => new Date(),
  };
}

/** Of a reader that went away nothing more is to be expected. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return stream.writableNeedDrain && !stream.destroyed
    ? new Promise(resolve => {
        const done = () => {
          stream.off('drain', done);
          stream.off('close', done);
          resolve();
        };
        stream.on('drain', done);
        stream.on('close', done);
      })
    : Promise.resolve();
}
