/** Lists a kind page by page. */
import { KINDS, KindDefinition } from '@backstage-zero-trust/posture-engine';
import type { ClusterConnection } from '../connection/ClusterConnection';
import { ClusterRequestError } from '../connection/ClusterRequestError';
import { isRecord, textOf } from '../json';
import { KindScope, apiVersionOf, kindPath } from './kindPath';
import { CollectedObject, projectObject } from './projectObject';

export interface ListedObjects {
  objects: CollectedObject[];
  /** From where a watch goes on. */
  resourceVersion: string;
}

export interface ListKindOptions {
  signal?: AbortSignal;
  /** Objects a page. */
  pageSize?: number;
  timeoutMilliseconds?: number;
}

const PAGE_SIZE = 500;
/** A server that always gives another page must not keep us for ever. */
const MOST_PAGES = 10_000;

/** Without a fallback: a server that cannot leave the content out answers 406 and no content. */
const METADATA_ONLY =
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * All objects of a kind as of one moment. Where the pages' token expires on the
 * way (410), one request without pages is made, so that the result still is of
 * one moment. Throws a {@link ClusterRequestError}.
 */
export async function listKind(
  connection: ClusterConnection,
  scope: KindScope,
  options: ListKindOptions = {},
): Promise<ListedObjects> {
  const pageSize = String(options.pageSize ?? PAGE_SIZE);
  const objects: CollectedObject[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    let list;
    try {
      list = await getPage(connection, scope, options, {
        limit: pageSize,
        continue: token,
      });
    } catch (error) {
      if (
        token !== undefined &&
        error instanceof ClusterRequestError &&
        error.problem === 'expired'
      ) {
        return getPage(connection, scope, options, {});
      }
      throw error;
    }
    objects.push(...list.objects);
    if (list.token === undefined) {
      return { objects, resourceVersion: list.resourceVersion };
    }
    token = list.token;
  }
  throw new ClusterRequestError(
    'failed',
    `${connection.server} did not come to an end of the ${
      KINDS[scope.kind].plural
    }`,
  );
}

async function getPage(
  connection: ClusterConnection,
  scope: KindScope,
  { signal, timeoutMilliseconds }: ListKindOptions,
  parameters: Record<string, string | undefined>,
): Promise<ListedObjects & { token?: string }> {
  const { metadataOnly, plural }: KindDefinition = KINDS[scope.kind];
  const path = kindPath(scope, parameters);
  const body = await connection.getJson(path, {
    accept: metadataOnly ? METADATA_ONLY : undefined,
    signal,
    timeoutMilliseconds,
  });
  if (metadataOnly && isRecord(body) && isWhole(body)) {
    // Thrown away here; the kind is not asked for again before long.
    throw new ClusterRequestError(
      'withheld',
      `${connection.server} sent whole ${plural} where only their metadata was asked for; they were thrown away`,
    );
  }
  if (!isRecord(body) || !Array.isArray(body.items ?? [])) {
    throw new ClusterRequestError(
      'failed',
      `${connection.server} answered the list of ${plural} with something that is not a list`,
    );
  }
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  const token = textOf(metadata.continue);
  const items: unknown[] = Array.isArray(body.items) ? body.items : [];
  const apiVersion = apiVersionOf(scope);
  return {
    objects: items.map(item => projectObject(scope.kind, apiVersion, item)),
    resourceVersion: textOf(metadata.resourceVersion),
    ...(token === '' ? {} : { token }),
  };
}

function isWhole({ kind }: Record<string, unknown>): boolean {
  return kind !== 'PartialObjectMetadataList';
}
