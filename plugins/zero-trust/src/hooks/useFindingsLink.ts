/** Where the views of an entity are, from anywhere in Backstage. */
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

/** Of the tab, which begins with the findings. */
function useTabPath(): (entityRef: string) => string {
  const entityRoute = useRouteRef(entityRouteRef);
  return useCallback(
    entityRef =>
      `${entityRoute(entityRouteParams(entityRef)).replace(
        /\/$/,
        '',
      )}/${ENTITY_CONTENT_PATH}`,
    [entityRoute],
  );
}

export function useBlastRadiusLink(): (entityRef: string) => string {
  const tabPath = useTabPath();
  return useCallback(
    entityRef => `${tabPath(entityRef)}/blast-radius`,
    [tabPath],
  );
}

export function useFindingsLink(): (
  entityRef: string,
  query?: FindingsLinkQuery,
) => string {
  const tabPath = useTabPath();
  return useCallback(
    (entityRef, query = {}) => {
      const search = new URLSearchParams(
        Object.entries(query).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      );
      return `${tabPath(entityRef)}${search.size > 0 ? `?${search}` : ''}`;
    },
    [tabPath],
  );
}
