/** An answer about one connection in sentences, with the names of both ends. */
import type { ConnectionRequest } from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  JointAnswer,
  describeObject,
  describeRule,
  describeTunnel,
} from '@backstage-zero-trust/posture-engine';

export interface DescribeAnswerOptions {
  from: string;
  to: string;
  /** Such as `TCP port 8080`. */
  port: string;
  request?: ConnectionRequest;
}

type NetworkAnswer = NonNullable<JointAnswer['network']>;
type Field = NetworkAnswer['decidedBy'][number];

/** Objects and conditions in one sentence; of more, the first ones are named. */
const MOST_NAMED = 3;

const PARTLY =
  'This holds for some of the pods; for others the answer is another.';

export function describeAnswer(
  answer: JointAnswer,
  options: DescribeAnswerOptions,
): string {
  const { network, mesh, tunnel } = answer;
  return [
    verdictOf(answer, options),
    ...(tunnel && !mesh ? [describeTunnel(tunnel)] : []),
    ...(answer.verdict === 'deny'
      ? []
      : [passageOf(answer, options), meshOf(answer)]),
    // The mesh's reason says so itself.
    ...(network?.partly && !mesh?.partly ? [PARTLY] : []),
  ]
    .filter(text => text !== '')
    .join(' ');
}

function verdictOf(
  answer: JointAnswer,
  options: DescribeAnswerOptions,
): string {
  const { verdict, network, mesh, conditions } = answer;
  const { from } = options;
  const what = actionOf(options);
  switch (verdict) {
    case 'unknown':
      return `Nobody can tell whether ${from} may ${what}. ${
        network?.verdict === 'unknown' ? network.reason : answer.reason
      }`;
    case 'deny':
      return mesh
        ? `${from} may not ${what}. The network lets it pass, and the mesh does not. ${mesh.reason}`
        : `${from} may not ${what}. ${describeDenial(network, options)}`;
    default:
      return conditions.length > 0
        ? `${from} may ${what}, but only where ${enumerate(conditions)}.`
        : `${from} may ${what}.`;
  }
}

/** `reach Deployment shop/orders on TCP port 8080`, `send POST /charge to …`. */
function actionOf({ to, port, request = {} }: DescribeAnswerOptions): string {
  const { principal, ...http } = request;
  const as = principal === undefined ? '' : `, as ${principal},`;
  if (Object.keys(http).length === 0) {
    return `reach ${to} on ${port}${as}`;
  }
  const { method, path, token } = http;
  const line = [method, path].filter(Boolean).join(' ');
  return `send ${
    line === '' ? 'such a request' : line
  } to ${to} on ${port}${as}${token ? ' with such a token' : ''}`;
}

function passageOf(
  { network, verdict }: JointAnswer,
  { from, to }: DescribeAnswerOptions,
): string {
  if (!network || verdict === 'unknown') {
    return '';
  }
  const allowing = (direction: Field['direction']) =>
    network.decidedBy.find(
      field => field.direction === direction && field.effect === 'allow',
    );
  const out = allowing('egress');
  const into = allowing('ingress');
  return sentence(
    [
      out
        ? `${describeRule(out)} lets it out`
        : `no network policy restricts what ${from} sends here`,
      into
        ? `${describeRule(into)} lets it in`
        : `no network policy restricts what ${to} receives here`,
    ].join(', and '),
  );
}

function meshOf({ mesh, verdict }: JointAnswer): string {
  return mesh && verdict !== 'unknown' && mesh.verdict !== 'conditional'
    ? `In the mesh: ${mesh.reason}`
    : '';
}

function describeDenial(
  network: NetworkAnswer | undefined,
  { from, to }: DescribeAnswerOptions,
): string {
  const denying = (network?.decidedBy ?? []).filter(
    ({ effect }) => effect === 'deny',
  );
  const [first] = denying;
  if (!first) {
    return network?.reason ?? '';
  }
  if (/gress(?:Deny)?\[\d+\]/.test(first.field)) {
    return sentence(`${describeRule(first)} denies it`);
  }
  const objects = [
    ...new Set(denying.map(({ object }) => describeObject(object))),
  ];
  const lets = objects.length > 1 ? 'let' : 'lets';
  return first.direction === 'egress'
    ? `${enumerate(
        objects,
        'and',
      )} ${lets} ${from} send only what a rule allows, and none allows this.`
    : `${enumerate(
        objects,
        'and',
      )} ${lets} ${to} receive only what a rule allows, and none allows this.`;
}

function enumerate(texts: readonly string[], word = 'or'): string {
  const named = texts.slice(0, MOST_NAMED);
  const rest = texts.length - named.length;
  if (rest > 0) {
    return `${named.join(', ')} ${word} ${rest} more`;
  }
  return named.length > 1
    ? `${named.slice(0, -1).join(', ')} ${word} ${named[named.length - 1]}`
    : named[0];
}

function sentence(text: string): string {
  return `${text[0].toLocaleUpperCase('en-US')}${text.slice(1)}${
    /[.!?]$/.test(text) ? '' : '.'
  }`;
}
