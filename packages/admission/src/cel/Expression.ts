/**
 * A CEL expression as Kubernetes evaluates it: CEL itself by Buf's evaluator,
 * with the library that Kubernetes adds (apiserver's `cel/environment/base.go`,
 * 1.37) and RE2 for regular expressions. Optional values inside list and map
 * literals are not there, nor a bound on what an evaluation may cost.
 */
import {
  CelInput,
  CelValue,
  celEnv,
  isCelError,
  parse,
  plan,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { patternOf } from '../patterns';
import { ADDRESSES } from './library/addresses';
import { LISTS } from './library/lists';
import { OPTIONALS } from './library/optionals';
import { PAIRS_LIBRARY } from './library/pairs';
import { QUANTITIES } from './library/quantities';
import { TEXTS_LIBRARY } from './library/texts';
import { URLS } from './library/urls';
import { withoutPairs } from './comprehensions';
import { withoutOptionals } from './optionals';
import { reads } from './tokens';

/** What becomes of an expression: a value, an error that ends it in the API server too, or nothing that can be told. */
export type Evaluation =
  | { value: CelValue }
  | { error: string }
  | { unknown: string };

const ENVIRONMENT = celEnv({
  funcs: [
    ...strings,
    ...URLS,
    ...ADDRESSES,
    ...QUANTITIES,
    ...LISTS,
    ...TEXTS_LIBRARY,
    ...OPTIONALS,
    ...PAIRS_LIBRARY,
  ],
  re2: { compile: pattern => patternOf(pattern) },
});

/** How the evaluator says that it lacks something, rather than that the data is wrong. */
const LACKING =
  /unbound function|unresolved attribute|unknown type|no matching overload|unimplemented/;

const compiled = new Map<string, Expression>();
const MOST_KEPT = 5000;

export class Expression {
  /** The same text gives the same expression. */
  static of(text: string): Expression {
    let expression = compiled.get(text);
    if (!expression) {
      expression = new Expression(text);
      if (compiled.size >= MOST_KEPT) {
        compiled.clear();
      }
      compiled.set(text, expression);
    }
    return expression;
  }

  /** Whether it compares with the object that was there before. */
  readonly readsOldSelf: boolean;
  readonly #evaluate:
    | ((variables: Record<string, CelInput>) => CelValue | Error)
    | string;

  private constructor(text: string) {
    this.readsOldSelf = reads(text, 'oldSelf');
    try {
      this.#evaluate = plan(
        ENVIRONMENT,
        parse(withoutOptionals(withoutPairs(text))),
      );
    } catch (error) {
      this.#evaluate = messageOf(error);
    }
  }

  evaluate(variables: Record<string, CelInput>): Evaluation {
    if (typeof this.#evaluate === 'string') {
      return { unknown: this.#evaluate };
    }
    let result: CelValue | Error;
    try {
      result = this.#evaluate(variables);
    } catch (error) {
      return { unknown: messageOf(error) };
    }
    if (!isCelError(result)) {
      return { value: result as CelValue };
    }
    return LACKING.test(result.message)
      ? { unknown: result.message }
      : { error: result.message };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
