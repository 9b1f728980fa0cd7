/**
 * Facts that rest on one thing alone, such as the list of a namespace's objects
 * of a kind, which is the same list in all snapshots in which they are the same.
 */
export function remembered<K extends object, T>(
  compute: (key: K) => T,
): (key: K) => T {
  const facts = new WeakMap<K, { fact: T }>();
  return key => {
    let known = facts.get(key);
    if (!known) {
      known = { fact: compute(key) };
      facts.set(key, known);
    }
    return known.fact;
  };
}
