/** Looking into namespaces one by one, where all at once is forbidden. */

/**
 * Beyond this many, the namespaces that the cluster has are not tried one by
 * one: the load would be large and the answer still partial. Those that
 * somebody configured always are.
 */
export const MOST_NAMESPACES = 50;

export function namespacesToTry(
  configured: readonly string[] | undefined,
  existing: readonly string[],
): readonly string[] {
  if (configured) {
    return configured;
  }
  return existing.length <= MOST_NAMESPACES ? existing : [];
}
