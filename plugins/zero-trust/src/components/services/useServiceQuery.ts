/** The fleet's list as its address says it: filters, order and page. */
import { useMemo } from 'react';
import type {
  ServiceQuery,
  ServiceSortField,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { SERVICE_SORT_FIELDS } from '@backstage-zero-trust/plugin-zero-trust-common';
import { PAGING, Paging, pagingWith, readPaging } from '../../hooks/paging';
import { useSearchState } from '../../hooks/useSearchState';
import { LEVELS, PILLARS, oneOf } from '../../posture/order';

export const SERVICE_FILTERS = [
  'level',
  'owner',
  'cluster',
  'pillar',
  'search',
] as const;
export type ServiceFilter = (typeof SERVICE_FILTERS)[number];

const PARAMETERS = [...SERVICE_FILTERS, 'sort', 'order', ...PAGING] as const;

/** What a first click on a column's heading gives: the worst, or the first, on top. */
const FIRST_ORDER: Record<ServiceSortField, 'asc' | 'desc'> = {
  level: 'asc',
  score: 'asc',
  title: 'asc',
  owner: 'asc',
  failing: 'desc',
};

export interface ServiceQueryState {
  query: ServiceQuery & {
    offset: number;
    limit: number;
    sort: ServiceSortField;
    order: 'asc' | 'desc';
  };
  isFiltered: boolean;
  /** A filter starts on the first page. */
  filter(changes: { [name in ServiceFilter]?: string | undefined }): void;
  sortBy(field: ServiceSortField): void;
  paging: Paging;
}

export function useServiceQuery(): ServiceQueryState {
  const [state, change] = useSearchState(PARAMETERS);
  const { offset, limit } = readPaging(state);
  const sort = oneOf(SERVICE_SORT_FIELDS, state.sort) ?? 'level';
  const order = oneOf(['asc', 'desc'], state.order) ?? FIRST_ORDER[sort];
  const { owner, cluster, search } = state;
  const level = oneOf(LEVELS, state.level);
  const pillar = oneOf(PILLARS, state.pillar);
  const query = useMemo(
    () => ({
      offset,
      limit,
      sort,
      order,
      ...(level && { level }),
      ...(owner && { owner }),
      ...(cluster && { cluster }),
      ...(pillar && { pillar }),
      ...(search && { search }),
    }),
    [offset, limit, sort, order, level, owner, cluster, pillar, search],
  );
  return {
    query,
    isFiltered: Boolean(level || owner || cluster || pillar || search),
    filter: changes => change({ ...changes, page: undefined }),
    sortBy: field =>
      change({
        sort: field,
        order: field === sort ? opposite(order) : FIRST_ORDER[field],
        page: undefined,
      }),
    paging: pagingWith(state, change),
  };
}

function opposite(order: 'asc' | 'desc'): 'asc' | 'desc' {
  return order === 'asc' ? 'desc' : 'asc';
}
