/** `can --batch`: a question a line in, an answer a line out, in the same order, with no more than a piece of either in memory. */
import {
  JointQuestions,
  NetworkVerdict,
} from '@backstage-zero-trust/posture-engine';
import { EXIT, ExitCode } from '../exitCode';
import { LONGEST_LINE, linesOf } from '../input/lines';
import { Bytes } from '../output/Bytes';
import { Terminal } from '../terminal';
import { addAnswerLine, exitCodeOf } from './canAnswer';
import { parseLine } from './canQuestion';

/** Answers are written once they are so many bytes. */
const PIECE = 128 * 1024;

export async function answerBatch(
  input: AsyncIterable<Uint8Array>,
  questions: JointQuestions,
  terminal: Terminal,
): Promise<ExitCode> {
  const verdicts = new Set<NetworkVerdict>();
  let malformed = false;
  const answered = Bytes.create();
  const answer = (line: string | undefined): void => {
    const parsed =
      line === undefined
        ? { id: 'null', error: `the line is longer than ${LONGEST_LINE}` }
        : parseLine(line);
    if ('error' in parsed) {
      malformed = true;
      answered.addText(
        `{"id":${parsed.id},"error":${JSON.stringify(parsed.error)}}\n`,
      );
    } else {
      const found = questions.answer(parsed.question);
      verdicts.add(found.verdict);
      addAnswerLine(answered, parsed.id, found);
    }
  };
  const write = async () => {
    terminal.write(answered.take());
    await terminal.drained();
  };
  for await (const lines of linesOf(input)) {
    for (const line of lines) {
      answer(line);
      if (answered.length >= PIECE) {
        await write();
      }
    }
  }
  await write();
  return malformed ? EXIT.unusable : exitCodeOf(verdicts);
}
