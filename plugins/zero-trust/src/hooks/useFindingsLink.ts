/** Where the findings of an entity are, from anywhere in Backstage. */
import { useCallback } from 'react';
import { useRouteRef } from '@backstage/core-plugin-api';
import {
  entityRouteParams,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { ENTITY_CONTENT_PATH } from '../routes';

export interface FindingsLinkQuery {
  pillar?: string;
  finding?: string;
  cluster?: string;
}

export function useFindingsLink(): (
  entityRef: string,
  query?: FindingsLinkQuery,
) => string {
  const entityRoute = useRouteRef(entityRouteRef);
  return useCallback(
    (entityRef, query = {}) => {
      const page = entityRoute(entityRouteParams(entityRef)).replace(/\/$/, '');
      const search = new URLSearchParams(
        Object.entries(query).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      );
      return `${page}/${ENTITY_CONTENT_PATH}${
        search.size > 0 ? `?${search}` : ''
      }`;
    },
    [entityRoute],
  );
}
