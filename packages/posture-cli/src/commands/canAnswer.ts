/** Answers of `can`, and their JSON. */
import {
  ConnectionAnswer,
  NetworkVerdict,
  Questions,
} from '@backstage-zero-trust/posture-engine';
import { EXIT, ExitCode } from '../exitCode';
import { objectJson } from '../output/json';
import { AskedQuestion } from './canQuestion';

/** The mesh may still refuse what the network lets through, but never the other way round. */
const MESH_ALONE: ConnectionAnswer = {
  verdict: 'unknown',
  decidedBy: [],
  conditions: [],
  reason:
    'The mesh layer is not decided here yet: ask with the layer network alone.',
};

export function answerTo(
  question: AskedQuestion,
  questions: Questions,
): ConnectionAnswer {
  const { layers } = question;
  if (!layers.includes('network')) {
    return MESH_ALONE;
  }
  const answer = questions.answer(question);
  if (answer.verdict !== 'allow' || !layers.includes('mesh')) {
    return answer;
  }
  return {
    ...answer,
    verdict: 'unknown',
    reason: `${MESH_ALONE.reason} As to the network: ${answer.reason}`,
  };
}

/** The order of fields is part of the contract. */
export function answerFields({
  verdict,
  decidedBy,
  conditions,
  reason,
}: ConnectionAnswer) {
  return {
    verdict,
    // Of the mesh layer.
    transport: null,
    decidedBy: decidedBy.map(({ layer, direction, effect, object, field }) => ({
      layer,
      direction,
      effect,
      object: objectJson(object),
      field,
    })),
    reason,
    ...(conditions.length > 0 && { conditions: flatConditions(conditions) }),
  };
}

/** One list, of which one must hold: of each given list one, joined. */
export function flatConditions(
  conditions: ConnectionAnswer['conditions'],
): string[] {
  const [first = [], ...others] = conditions;
  return others.reduce<string[]>(
    (joined, list) =>
      joined.flatMap(one => list.map(other => `${one} and ${other}`)),
    [...first],
  );
}

/** Answers are shared by many questions, so their text is made once. */
const texts = new WeakMap<ConnectionAnswer, string>();

export function answerLine(id: string, answer: ConnectionAnswer): string {
  let text = texts.get(answer);
  if (text === undefined) {
    text = JSON.stringify(answerFields(answer)).slice(1);
    texts.set(answer, text);
  }
  return `{"id":${id},${text}\n`;
}

export function exitCodeOf(verdicts: ReadonlySet<NetworkVerdict>): ExitCode {
  if (verdicts.has('deny')) {
    return EXIT.fails;
  }
  return verdicts.has('unknown') ? EXIT.unknown : EXIT.ok;
}
