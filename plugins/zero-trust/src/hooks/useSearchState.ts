/** State that lives in the address, so that a view can be sent to somebody else. */
import { useCallback } from 'react';
import { useSearchParams } from 'react-router-dom';

export type SearchState<K extends string> = {
  readonly [name in K]?: string;
};

/** Reads and changes the named parameters and leaves all others alone; undefined removes one. */
export function useSearchState<K extends string>(
  names: readonly K[],
): [SearchState<K>, (changes: { [name in K]?: string | undefined }) => void] {
  const [parameters, setParameters] = useSearchParams();
  const state: { [name in K]?: string } = {};
  for (const name of names) {
    const value = parameters.get(name);
    if (value) {
      state[name] = value;
    }
  }
  const change = useCallback(
    (changes: { [name in K]?: string | undefined }) => {
      setParameters(
        previous => {
          const next = new URLSearchParams(previous);
          for (const [name, value] of Object.entries<string | undefined>(
            changes,
          )) {
            if (value) {
              next.set(name, value);
            } else {
              next.delete(name);
            }
          }
          return next;
        },
        { replace: true },
      );
    },
    [setParameters],
  );
  return [state, change];
}
