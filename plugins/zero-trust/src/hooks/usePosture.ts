/** What the API knows, kept up to date: one hook per question. */
import { useCallback } from 'react';
import { useApi } from '@backstage/core-plugin-api';
import {
  ClusterStatus,
  EntityFindings,
  EntityPosture,
  FLEET_CHANNEL,
  ServiceList,
  ServiceQuery,
  entityChannel,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { zeroTrustApiRef } from '../api';
import { Live, useLive } from './useLive';

export function usePosture(entityRef: string): Live<EntityPosture> {
  const api = useApi(zeroTrustApiRef);
  return useLive({
    load: useCallback(() => api.getEntityPosture(entityRef), [api, entityRef]),
    channel: entityChannel(entityRef),
  });
}

export function useFindings(entityRef: string): Live<EntityFindings> {
  const api = useApi(zeroTrustApiRef);
  return useLive({
    load: useCallback(() => api.getEntityFindings(entityRef), [api, entityRef]),
    channel: entityChannel(entityRef),
  });
}

export interface ServicesAnswer extends ServiceList {
  /** The query that this answers, as JSON. */
  question: string;
}

export function useServices(query: ServiceQuery): Live<ServicesAnswer> {
  const api = useApi(zeroTrustApiRef);
  const question = JSON.stringify(query);
  return useLive({
    load: useCallback(async () => {
      const list = await api.getServices(JSON.parse(question) as ServiceQuery);
      return { ...list, question };
    }, [api, question]),
    channel: FLEET_CHANNEL,
    keepPrevious: true,
  });
}

export function useClusters(): Live<{ items: ClusterStatus[] }> {
  const api = useApi(zeroTrustApiRef);
  return useLive({
    load: useCallback(() => api.getClusters(), [api]),
    channel: FLEET_CHANNEL,
  });
}
