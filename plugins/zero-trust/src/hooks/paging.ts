/** Which part of a long list is shown, as the address says it. */

export const PAGE_SIZES = [20, 50, 100] as const;

/** The parameters of the address. */
export const PAGING = ['page', 'size'] as const;

export interface PagingState {
  /** Counted from 1. */
  page?: string;
  size?: string;
}

export interface Paging {
  offset: number;
  limit: number;
  /** Counted from 0. */
  goTo(page: number): void;
  resize(size: number): void;
}

type Change = (changes: { page?: string; size?: string }) => void;

/** Whatever the address holds, the part is a sensible one. */
export function readPaging(state: PagingState): {
  offset: number;
  limit: number;
} {
  const limit =
    PAGE_SIZES.find(known => String(known) === state.size) ?? PAGE_SIZES[0];
  const page = Math.max(1, Math.floor(Number(state.page)) || 1);
  return { offset: (page - 1) * limit, limit };
}

export function pagingWith(state: PagingState, change: Change): Paging {
  return {
    ...readPaging(state),
    goTo: index => change({ page: index > 0 ? String(index + 1) : undefined }),
    resize: size => change({ size: String(size), page: undefined }),
  };
}
