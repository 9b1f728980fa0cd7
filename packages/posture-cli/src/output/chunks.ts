/** Writes what comes piece by piece: no piece waits in memory for a slow reader. */
import { Terminal } from '../terminal';

const CHUNK = 64 * 1024;

export async function writeAll(
  pieces: Iterable<string> | AsyncIterable<string>,
  terminal: Terminal,
): Promise<void> {
  let chunk = '';
  for await (const piece of pieces) {
    chunk += piece;
    if (chunk.length >= CHUNK) {
      terminal.write(chunk);
      chunk = '';
      await terminal.drained();
    }
  }
  terminal.write(chunk);
  await terminal.drained();
}
