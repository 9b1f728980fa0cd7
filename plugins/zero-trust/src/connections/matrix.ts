/** Namespaces against namespaces, ready to be drawn: what is open between each two, and which of them are worth a look. */
import type {
  NamespaceCell,
  NamespaceMatrix,
} from '@backstage-zero-trust/plugin-zero-trust-common';

/** `some`: between some pairs of workloads a port is open; `unknown`: none is known to be, and of some nobody can tell. */
export type CellState = 'none' | 'some' | 'all' | 'unknown';

export const CELL_STATES: readonly CellState[] = [
  'none',
  'some',
  'all',
  'unknown',
];

export function stateOf(cell: NamespaceCell | undefined): CellState {
  if (!cell) {
    return 'none';
  }
  const { open, unknown, pairs } = cell;
  if (open === 0) {
    return unknown > 0 ? 'unknown' : 'none';
  }
  return open === pairs ? 'all' : 'some';
}

export interface Grid {
  /** Indices into the matrix's namespaces, in order. */
  shown: readonly number[];
  /** By indices into the matrix's namespaces. */
  cell(from: number, to: number): NamespaceCell | undefined;
}

/** @param isAll - also namespaces that nothing but themselves reaches, or reach */
export function gridOf(
  { namespaces, cells }: NamespaceMatrix,
  isAll: boolean,
): Grid {
  const byPlace = new Map(cells.map(cell => [`${cell.from} ${cell.to}`, cell]));
  const worthALook = new Set(
    cells
      .filter(cell => cell.from !== cell.to && stateOf(cell) !== 'none')
      .flatMap(({ from, to }) => [from, to]),
  );
  return {
    shown: namespaces.flatMap((_, index) =>
      isAll || worthALook.has(index) ? [index] : [],
    ),
    cell: (from, to) => byPlace.get(`${from} ${to}`),
  };
}

/** Of pairs of different namespaces: how many are open, wholly open, unknown, and how many there are. */
export function countPairs({ namespaces, cells }: NamespaceMatrix): {
  open: number;
  all: number;
  unknown: number;
  pairs: number;
} {
  const states = cells
    .filter(({ from, to }) => from !== to)
    .map(cell => stateOf(cell));
  const count = (...wanted: CellState[]) =>
    states.filter(state => wanted.includes(state)).length;
  return {
    open: count('some', 'all'),
    all: count('all'),
    unknown: count('unknown'),
    pairs: namespaces.length * (namespaces.length - 1),
  };
}
