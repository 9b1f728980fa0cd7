/**
 * From a body to an object of the kind that its path names, with the errors of
 * the real server's decoding. Only metadata and what is a map of texts is
 * typed here; nulls are dropped, as typed decoding and pruning do.
 */
import { ApiError, badRequest, invalid } from '../api/status';
import { apiVersionOf, ServedKind } from '../kinds/servedKind';
import { unknownFields } from '../kinds/topLevelFields';
import { ApiObject, isRecord } from '../store/apiObject';

/** What a request says an object must be. */
export interface ExpectedHeader {
  kind: ServedKind;
  version: string;
  namespace?: string;
  name?: string;
  /** Refuse unknown fields instead of dropping them. */
  strict?: boolean;
}

const METADATA_STRINGS = [
  'name',
  'generateName',
  'namespace',
  'resourceVersion',
  'uid',
];
const METADATA_MAPS = ['labels', 'annotations'];
const METADATA_LISTS = ['ownerReferences', 'finalizers', 'managedFields'];
/** Fields of built-in kinds that are maps of texts, by kind. */
const TEXT_MAPS: Record<string, readonly string[]> = {
  ConfigMap: ['data', 'binaryData'],
  Secret: ['data', 'stringData'],
};

/** Drops every null, at every depth. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  if (!isRecord(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}

/** A value's type as Go's JSON decoder calls it. */
export function typeName(value: unknown): string {
  if (Array.isArray(value)) {
    return 'array';
  }
  const names: Record<string, string> = { boolean: 'bool', object: 'object' };
  return names[typeof value] ?? typeof value;
}

function mismatch(value: unknown, field: string, type: string): ApiError {
  return badRequest(
    `json: cannot unmarshal ${typeName(
      value,
    )} into Go struct field ${field} of type ${type}`,
  );
}

function checkTextMap(value: unknown, field: string): void {
  if (value === undefined) {
    return;
  }
  if (!isRecord(value)) {
    throw mismatch(value, field, 'map[string]string');
  }
  for (const text of Object.values(value)) {
    if (typeof text !== 'string') {
      throw mismatch(text, field, 'string');
    }
  }
}

function checkTypes(body: Record<string, unknown>, kind: ServedKind): void {
  const prefix = kind.custom ? 'ObjectMeta' : 'ObjectMeta.metadata';
  const { metadata } = body;
  if (metadata !== undefined && !isRecord(metadata)) {
    throw mismatch(metadata, `${kind.kind}.metadata`, 'v1.ObjectMeta');
  }
  for (const field of METADATA_STRINGS) {
    const value = metadata?.[field];
    if (value !== undefined && typeof value !== 'string') {
      throw mismatch(value, `${prefix}.${field}`, 'string');
    }
  }
  METADATA_MAPS.forEach(field =>
    checkTextMap(metadata?.[field], `${prefix}.${field}`),
  );
  for (const field of METADATA_LISTS) {
    const value = metadata?.[field];
    if (value !== undefined && !Array.isArray(value)) {
      throw mismatch(value, `${prefix}.${field}`, `[]${field}`);
    }
  }
  if (kind.group === '') {
    for (const field of TEXT_MAPS[kind.kind] ?? []) {
      checkTextMap(body[field], `${kind.kind}.${field}`);
    }
  }
}

function checkKind(
  body: Record<string, unknown>,
  kind: ServedKind,
  version: string,
): void {
  const apiVersion = apiVersionOf(kind.group, version);
  if (kind.custom && !body.kind) {
    const text = JSON.stringify(body);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): Object 'Kind' is missing in '${text}'`,
    );
  }
  const given = {
    apiVersion: body.apiVersion ?? apiVersion,
    kind: body.kind ?? kind.kind,
  };
  if (given.apiVersion !== apiVersion) {
    throw badRequest(
      kind.custom
        ? `the API version in the data (${String(
            given.apiVersion,
          )}) does not match the expected API version (${apiVersion})`
        : `${String(given.kind)} in version "${String(
            given.apiVersion,
          )}" cannot be handled as a ${kind.kind}: no kind "${String(
            given.kind,
          )}" is registered for version "${String(given.apiVersion)}"`,
    );
  }
  if (given.kind !== kind.kind) {
    if (!kind.custom) {
      throw badRequest(
        `${String(given.kind)} in version "${version}" cannot be handled as a ${
          kind.kind
        }`,
      );
    }
    const name = isRecord(body.metadata)
      ? String(body.metadata.name ?? '')
      : '';
    throw invalid({
      group: kind.group,
      kind: String(given.kind),
      name,
      causes: [
        {
          reason: 'FieldValueInvalid',
          field: 'kind',
          message: `Invalid value: ${JSON.stringify(given.kind)}: must be ${
            kind.kind
          }`,
        },
      ],
    });
  }
}

/** Checks that a body is an object of the kind that its path names, and returns it. */
export function decodeObject(
  input: unknown,
  expected: ExpectedHeader,
): ApiObject {
  const { kind, version, namespace, name } = expected;
  const body = withoutNulls(input);
  if (!isRecord(body)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${
        kind.kind
      }): json: cannot unmarshal ${typeName(body)}`,
    );
  }
  try {
    checkTypes(body, kind);
  } catch (error) {
    throw error instanceof ApiError
      ? badRequest(
          `${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}: ${error.message}`,
        )
      : error;
  }
  checkKind(body, kind, version);
  const unknown = unknownFields(kind, body);
  if (unknown.length > 0 && expected.strict) {
    const list = unknown.map(field => `unknown field ${JSON.stringify(field)}`);
    throw badRequest(
      `${kind.kind} in version "${version}" cannot be handled as a ${
        kind.kind
      }: strict decoding error: ${list.join(', ')}`,
    );
  }
  unknown.forEach(field => delete body[field]);
  const metadata = { ...(body.metadata as ApiObject['metadata'] | undefined) };
  if (
    namespace !== undefined &&
    metadata.namespace &&
    metadata.namespace !== namespace
  ) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  if (name !== undefined && metadata.name && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  for (const field of METADATA_MAPS as ('labels' | 'annotations')[]) {
    if (Object.keys(metadata[field] ?? {}).length === 0) {
      delete metadata[field];
    }
  }
  return {
    ...body,
    apiVersion: apiVersionOf(kind.group, version),
    kind: kind.kind,
    metadata: {
      ...metadata,
      name: metadata.name ?? name ?? '',
      ...(kind.namespaced && namespace ? { namespace } : {}),
    },
  };
}
