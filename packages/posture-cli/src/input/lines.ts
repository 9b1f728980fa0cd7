/** Input of a line each, read piece by piece: for batches, which may be of any length. */
import { createReadStream } from 'node:fs';
import { InputError, describeSystemError } from '../errors';

/** In characters; a longer one is not kept. */
export const LONGEST_LINE = 1024 * 1024;

/** The lines of each piece of input, without blank ones; undefined for a line that is too long to keep. */
export async function* linesOf(
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<(string | undefined)[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let isTooLong = false;
  const finish = (end: string): (string | undefined)[] => {
    const line = rest + end;
    const result =
      isTooLong || line.length > LONGEST_LINE ? undefined : line.trim();
    rest = '';
    isTooLong = false;
    return result === '' ? [] : [result];
  };
  for await (const bytes of input) {
    const [first, ...others] = decoder
      .decode(bytes, { stream: true })
      .split('\n');
    const last = others.pop();
    if (last === undefined) {
      isTooLong ||= rest.length + first.length > LONGEST_LINE;
      rest = isTooLong ? '' : rest + first;
    } else {
      const lines = finish(first);
      for (const line of others) {
        rest = line;
        lines.push(...finish(''));
      }
      rest = last;
      yield lines;
    }
  }
  yield finish(decoder.decode());
}

/** The bytes of a file. Throws an {@link InputError}. */
export async function* readFile(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw new InputError(`${file}: ${describeSystemError(error)}`);
  }
}
