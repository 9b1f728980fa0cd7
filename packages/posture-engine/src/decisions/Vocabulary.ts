/**
 * What the policies of a snapshot can tell apart: the labels and values that
 * their selectors name, their blocks of addresses and named ports. Everything
 * that they cannot tell apart is one endpoint class.
 */
import { ClusterSnapshot, LabelSelector, PodView, compare } from '../snapshot';

type Labels = Readonly<Record<string, string>>;

/** The values of one label that selectors name. A value that none names is as good as any other such value. */
export class LabelWords {
  readonly #values = new Map<string, Set<string> | 'any'>();
  #size = 0;

  /** Grows with every word that was not there before. */
  get size(): number {
    return this.#size;
  }

  add(key: string, values: Iterable<string> | 'any'): void {
    const known = this.#values.get(key);
    if (known === 'any') {
      return;
    }
    if (values === 'any') {
      this.#values.set(key, 'any');
      this.#size++;
      return;
    }
    const set = known ?? new Set<string>();
    this.#size += known ? 0 : 1;
    for (const value of values) {
      this.#size += set.has(value) ? 0 : 1;
      set.add(value);
    }
    this.#values.set(key, set);
  }

  addAll(words: LabelWords): void {
    for (const [key, values] of words.#values) {
      this.add(key, values);
    }
  }

  /** Whether some selector names this value. */
  names(key: string, value: string): boolean {
    const values = this.#values.get(key);
    return values !== 'any' && values?.has(value) === true;
  }

  /** What selectors can see of a set of labels; equal where no selector tells the sets apart. */
  signature(labels: Labels): string {
    const parts: string[] = [];
    for (const key of Object.keys(labels).sort()) {
      const values = this.#values.get(key);
      if (values) {
        const value = labels[key];
        parts.push(
          values === 'any' || values.has(value) ? `${key}=${value}` : `${key}*`,
        );
      }
    }
    return parts.join('\u0000');
  }
}

export class Vocabulary {
  readonly podLabels = new LabelWords();
  readonly namespaceLabels = new LabelWords();
  readonly #openKeys = new Map<string, readonly string[]>();
  /** Namespaces that have policies of their own, or are named by one. */
  readonly namespaces = new Set<string>();
  readonly cidrs = new Set<string>();
  /** Names of ports that rules use. */
  readonly namedPorts = new Set<string>();
  /** Whether some policy tells nodes from other addresses, or from each other. */
  namesNodes = false;
  /** Names of service accounts that selectors name. */
  readonly serviceAccounts = new Set<string>();
  /**
   * Set where policies see a node by its place: the pod's own or another, and
   * whether the API server is there. Blocks are for addresses outside then.
   */
  nodePlaces?: { apiServers: readonly string[] };
  /** Labels as policies see them that give a pod more than its own, with those. */
  readonly givenLabels = new LabelWords();
  givenLabelsOf?: (snapshot: ClusterSnapshot, pod: PodView) => Labels;
  /** What was asked to be described, by identity. */
  readonly #described = new Set<object>();

  /** All words of another, to which more can be added. */
  static from(other: Vocabulary): Vocabulary {
    const vocabulary = new Vocabulary();
    vocabulary.podLabels.addAll(other.podLabels);
    vocabulary.namespaceLabels.addAll(other.namespaceLabels);
    vocabulary.givenLabels.addAll(other.givenLabels);
    for (const set of [
      'namespaces',
      'cidrs',
      'namedPorts',
      'serviceAccounts',
    ] as const) {
      other[set].forEach(word => vocabulary[set].add(word));
    }
    other.#openKeys.forEach(keys => vocabulary.addOpenKeys(keys));
    vocabulary.namesNodes = other.namesNodes;
    vocabulary.nodePlaces = other.nodePlaces;
    vocabulary.givenLabelsOf = other.givenLabelsOf;
    other.#described.forEach(object => vocabulary.#described.add(object));
    return vocabulary;
  }

  /** Adds the words of one object, unless they are in. */
  describe<T extends object>(object: T, add: (object: T) => void): void {
    if (!this.#described.has(object)) {
      this.#described.add(object);
      add(object);
    }
  }

  /** Grows with every word that was not there before. */
  get size(): number {
    return (
      this.podLabels.size +
      this.namespaceLabels.size +
      this.givenLabels.size +
      this.#openKeys.size +
      this.namespaces.size +
      this.cidrs.size +
      this.namedPorts.size +
      this.serviceAccounts.size +
      (this.namesNodes ? 1 : 0)
    );
  }

  addPodSelector(selector: LabelSelector | undefined): void {
    addSelector(this.podLabels, selector);
    const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
    if (
      Object.keys(matchLabels).length === 0 &&
      !matchExpressions.some(({ operator }) => operator === 'In')
    ) {
      this.addOpenKeys(
        matchExpressions
          .filter(({ operator }) => operator === 'Exists')
          .map(({ key }) => key),
      );
    }
  }

  /** Labels that a selector asks pods to have, whatever their values, and asks for no more: anybody may put them on. */
  addOpenKeys(keys: readonly string[]): void {
    if (keys.some(key => key.includes(':'))) {
      return; // of Cilium's own, which no pod can have
    }
    const sorted = [...new Set(keys)].sort();
    this.#openKeys.set(sorted.join(), sorted);
  }

  get openKeys(): readonly (readonly string[])[] {
    return [...this.#openKeys]
      .sort(([left], [right]) => compare(left, right))
      .flatMap(([, keys]) => (keys.length > 0 ? [keys] : []));
  }

  addNamespaceSelector(selector: LabelSelector | undefined): void {
    addSelector(this.namespaceLabels, selector);
  }
}

function addSelector(
  words: LabelWords,
  selector: LabelSelector | undefined,
): void {
  for (const [key, value] of Object.entries(selector?.matchLabels ?? {})) {
    words.add(key, [value]);
  }
  for (const { key, values } of selector?.matchExpressions ?? []) {
    words.add(key, values ?? []);
  }
}
