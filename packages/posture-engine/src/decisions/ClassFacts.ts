/**
 * What is worked out from all classes of pods, such as whom a selector means.
 * Each fact says what it looks at in a class: when a class changes, the facts
 * to which it looks as before still hold, and are not worked out again.
 */
import type { ClusterSnapshot } from '../snapshot';
import type { PodClass } from './endpointClasses';

/** What a fact sees of one class, as text or a truth. It must hold on to nothing of a snapshot: facts outlive theirs. */
export type Look = (
  podClass: PodClass,
  snapshot: ClusterSnapshot,
) => string | boolean;

export interface Fact {
  look: Look;
  value: unknown;
}

export interface ChangedClass {
  before: PodClass;
  after: PodClass;
}

export class ClassFacts {
  static create(): ClassFacts {
    return new ClassFacts(new Map());
  }

  #watched: Fact[] | undefined;

  private constructor(private readonly facts: Map<string, Fact>) {}

  /** `compute` may ask for other facts: this one answers for them. */
  of<T>(key: string, look: Look, compute: () => T): T {
    let fact = this.facts.get(key);
    if (!fact) {
      const { value } = this.watch(compute);
      fact = { look, value };
      this.facts.set(key, fact);
    }
    this.#watched?.push(fact);
    return fact.value as T;
  }

  /** A result, and the facts that it was made from. Whoever watches on the outside does not see them: pass them on. */
  watch<T>(compute: () => T): { value: T; from: readonly Fact[] } {
    const outer = this.#watched;
    const watched: Fact[] = [];
    this.#watched = watched;
    try {
      return { value: compute(), from: watched };
    } finally {
      this.#watched = outer;
    }
  }

  /** For what concerns no class but the one that is looked at: whoever watches does not see what is asked for. */
  aside<T>(compute: () => T): T {
    return this.watch(compute).value;
  }

  /** Of a result that is remembered: whoever watches also depends on these. */
  passOn(facts: readonly Fact[]): void {
    this.#watched?.push(...facts);
  }

  /** The facts that hold after some classes have changed, and those that do not. */
  after(
    changes: readonly ChangedClass[],
    snapshot: ClusterSnapshot,
  ): { facts: ClassFacts; outdated: ReadonlySet<Fact> } {
    if (changes.length === 0) {
      return { facts: new ClassFacts(this.facts), outdated: new Set() };
    }
    const facts = new Map(this.facts);
    const outdated = new Set<Fact>();
    for (const [key, fact] of this.facts) {
      const { look } = fact;
      if (changes.some(change => looksOther(look, change, snapshot))) {
        facts.delete(key);
        outdated.add(fact);
      }
    }
    return { facts: new ClassFacts(facts), outdated };
  }
}

/** A look that fails, at a selector that cannot be evaluated, was never of one mind. */
function looksOther(
  look: Look,
  { before, after }: ChangedClass,
  snapshot: ClusterSnapshot,
): boolean {
  try {
    return look(before, snapshot) !== look(after, snapshot);
  } catch {
    return true;
  }
}

/** Remembers results by what makes them, so that equal ones are one object. */
export class FactCache<T> {
  static create<T>(facts: ClassFacts): FactCache<T> {
    return new FactCache(facts);
  }

  readonly #results = new Map<unknown, { value: T; from: readonly Fact[] }>();

  private constructor(private readonly facts: ClassFacts) {}

  /** Keys are compared as those of a Map. */
  get(key: unknown, compute: () => T): T {
    let result = this.#results.get(key);
    if (!result) {
      const { value, from } = this.facts.watch(compute);
      result = { value, from: [...new Set(from)] };
      this.#results.set(key, result);
    }
    this.facts.passOn(result.from);
    return result.value;
  }
}
