/** Answers of `can` as JSON, and what they come to. */
import {
  JointAnswer,
  NetworkVerdict,
} from '@backstage-zero-trust/posture-engine';
import { EXIT, ExitCode } from '../exitCode';
import { Bytes } from '../output/Bytes';
import { objectJson } from '../output/json';

/** The order of fields is part of the contract. */
export function answerFields({
  verdict,
  transport,
  decidedBy,
  conditions,
  reason,
}: JointAnswer) {
  return {
    verdict,
    transport,
    decidedBy: decidedBy.map(({ layer, direction, effect, object, field }) => ({
      layer,
      direction,
      effect,
      object: objectJson(object),
      field,
    })),
    reason,
    ...(conditions.length > 0 && { conditions }),
  };
}

/** The rest of an answer's line after the id: answers may be shared by many questions, so it is made once. */
const lines = new WeakMap<JointAnswer, Uint8Array>();

/** `id` is JSON. */
export function addAnswerLine(
  written: Bytes,
  id: string,
  answer: JointAnswer,
): void {
  let line = lines.get(answer);
  if (!line) {
    line = Buffer.from(`,${JSON.stringify(answerFields(answer)).slice(1)}\n`);
    lines.set(answer, line);
  }
  written.addText('{"id":');
  written.addText(id);
  written.addBytes(line);
}

export function exitCodeOf(verdicts: ReadonlySet<NetworkVerdict>): ExitCode {
  if (verdicts.has('deny')) {
    return EXIT.fails;
  }
  return verdicts.has('unknown') ? EXIT.unknown : EXIT.ok;
}
