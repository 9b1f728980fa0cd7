/**
 * Which of many selectors match a set of labels, without trying them all: a
 * selector that demands a label with one certain value is found by that label.
 */
import { LabelSelector } from '../snapshot/kinds';
import { matchesSelector } from './labelSelector';

type Labels = Readonly<Record<string, string>>;

interface Entry<T> {
  selector: LabelSelector;
  item: T;
  order: number;
}

export class SelectorIndex<T> {
  static create<T>(
    items: Iterable<T>,
    selectorOf: (item: T) => LabelSelector,
  ): SelectorIndex<T> {
    const index = new SelectorIndex<T>();
    let order = 0;
    for (const item of items) {
      const selector = selectorOf(item);
      const entry = { selector, item, order: order++ };
      const [label] = Object.entries(selector.matchLabels ?? {});
      if (label) {
        const key = keyOf(label);
        const entries = index.#byLabel.get(key) ?? [];
        entries.push(entry);
        index.#byLabel.set(key, entries);
      } else {
        index.#others.push(entry);
      }
    }
    return index;
  }

  readonly #byLabel = new Map<string, Entry<T>[]>();
  readonly #others: Entry<T>[] = [];
  /** Many ask of the same pod. */
  readonly #found = new WeakMap<Labels, readonly T[]>();

  private constructor() {}

  /** The items whose selector matches, in the order in which they were given. Throws as {@link matchesSelector} does. */
  matching(labels: Labels): readonly T[] {
    let found = this.#found.get(labels);
    if (!found) {
      found = this.#match(labels);
      this.#found.set(labels, found);
    }
    return found;
  }

  #match(labels: Labels): T[] {
    const candidates = [...this.#others];
    for (const label of Object.entries(labels)) {
      candidates.push(...(this.#byLabel.get(keyOf(label)) ?? []));
    }
    return candidates
      .filter(({ selector }) => matchesSelector(selector, labels))
      .sort((left, right) => left.order - right.order)
      .map(({ item }) => item);
  }
}

function keyOf([key, value]: [string, string]): string {
  return `${key}\u0000${value}`;
}
