/** Who may reach whom, kept up to date: one hook per question. */
import { useCallback } from 'react';
import { useApi } from '@backstage/core-plugin-api';
import {
  BlastRadiusList,
  BlastRadiusQuery,
  ConnectionAnswer,
  ConnectionQuestion,
  EntityBlastRadius,
  EntityConnectionQuery,
  EntityConnections,
  FLEET_CHANNEL,
  NamespaceMatrix,
  entityChannel,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { zeroTrustApiRef } from '../api';
import { Live, useLive } from './useLive';

/** The most that the API gives at once. */
export const GRAPH_LIMIT = 500;

export interface ConnectionsAnswer extends EntityConnections {
  /** The query that this answers, as JSON. */
  question: string;
}

export function useConnections(
  entityRef: string,
  query: EntityConnectionQuery,
): Live<ConnectionsAnswer> {
  const api = useApi(zeroTrustApiRef);
  const question = JSON.stringify(query);
  return useLive({
    load: useCallback(async () => {
      const answer = await api.getEntityConnections(
        entityRef,
        JSON.parse(question) as EntityConnectionQuery,
      );
      return { ...answer, question };
    }, [api, entityRef, question]),
    channel: entityChannel(entityRef),
    keepPrevious: true,
  });
}

export interface BothDirections {
  in: EntityConnections;
  out: EntityConnections;
}

/** Both directions at once, as many as the API gives: what a graph and a summary need. */
export function useBothDirections(
  entityRef: string,
  cluster: string | undefined,
): Live<BothDirections> {
  const api = useApi(zeroTrustApiRef);
  return useLive({
    load: useCallback(async () => {
      const ask = (direction: 'in' | 'out') =>
        api.getEntityConnections(entityRef, {
          direction,
          limit: GRAPH_LIMIT,
          ...(cluster && { cluster }),
        });
      const [incoming, outgoing] = await Promise.all([ask('in'), ask('out')]);
      return { in: incoming, out: outgoing };
    }, [api, entityRef, cluster]),
    channel: entityChannel(entityRef),
    keepPrevious: true,
  });
}

/** Nothing is asked, and no answer given, where there is no question. */
export function useConnectionAnswer(
  entityRef: string,
  question: ConnectionQuestion | undefined,
): Live<ConnectionAnswer | undefined> {
  const api = useApi(zeroTrustApiRef);
  const asked = question && JSON.stringify(question);
  return useLive({
    load: useCallback(
      async () =>
        asked === undefined
          ? undefined
          : api.getConnection(JSON.parse(asked) as ConnectionQuestion),
      [api, asked],
    ),
    channel: entityChannel(entityRef),
  });
}

export function useEntityBlastRadius(
  entityRef: string,
): Live<EntityBlastRadius> {
  const api = useApi(zeroTrustApiRef);
  return useLive({
    load: useCallback(
      () => api.getEntityBlastRadius(entityRef),
      [api, entityRef],
    ),
    channel: entityChannel(entityRef),
  });
}

export interface BlastRadiusAnswer extends BlastRadiusList {
  /** The query that this answers, as JSON. */
  question: string;
}

export function useBlastRadius(
  query: BlastRadiusQuery,
): Live<BlastRadiusAnswer> {
  const api = useApi(zeroTrustApiRef);
  const question = JSON.stringify(query);
  return useLive({
    load: useCallback(async () => {
      const list = await api.getBlastRadius(
        JSON.parse(question) as BlastRadiusQuery,
      );
      return { ...list, question };
    }, [api, question]),
    channel: FLEET_CHANNEL,
    keepPrevious: true,
  });
}

export function useNamespaceMatrix(cluster: string): Live<NamespaceMatrix> {
  const api = useApi(zeroTrustApiRef);
  return useLive({
    load: useCallback(() => api.getNamespaceMatrix(cluster), [api, cluster]),
    channel: FLEET_CHANNEL,
  });
}
