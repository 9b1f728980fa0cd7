/**
 * Cilium's HTTP rules as requests meet them. Cilium hands them to Envoy:
 * method, path and host are regular expressions that must match as a whole,
 * headers are compared as they stand, or must only be there.
 */
import type { AskedRequest, Condition, RequestTest } from '../../decisions';
import type { CiliumPortRule } from '../../snapshot';
import { RegularExpression } from './regularExpression';

export type HttpRule = NonNullable<
  NonNullable<CiliumPortRule['rules']>['http']
>[number];

/** Undefined where the request does not say it; a text is the reason why nobody can tell. */
type Answer = boolean | string | undefined;
type Part = (request: AskedRequest) => Answer;

export function httpTest(rule: HttpRule, condition: Condition): RequestTest {
  const parts = partsOf(rule);
  return {
    key: JSON.stringify(rule),
    condition,
    ask(request) {
      const answers = parts.map(part => part(request));
      if (answers.includes(false)) {
        return { kind: 'unmet' };
      }
      const reason = answers.find(answer => typeof answer === 'string');
      if (typeof reason === 'string') {
        return { kind: 'unknown', condition, reason };
      }
      return answers.includes(undefined)
        ? { kind: 'open', condition }
        : { kind: 'met' };
    },
  };
}

/** What is met by every HTTP request. */
export function anyHttpTest(condition: Condition): RequestTest {
  return { key: condition, condition, ask: () => ({ kind: 'met' }) };
}

/** Of what requests say nothing of. */
export function openTest(condition: Condition): RequestTest {
  return {
    key: condition,
    condition,
    ask: () => ({ kind: 'open', condition }),
  };
}

/** That both are met. */
export function bothTests(one: RequestTest, other: RequestTest): RequestTest {
  return {
    key: `${one.key} ${other.key}`,
    condition: `${one.condition} and ${other.condition}`,
    ask(request) {
      const outcomes = [one.ask(request), other.ask(request)];
      const refused = outcomes.find(({ kind }) => kind === 'unmet');
      if (refused) {
        return refused;
      }
      const left = outcomes.flatMap(outcome =>
        'condition' in outcome ? outcome : [],
      );
      const condition = left.map(outcome => outcome.condition).join(' and ');
      const unknown = left.find(({ kind }) => kind === 'unknown');
      if (unknown) {
        return { ...unknown, condition };
      }
      return left.length === 0 ? { kind: 'met' } : { kind: 'open', condition };
    },
  };
}

function partsOf(rule: HttpRule): Part[] {
  const { method, path, host, headers = [], headerMatches = [] } = rule;
  return [
    ...matching('method', method, request => request.method),
    ...matching('path', path, request => request.path).map(
      (part): Part =>
        request =>
          request.path !== undefined && isRewritten(request.path)
            ? `Cilium's proxy may rewrite the path ${request.path} before it compares it`
            : part(request),
    ),
    ...matching('host', host, request => request.host),
    ...headers.map((header): Part => {
      const [name, ...rest] = header.split(' ');
      return rest.length === 0
        ? withHeader(name, undefined)
        : withHeader(name.replace(/:+$/, ''), rest.join(' '));
    }),
    ...headerMatches
      .filter(({ mismatch }) => mismatch === undefined)
      .map(
        ({ name, value, secret }): Part =>
          secret
            ? () =>
                `the value that header ${name} must have is in a Secret, and those are not read`
            : withHeader(name, value),
      ),
  ];
}

function matching(
  field: string,
  pattern: string | undefined,
  valueOf: (request: AskedRequest) => string | undefined,
): Part[] {
  if (!pattern) {
    return [];
  }
  const expression = RegularExpression.create(pattern);
  return [
    request => {
      const value = valueOf(request);
      if (value === undefined) {
        return undefined;
      }
      return expression
        ? expression.matches(value)
        : `the ${field} pattern ${pattern} is none that can be followed here`;
    },
  ];
}

/** Envoy takes an empty value for any. */
function withHeader(name: string, value: string | undefined): Part {
  const wanted = name.toLowerCase();
  return ({ headers, host }) => {
    const found =
      wanted === 'host' || wanted === ':authority'
        ? host
        : headers &&
          (Object.entries(headers).find(
            ([one]) => one.toLowerCase() === wanted,
          )?.[1] ??
            false);
    return typeof found === 'string' ? !value || found === value : found;
  };
}

/** Whether Envoy's normalisation may change it: Cilium's setting `http-normalize-path`, on by default. */
function isRewritten(path: string): boolean {
  return /\/\/|\/\.{1,2}(?:\/|$)|[%\\#]/.test(path.split('?', 1)[0]);
}
