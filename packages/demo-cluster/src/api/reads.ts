/** Get and list: pages, older states, selectors. */
import { resourceName, ServedKind } from '../kinds/servedKind';
import { ApiObject, keyOf } from '../store/apiObject';
import {
  decodeContinueToken,
  encodeContinueToken,
} from '../store/continueToken';
import { CompactedError, ObjectStore } from '../store/ObjectStore';
import { ObjectPredicate, parseFieldSelector } from '../store/fieldSelector';
import { parseLabelSelector } from '../store/labelSelector';
import { ListOptions, parseResourceVersion } from './listOptions';
import type { ListMeta } from './representation';
import { ApiError, badRequest, expired } from './status';

export interface ListTarget {
  kind: ServedKind;
  version: string;
  namespace?: string;
}

const TOO_OLD = 'The resourceVersion for the provided list is too old.';
const CONTINUE_TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

export function tooLarge(requested: number, current: number): ApiError {
  return new ApiError(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${requested}, current: ${current}`,
    {
      causes: [
        {
          reason: 'ResourceVersionTooLarge',
          message: 'Too large resource version',
        },
      ],
      retryAfterSeconds: 1,
    },
  );
}

/** What selectors and the namespace of a request let through. */
export function predicateOf(
  { kind, namespace }: ListTarget,
  options: ListOptions,
): ObjectPredicate {
  const labels = parseLabelSelector(options.labelSelector);
  const fields = parseFieldSelector(options.fieldSelector, kind);
  return object =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels(object.metadata.labels ?? {}) &&
    fields(object);
}

interface State {
  objects: ApiObject[];
  revision: number;
  /** The last key of the page before. */
  after?: string;
}

function stateOf(
  store: ObjectStore,
  resource: string,
  options: ListOptions,
): State {
  if (options.continueToken !== '') {
    const { revision = store.revision, after } = decodeContinueToken(
      options.continueToken,
    );
    if (!['', '0'].includes(options.resourceVersion)) {
      throw badRequest(
        'specifying resource version is not allowed when using continue',
      );
    }
    try {
      return { objects: store.listAt(resource, revision), revision, after };
    } catch (error) {
      throw error instanceof CompactedError
        ? expired(
            CONTINUE_TOO_OLD,
            encodeContinueToken({ revision: undefined, after }),
          )
        : error;
    }
  }
  const requested = parseResourceVersion(options.resourceVersion);
  if (requested > store.revision) {
    throw tooLarge(requested, store.revision);
  }
  const exact =
    options.resourceVersionMatch === 'Exact' ||
    (options.resourceVersionMatch === '' && options.limit > 0);
  if (!exact || requested === 0) {
    return { objects: store.list(resource), revision: store.revision };
  }
  try {
    return { objects: store.listAt(resource, requested), revision: requested };
  } catch (error) {
    throw error instanceof CompactedError ? expired(TOO_OLD) : error;
  }
}

/** A page of a list, with its metadata. */
export function listObjects(
  store: ObjectStore,
  target: ListTarget,
  options: ListOptions,
): { items: ApiObject[]; metadata: ListMeta } {
  const matches = predicateOf(target, options);
  const resource = resourceName(target.kind);
  const { objects, revision, after } = stateOf(store, resource, options);
  const key = ({ metadata }: ApiObject) =>
    keyOf(metadata.namespace, metadata.name);
  const rest = objects.filter(
    object => (after === undefined || key(object) > after) && matches(object),
  );
  const metadata: ListMeta = {
    ...(target.kind.custom ? { continue: '' } : {}),
    resourceVersion: String(revision),
  };
  if (options.limit === 0 || rest.length <= options.limit) {
    return { items: rest, metadata };
  }
  const items = rest.slice(0, options.limit);
  metadata.continue = encodeContinueToken({
    revision,
    after: key(items[items.length - 1]),
  });
  if (options.labelSelector === '' && options.fieldSelector === '') {
    metadata.remainingItemCount = rest.length - items.length;
  }
  return { items, metadata };
}
