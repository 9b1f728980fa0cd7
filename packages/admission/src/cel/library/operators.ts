/** CEL's own operators as functions, for library functions that compare and add values. */
import { CelValue, celEnv, isCelError, parse, plan } from '@bufbuild/cel';

function operator(expression: string) {
  const evaluate = plan(celEnv(), parse(expression));
  return (left: CelValue, right: CelValue): CelValue => {
    const result = evaluate({ left, right });
    if (isCelError(result)) {
      throw result;
    }
    return result;
  };
}

const equal = operator('left == right');
const less = operator('left < right');

/** Throws where the types do not go together. */
export const add = operator('left + right');

export function isEqual(left: CelValue, right: CelValue): boolean {
  return equal(left, right) === true;
}

/** Throws where the types do not go together. */
export function isLess(left: CelValue, right: CelValue): boolean {
  return less(left, right) === true;
}

export function holds(list: Iterable<CelValue>, value: CelValue): boolean {
  for (const inner of list) {
    if (isEqual(inner, value)) {
      return true;
    }
  }
  return false;
}
