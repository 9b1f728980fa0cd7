/**
 * What the policies of a snapshot can tell apart: the labels and values that
 * their selectors name, their blocks of addresses and named ports. Everything
 * that they cannot tell apart is one endpoint class.
 */
import type { LabelSelector, PodView } from '../snapshot';

type Labels = Readonly<Record<string, string>>;

/** The values of one label that selectors name. A value that none names is as good as any other such value. */
export class LabelWords {
  readonly #values = new Map<string, Set<string> | 'any'>();

  add(key: string, values: Iterable<string> | 'any'): void {
    const known = this.#values.get(key);
    if (known === 'any') {
      return;
    }
    if (values === 'any') {
      this.#values.set(key, 'any');
      return;
    }
    const set = known ?? new Set<string>();
    for (const value of values) {
      set.add(value);
    }
    this.#values.set(key, set);
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
  /** What else policies see of a pod; pods of one class have equal traits. */
  readonly podTraits: ((pod: PodView) => string)[] = [];

  addPodSelector(selector: LabelSelector | undefined): void {
    addSelector(this.podLabels, selector);
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
