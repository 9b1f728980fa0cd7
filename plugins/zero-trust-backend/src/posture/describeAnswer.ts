/** An answer about one connection in sentences, with the names of both ends. */
import {
  MapAnswer,
  describeObject,
  describeRule,
} from '@backstage-zero-trust/posture-engine';

export interface DescribeAnswerOptions {
  from: string;
  to: string;
  /** Such as `TCP port 8080`. */
  port: string;
}

type Field = MapAnswer['decidedBy'][number];

/** Objects in one sentence; of more, the first ones are named. */
const MOST_NAMED = 3;

export function describeAnswer(
  answer: MapAnswer,
  { from, to, port }: DescribeAnswerOptions,
): string {
  const what = `reach ${to} on ${port}`;
  switch (answer.verdict) {
    case 'unknown':
      return `Nobody can tell whether ${from} may ${what}. ${sentence(
        answer.reason ?? 'the policies do not say',
      )}`;
    case 'deny':
      return `${from} may not ${what}. ${describeDenial(answer, from, to)}`;
    default:
      return `${from} may ${what}${
        answer.verdict === 'conditional'
          ? `, only for: ${answer.conditions.join(', or ')}`
          : ''
      }. ${sentence(describePassage(answer, from, to))}`;
  }
}

function describePassage(
  { decidedBy }: MapAnswer,
  from: string,
  to: string,
): string {
  const allowing = (direction: Field['direction']) =>
    decidedBy.find(
      field => field.direction === direction && field.effect === 'allow',
    );
  const out = allowing('egress');
  const into = allowing('ingress');
  return [
    out
      ? `${describeRule(out)} lets it out`
      : `no policy restricts what ${from} sends here`,
    into
      ? `${describeRule(into)} lets it in`
      : `no policy restricts what ${to} receives here`,
  ].join(', and ');
}

function describeDenial(
  { decidedBy }: MapAnswer,
  from: string,
  to: string,
): string {
  const denying = decidedBy.filter(({ effect }) => effect === 'deny');
  const [first] = denying;
  if (first && /gress(?:Deny)?\[\d+\]/.test(first.field)) {
    return capital(`${describeRule(first)} denies it.`);
  }
  const objects = [
    ...new Set(denying.map(({ object }) => describeObject(object))),
  ];
  const rest = objects.length - MOST_NAMED;
  const names = `${objects.slice(0, MOST_NAMED).join(', ')}${
    rest > 0 ? ` and ${rest} more` : ''
  }`;
  const lets = objects.length > 1 ? 'let' : 'lets';
  return first?.direction === 'egress'
    ? `${names} ${lets} ${from} send only what a rule allows, and none allows this.`
    : `${names} ${lets} ${to} receive only what a rule allows, and none allows this.`;
}

function sentence(text: string): string {
  return capital(/[.!?]$/.test(text) ? text : `${text}.`);
}

function capital(text: string): string {
  return `${text[0].toLocaleUpperCase('en-US')}${text.slice(1)}`;
}
