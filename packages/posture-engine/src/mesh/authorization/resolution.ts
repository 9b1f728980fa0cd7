/**
 * A formula as an answer: yes, no, nobody can tell, or the ways in which a
 * request can satisfy it. Ways that contradict themselves are no ways, so that
 * "GET allowed, GET denied" comes out as no.
 */
import { Formula, RequestTest } from './formula';
import { areDisjoint, covers } from './patterns';

/** All of its tests must hold. Unknown where `reasons` is not empty. */
export interface Alternative {
  tests: readonly RequestTest[];
  reasons: readonly string[];
}

export type Resolution =
  | { verdict: 'allow' | 'deny' }
  | { verdict: 'unknown'; reasons: readonly string[] }
  /** One of the alternatives must hold; `reasons` say why there may be others. */
  | {
      verdict: 'conditional';
      alternatives: readonly (readonly RequestTest[])[];
      reasons: readonly string[];
    };

/** More ways than this are not told one by one. */
const MOST_ALTERNATIVES = 256;

/** Stands for conditions that are too many to be written down. */
const MANY: RequestTest = {
  attribute: 'request',
  patterns: [{ kind: 'opaque', written: 'what the policies ask for' }],
  negated: false,
  single: false,
};

export function resolve(formula: Formula): Resolution {
  switch (formula.kind) {
    case 'always':
      return { verdict: 'allow' };
    case 'never':
      return { verdict: 'deny' };
    case 'unknown':
      return { verdict: 'unknown', reasons: [formula.reason] };
    default:
  }
  const found = alternativesOf(formula);
  if (!found) {
    return { verdict: 'conditional', alternatives: [[MANY]], reasons: [] };
  }
  const certain = found.filter(({ reasons }) => reasons.length === 0);
  if (
    certain.some(({ tests }) => tests.length === 0) ||
    coverEverything(certain)
  ) {
    return { verdict: 'allow' };
  }
  const reasons = [...new Set(found.flatMap(one => one.reasons))];
  if (certain.length > 0) {
    return {
      verdict: 'conditional',
      alternatives: certain.map(({ tests }) => tests),
      reasons,
    };
  }
  return reasons.length > 0
    ? { verdict: 'unknown', reasons }
    : { verdict: 'deny' };
}

/** The disjunction of a formula, or undefined where it would be too long. */
function alternativesOf(formula: Formula): Alternative[] | undefined {
  switch (formula.kind) {
    case 'always':
      return [{ tests: [], reasons: [] }];
    case 'never':
      return [];
    case 'unknown':
      return [{ tests: [], reasons: [formula.reason] }];
    case 'test':
      return [{ tests: [formula.test], reasons: [] }];
    case 'any': {
      const found: Alternative[] = [];
      for (const part of formula.parts) {
        const ways = alternativesOf(part);
        if (!ways || found.length + ways.length > MOST_ALTERNATIVES) {
          return undefined;
        }
        found.push(...ways);
      }
      return withoutSubsumed(found);
    }
    default:
      return product(formula.parts);
  }
}

function product(parts: readonly Formula[]): Alternative[] | undefined {
  let found: Alternative[] = [{ tests: [], reasons: [] }];
  for (const part of parts) {
    const ways = alternativesOf(part);
    if (!ways) {
      return undefined;
    }
    found = withoutSubsumed(
      found.flatMap(one => ways.flatMap(other => both(one, other) ?? [])),
    );
    if (found.length > MOST_ALTERNATIVES) {
      return undefined;
    }
  }
  return found;
}

/** Both together, or undefined where they contradict each other. */
function both(one: Alternative, other: Alternative): Alternative | undefined {
  const tests = simplify([...one.tests, ...other.tests]);
  return (
    tests && {
      tests,
      reasons: [...new Set([...one.reasons, ...other.reasons])],
    }
  );
}

/** Takes from each test the patterns that the others rule out; undefined where one has none left. */
function simplify(tests: readonly RequestTest[]): RequestTest[] | undefined {
  const distinct = [
    ...new Map(tests.map(test => [keyOf(test), test])).values(),
  ];
  const kept: RequestTest[] = [];
  for (const test of distinct) {
    if (test.negated) {
      kept.push(test);
      continue;
    }
    const others = distinct.filter(
      other => other !== test && other.attribute === test.attribute,
    );
    const patterns = test.patterns.filter(pattern =>
      others.every(({ negated, patterns: theirs }) =>
        negated
          ? !theirs.some(their => covers(their, pattern))
          : !test.single || theirs.some(their => !areDisjoint(their, pattern)),
      ),
    );
    if (patterns.length === 0) {
      return undefined;
    }
    kept.push(
      patterns.length === test.patterns.length ? test : { ...test, patterns },
    );
  }
  // What must be one of some values need not also be told that it is not another.
  return kept.filter(
    test =>
      !test.negated ||
      !kept.some(
        other =>
          !other.negated &&
          other.single &&
          other.attribute === test.attribute &&
          other.patterns.every(pattern =>
            test.patterns.every(their => areDisjoint(their, pattern)),
          ),
      ),
  );
}

/** Whether some alternatives of one test each leave no request out: "GET, or anything but GET". */
function coverEverything(alternatives: readonly Alternative[]): boolean {
  const tests = alternatives.flatMap(({ tests: [test, ...others] }) =>
    others.length === 0 ? [test] : [],
  );
  return tests.some(test => {
    if (!test.negated) {
      return false;
    }
    const beside = tests.filter(
      other => other !== test && other.attribute === test.attribute,
    );
    return test.patterns.every(pattern =>
      beside.some(({ negated, single, patterns }) =>
        negated
          ? single && patterns.every(their => areDisjoint(their, pattern))
          : patterns.some(their => covers(their, pattern)),
      ),
    );
  });
}

function keyOf({ attribute, negated, patterns }: RequestTest): string {
  return JSON.stringify([
    attribute,
    negated,
    patterns.map(({ written }) => written),
  ]);
}

/** A way that asks for more than another adds nothing. */
function withoutSubsumed(found: readonly Alternative[]): Alternative[] {
  const keyed = found.map(alternative => ({
    alternative,
    keys: new Set([
      ...alternative.tests.map(keyOf),
      ...alternative.reasons.map(reason => `?${reason}`),
    ]),
  }));
  return keyed
    .filter(
      ({ keys }, index) =>
        !keyed.some(
          (other, at) =>
            at !== index &&
            (other.keys.size < keys.size ||
              (other.keys.size === keys.size && at < index)) &&
            [...other.keys].every(key => keys.has(key)),
        ),
    )
    .map(({ alternative }) => alternative);
}

/** `method is GET or POST`, `header x-team is not blue`. */
export function describeTest({
  attribute,
  patterns,
  negated,
}: RequestTest): string {
  if (patterns.every(({ kind }) => kind === 'present')) {
    return `${attribute} is ${negated ? 'absent' : 'present'}`;
  }
  const values = patterns.map(({ written }) => written).join(' or ');
  return `${attribute} is ${negated ? 'not ' : ''}${values}`;
}
