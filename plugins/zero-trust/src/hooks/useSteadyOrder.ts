/** Keeps rows where the reader saw them, whatever a refresh brings. */
import { useEffect, useRef } from 'react';

/**
 * Known items keep their order; new ones take the places of those that went,
 * and what is left over comes last.
 */
export function keepPlaces<T>(
  places: readonly string[],
  items: readonly T[],
  idOf: (item: T) => string,
): T[] {
  const byId = new Map(items.map(item => [idOf(item), item]));
  const known = new Set(places);
  const fresh = items.filter(item => !known.has(idOf(item)));
  const kept = places.flatMap(id => {
    const item = byId.get(id) ?? fresh.shift();
    return item === undefined ? [] : [item];
  });
  return [...kept, ...fresh];
}

export interface SteadyOrderOptions<T> {
  idOf: (item: T) => string;
  /** What the reader chose to see; with another choice the order is made anew. */
  view: string;
  /** Whether the view shows the item; what it showed once, it shows on. All if omitted. */
  isShown?: (item: T) => boolean;
}

export function useSteadyOrder<T>(
  items: readonly T[],
  { idOf, view, isShown = () => true }: SteadyOrderOptions<T>,
): T[] {
  const memory = useRef<{ view: string; places: string[] }>();
  const places =
    memory.current?.view === view ? memory.current.places : ([] as string[]);
  const shown = items.filter(
    item => isShown(item) || places.includes(idOf(item)),
  );
  const ordered = keepPlaces(places, shown, idOf);
  useEffect(() => {
    memory.current = { view, places: ordered.map(idOf) };
  });
  return ordered;
}
