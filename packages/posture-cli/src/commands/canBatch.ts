/** `can --batch`: a question a line in, an answer a line out, in the same order, with no more than a piece of either in memory. */
import { NetworkVerdict } from '@backstage-zero-trust/posture-engine';
import { EXIT, ExitCode } from '../exitCode';
import { writeAll } from '../output/chunks';
import { Terminal } from '../terminal';
import { Answers, answerLine, exitCodeOf } from './canAnswer';
import { parseLine } from './canQuestion';

const LONGEST_LINE = 1024 * 1024;

export async function answerBatch(
  input: AsyncIterable<Uint8Array>,
  answers: Answers,
  terminal: Terminal,
): Promise<ExitCode> {
  const verdicts = new Set<NetworkVerdict>();
  let malformed = false;
  const answer = (line: string | undefined): string => {
    const parsed =
      line === undefined
        ? { id: 'null', error: `the line is longer than ${LONGEST_LINE}` }
        : parseLine(line);
    if ('error' in parsed) {
      malformed = true;
      return `{"id":${parsed.id},"error":${JSON.stringify(parsed.error)}}\n`;
    }
    const found = answers.answer(parsed.question);
    verdicts.add(found.verdict);
    return answerLine(parsed.id, found);
  };
  async function* answered(): AsyncGenerator<string> {
    for await (const lines of linesOf(input)) {
      let text = '';
      for (const line of lines) {
        text += answer(line);
      }
      yield text;
    }
  }
  await writeAll(answered(), terminal);
  return malformed ? EXIT.unusable : exitCodeOf(verdicts);
}

/** The lines of each piece of input, without blank ones; undefined for a line that is too long to keep. */
async function* linesOf(
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
