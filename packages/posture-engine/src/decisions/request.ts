/** What a question may say of an HTTP request, and what that comes to under the conditions of rules. */
import type { Condition, DecidingField } from './tier';

/** What is left out may be anything. */
export interface AskedRequest {
  method?: string;
  /** With its query, if it has one. */
  path?: string;
  host?: string;
  headers?: Readonly<Record<string, string>>;
}

export type RequestOutcome =
  | { kind: 'met' | 'unmet' }
  /** What is not said of the request, or is no matter of requests, decides. */
  | { kind: 'open'; condition: Condition }
  /** Nobody can tell, for the reason given. */
  | { kind: 'unknown'; condition: Condition; reason: string };

/** A condition as a request meets it. */
export interface RequestTest {
  /** Tests of the same have the same. */
  key: string;
  condition: Condition;
  ask(request: AskedRequest): RequestOutcome;
}

/** The test of one rule among several. */
export interface RuleTest {
  test: RequestTest;
  decidedBy: DecidingField;
}

/** What the tests of rules come to, one of which must be met. */
export type RulesOutcome =
  | { kind: 'met'; decidedBy: DecidingField }
  | { kind: 'unmet'; decidedBy: DecidingField[]; conditions: Condition[] }
  | { kind: 'open'; conditions: Condition[] }
  | { kind: 'unknown'; reason: string };

export function askRules(
  tests: readonly RuleTest[],
  request: AskedRequest,
): RulesOutcome {
  const conditions = new Set<Condition>();
  let isOpen = false;
  let reason: string | undefined;
  for (const { test, decidedBy } of tests) {
    const outcome = test.ask(request);
    switch (outcome.kind) {
      case 'met':
        return { kind: 'met', decidedBy };
      case 'open':
        isOpen = true;
        conditions.add(outcome.condition);
        break;
      case 'unknown':
        reason ??= outcome.reason;
        conditions.add(outcome.condition);
        break;
      default:
    }
  }
  if (isOpen) {
    return { kind: 'open', conditions: [...conditions] };
  }
  return reason === undefined
    ? {
        kind: 'unmet',
        decidedBy: [
          ...new Map(
            tests.map(({ decidedBy }) => [
              JSON.stringify(decidedBy),
              decidedBy,
            ]),
          ).values(),
        ],
        conditions: [...new Set(tests.map(({ test }) => test.condition))],
      }
    : { kind: 'unknown', reason };
}
