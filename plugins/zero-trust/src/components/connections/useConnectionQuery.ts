/** The connections as their address says them: direction, filters, page, and the peer that was chosen. */
import { useMemo } from 'react';
import {
  EntityConnectionQuery,
  TRANSPORTS,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { PAGING, Paging, pagingWith, readPaging } from '../../hooks/paging';
import { useSearchState } from '../../hooks/useSearchState';
import { DIRECTIONS, Direction } from '../../connections/peers';
import { oneOf } from '../../posture/order';

const FILTERS = ['cluster', 'namespace', 'search', 'transport'] as const;
type ConnectionFilter = (typeof FILTERS)[number];

const PARAMETERS = ['direction', ...FILTERS, 'peer', ...PAGING] as const;

/** Stands for addresses outside; no namespace can be called so. */
export const OUTSIDE = '(outside)';

type Query = Pick<EntityConnectionQuery, ConnectionFilter> & {
  direction: Direction;
  offset: number;
  limit: number;
};

export interface ConnectionQueryState {
  query: Query;
  /** The key of a peer about which the reader asked. */
  peer: string | undefined;
  isFiltered: boolean;
  paging: Paging;
  /** Starts on the first page and lets go of the peer. */
  filter(changes: { [name in ConnectionFilter]?: string | undefined }): void;
  turn(direction: Direction): void;
  choosePeer(peer: { key: string; direction: Direction } | undefined): void;
  /** `''` is outside. */
  chooseNamespace(direction: Direction, namespace: string | undefined): void;
}

export function useConnectionQuery(): ConnectionQueryState {
  const [state, change] = useSearchState(PARAMETERS);
  const { offset, limit } = readPaging(state);
  const direction = oneOf(DIRECTIONS, state.direction) ?? 'in';
  const { cluster, search, namespace, peer } = state;
  const transport = oneOf(TRANSPORTS, state.transport);
  const query = useMemo(
    (): Query => ({
      direction,
      offset,
      limit,
      ...(cluster && { cluster }),
      ...(namespace && {
        namespace: namespace === OUTSIDE ? '' : namespace,
      }),
      ...(search && { search }),
      ...(transport && { transport }),
    }),
    [direction, offset, limit, cluster, namespace, search, transport],
  );
  const anew = { page: undefined, peer: undefined };
  return {
    query,
    peer,
    isFiltered: Boolean(cluster || namespace || search || transport),
    paging: pagingWith(state, change),
    filter: changes =>
      change({
        ...changes,
        ...anew,
      }),
    // Namespaces of callers are not those of the called.
    turn: next =>
      change({
        direction: next,
        namespace: undefined,
        transport: undefined,
        ...anew,
      }),
    choosePeer: chosen =>
      change({
        peer: chosen?.key,
        direction: chosen?.direction ?? direction,
        // The namespace that is open in the graph stays so.
        ...(chosen && chosen.direction !== direction
          ? { namespace: undefined }
          : {}),
      }),
    chooseNamespace: (next, chosen) =>
      change({
        direction: next,
        namespace: chosen === '' ? OUTSIDE : chosen,
        search: undefined,
        transport: undefined,
        ...anew,
      }),
  };
}
