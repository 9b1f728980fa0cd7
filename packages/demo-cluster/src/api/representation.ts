/** The forms in which objects are answered: whole, metadata only, and as a table of printable cells. */
import { apiVersionOf, Column, ServedKind } from '../kinds/servedKind';
import { ApiObject, isRecord } from '../store/apiObject';
import type { Form } from './mediaTypes';
import { ApiError, badRequest } from './status';

const META = 'meta.k8s.io/v1';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface Representation {
  kind: ServedKind;
  /** The version that the request named. */
  version: string;
  form: Form;
  includeObject: IncludeObject;
  /** The time in milliseconds that ages are counted to. */
  now: number;
}

export interface ListMeta {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

export function parseIncludeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '') {
    return 'Metadata';
  }
  if (value !== 'None' && value !== 'Metadata' && value !== 'Object') {
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(
        value,
      )}: must be 'Metadata', 'Object', 'None', or empty`,
    );
  }
  return value;
}

/** An object under the version that was asked for. */
export function versioned(
  object: ApiObject,
  { kind, version }: Pick<Representation, 'kind' | 'version'>,
): ApiObject {
  const apiVersion = apiVersionOf(kind.group, version);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

function metadataOnly({ metadata }: ApiObject): ApiObject {
  return { kind: 'PartialObjectMetadata', apiVersion: META, metadata };
}

/** One object as an answer's body. */
export function representObject(
  object: ApiObject,
  how: Representation,
): unknown {
  switch (how.form) {
    case 'metadata':
      return metadataOnly(object);
    case 'metadataList':
      throw wrongForm(
        'PartialObjectMetadataList',
        'is not a list',
        how.kind.kind,
      );
    case 'table':
      return table([object], how, {
        resourceVersion: object.metadata.resourceVersion ?? '',
      });
    default:
      return versioned(object, how);
  }
}

export function representList(
  objects: readonly ApiObject[],
  metadata: ListMeta,
  how: Representation,
): unknown {
  switch (how.form) {
    case 'metadata':
      throw wrongForm(
        'PartialObjectMetadata',
        'is a list',
        `${how.kind.kind}List`,
      );
    case 'metadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: META,
        metadata,
        items: objects.map(metadataOnly),
      };
    case 'table':
      return table(objects, how, {
        ...metadata,
        continue: metadata.continue || undefined,
      });
    default:
      return {
        kind: `${how.kind.kind}List`,
        apiVersion: apiVersionOf(how.kind.group, how.version),
        metadata,
        items: objects.map(object => listItem(object, how)),
      };
  }
}

function wrongForm(requested: string, is: string, type: string): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    `you requested ${requested}, but the requested object ${is} (*core.${type})`,
  );
}

/** Items of built-in lists do not say what they are; those of custom resources do. */
function listItem(object: ApiObject, how: Representation): unknown {
  if (how.kind.custom) {
    return versioned(object, how);
  }
  const { apiVersion, kind, ...rest } = object;
  return rest;
}

const NAME_COLUMN = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. It is set when an object is created and cannot be changed.',
  priority: 0,
};

function table(
  objects: readonly ApiObject[],
  how: Representation,
  metadata: ListMeta,
): unknown {
  const { kind } = how;
  return {
    kind: 'Table',
    apiVersion: META,
    metadata,
    columnDefinitions: [
      NAME_COLUMN,
      ...kind.columns.map(({ name, type, description, priority }) => ({
        name,
        type,
        format: '',
        description: description ?? name,
        priority: priority ?? 0,
      })),
    ],
    rows: objects.map(object => ({
      cells: [
        object.metadata.name ?? '', // a bookmark has none
        ...kind.columns.map(column => cell(object, column, how.now)),
      ],
      object: rowObject(object, how),
    })),
  };
}

function rowObject(object: ApiObject, how: Representation): unknown {
  const forms = {
    None: () => null,
    Metadata: () => metadataOnly(object),
    Object: () => versioned(object, how),
  };
  return forms[how.includeObject]();
}

function valueAt(object: ApiObject, path: string): unknown {
  let current: unknown = object;
  for (const part of path.split('.').filter(piece => piece !== '')) {
    current = isRecord(current) ? current[part] : undefined;
  }
  return current;
}

function cell(object: ApiObject, column: Column, now: number): unknown {
  if (typeof column.value === 'function') {
    return column.value(object);
  }
  const value = valueAt(object, column.value);
  const isTime = column.value.endsWith('Timestamp');
  if (isTime && (column.type === 'date' || column.name === 'Age')) {
    return typeof value === 'string'
      ? duration(now - Date.parse(value))
      : '<unknown>';
  }
  if (value === undefined || value === null) {
    return column.priority ? '<none>' : '';
  }
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

/** An age as kubectl prints it, such as 45s, 3m20s, 5h, 12d, 2y40d. */
export function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (Number.isNaN(seconds) || seconds < -1) {
    return '<invalid>';
  }
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const years = Math.floor(days / 365);
  const both = (main: string, rest: number, unit: string) =>
    rest === 0 ? main : `${main}${rest}${unit}`;
  if (seconds < 120) return `${Math.max(seconds, 0)}s`;
  if (minutes < 10) return both(`${minutes}m`, seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return both(`${hours}h`, minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return both(`${days}d`, hours % 24, 'h');
  if (days < 730) return `${days}d`;
  return years < 8 ? both(`${years}y`, days % 365, 'd') : `${years}y`;
}
