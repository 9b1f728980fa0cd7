/**
 * Regular expressions as Envoy takes them for Cilium (RE2, the whole of a text
 * must match), run in time that grows with the text alone: a policy's pattern
 * must not stop whoever asks about it.
 */
import { Atom } from './characterClasses';
import { Expression, parseExpression } from './regularExpressionSyntax';

/** A state waits for a character, or stands for several others. */
type State =
  | { kind: 'end' }
  | { kind: 'character'; atom: Atom; next: State }
  | { kind: 'assertion'; holds: Assertion; next: State }
  | { kind: 'either'; next: State[] };

type Assertion = Extract<Expression, { kind: 'assertion' }>['holds'];

/** Repetitions are written out, so they count as often as they say. */
const MOST_STATES = 10_000;

class Compiler {
  static create(): Compiler {
    return new Compiler();
  }

  #states = 0;

  private constructor() {}

  /** Undefined where it becomes too large. */
  compile(expression: Expression, next: State): State | undefined {
    this.#states++;
    if (this.#states > MOST_STATES) {
      return undefined;
    }
    switch (expression.kind) {
      case 'character':
        return { kind: 'character', atom: expression.atom, next };
      case 'assertion':
        return { kind: 'assertion', holds: expression.holds, next };
      case 'sequence':
        return expression.parts.reduceRight<State | undefined>(
          (state, part) => state && this.compile(part, state),
          next,
        );
      case 'either': {
        const states = expression.parts.map(part => this.compile(part, next));
        return allOf(states);
      }
      default:
        return this.#repeat(expression, next);
    }
  }

  #repeat(
    { part, least, most }: Extract<Expression, { kind: 'repetition' }>,
    next: State,
  ): State | undefined {
    let state: State | undefined = next;
    if (most === Infinity) {
      const loop: State = { kind: 'either', next: [next] };
      const once = this.compile(part, loop);
      if (!once) {
        return undefined;
      }
      loop.next.push(once);
      state = loop;
    } else {
      for (let index = least; index < most && state; index++) {
        state = allOf([next, this.compile(part, state)]);
      }
    }
    for (let index = 0; index < least && state; index++) {
      state = this.compile(part, state);
    }
    return state;
  }
}

function allOf(states: readonly (State | undefined)[]): State | undefined {
  const next = states.flatMap(state => state ?? []);
  return next.length < states.length ? undefined : { kind: 'either', next };
}

export class RegularExpression {
  /** Undefined for what is no expression of RE2, or one that is not understood here. */
  static create(source: string): RegularExpression | undefined {
    const expression = parseExpression(source);
    const start =
      expression && Compiler.create().compile(expression, { kind: 'end' });
    return start && new RegularExpression(start);
  }

  private constructor(private readonly start: State) {}

  matches(text: string): boolean {
    const characters = [...text];
    let states = closure([this.start], undefined, characters[0]);
    characters.forEach((character, index) => {
      const next: State[] = [];
      for (const state of states) {
        if (state.kind === 'character' && state.atom(character)) {
          next.push(state.next);
        }
      }
      states = closure(next, character, characters[index + 1]);
    });
    return [...states].some(({ kind }) => kind === 'end');
  }
}

/** All states that are reached without a character more. */
function closure(
  starts: readonly State[],
  before: string | undefined,
  after: string | undefined,
): Set<State> {
  const reached = new Set<State>();
  const open = [...starts];
  for (let state = open.pop(); state; state = open.pop()) {
    if (!reached.has(state)) {
      reached.add(state);
      if (state.kind === 'either') {
        open.push(...state.next);
      } else if (state.kind === 'assertion' && state.holds(before, after)) {
        open.push(state.next);
      }
    }
  }
  return reached;
}
