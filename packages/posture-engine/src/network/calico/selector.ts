/** Calico's selector expressions, over one set of labels. */

type Labels = Readonly<Record<string, string>>;

export type CalicoSelector =
  | { kind: 'all' | 'global' }
  | { kind: 'has'; label: string }
  | {
      kind: 'equals' | 'contains' | 'starts with' | 'ends with';
      label: string;
      value: string;
    }
  | { kind: 'in'; label: string; values: ReadonlySet<string> }
  | { kind: 'not'; operand: CalicoSelector }
  | { kind: 'and' | 'or'; operands: readonly CalicoSelector[] };

/** What the empty expression comes to. */
export const ALL: CalicoSelector = { kind: 'all' };

/** Whether the labels match. `global()` does not limit anything where it stands alone. */
export function matchesCalico(
  selector: CalicoSelector,
  labels: Labels,
): boolean {
  switch (selector.kind) {
    case 'all':
    case 'global':
      return true;
    case 'not':
      return !matchesCalico(selector.operand, labels);
    case 'and':
      return selector.operands.every(operand => matchesCalico(operand, labels));
    case 'or':
      return selector.operands.some(operand => matchesCalico(operand, labels));
    default:
  }
  if (!Object.hasOwn(labels, selector.label)) {
    return false;
  }
  const value = labels[selector.label];
  switch (selector.kind) {
    case 'has':
      return true;
    case 'equals':
      return value === selector.value;
    case 'in':
      return selector.values.has(value);
    case 'contains':
      return value.includes(selector.value);
    case 'starts with':
      return value.startsWith(selector.value);
    default:
      return value.endsWith(selector.value);
  }
}

/** The expression with its leaves replaced. */
export function mapLeaves(
  selector: CalicoSelector,
  replace: (leaf: CalicoSelector) => CalicoSelector,
): CalicoSelector {
  switch (selector.kind) {
    case 'not':
      return { kind: 'not', operand: mapLeaves(selector.operand, replace) };
    case 'and':
    case 'or':
      return {
        kind: selector.kind,
        operands: selector.operands.map(operand => mapLeaves(operand, replace)),
      };
    default:
      return replace(selector);
  }
}

/** Its leaves, from left to right. */
export function* leavesOf(selector: CalicoSelector): Generator<CalicoSelector> {
  switch (selector.kind) {
    case 'not':
      yield* leavesOf(selector.operand);
      break;
    case 'and':
    case 'or':
      for (const operand of selector.operands) {
        yield* leavesOf(operand);
      }
      break;
    default:
      yield selector;
  }
}

export function allOf(operands: readonly CalicoSelector[]): CalicoSelector {
  const telling = operands.filter(({ kind }) => kind !== 'all');
  return telling.length < 2
    ? telling[0] ?? ALL
    : { kind: 'and', operands: telling };
}

export function not(operand: CalicoSelector): CalicoSelector {
  return { kind: 'not', operand };
}

const keys = new WeakMap<CalicoSelector, string>();

/** Equal for equal expressions. */
export function keyOfSelector(selector: CalicoSelector): string {
  let key = keys.get(selector);
  if (key === undefined) {
    key = writeKey(selector);
    keys.set(selector, key);
  }
  return key;
}

function writeKey(selector: CalicoSelector): string {
  switch (selector.kind) {
    case 'not':
      return `!${keyOfSelector(selector.operand)}`;
    case 'and':
    case 'or':
      return `${selector.kind}(${selector.operands.map(keyOfSelector).join()})`;
    case 'in':
      return JSON.stringify([selector.label, ...selector.values]);
    default:
      return JSON.stringify(selector);
  }
}
