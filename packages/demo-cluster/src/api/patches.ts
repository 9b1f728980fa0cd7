/** From a patch of any of the three older kinds to the whole object that it makes. */
import { applyPatch, Operation } from 'fast-json-patch';
import { typeName } from '../admission/decode';
import type { ServedKind } from '../kinds/servedKind';
import { isRecord } from '../store/apiObject';
import { ApiError, badRequest, unsupportedMediaType } from './status';
import { strategicMerge } from './strategicMerge';

type Fields = Record<string, unknown>;

export const APPLY_PATCH = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';

/** More operations than this are refused, as the real server does. */
const MOST_OPERATIONS = 10_000;

/** The patch's media type, if the kind takes it; custom resources have no strategic merge. */
export function patchType(
  contentType: string | undefined,
  kind: ServedKind,
): string {
  const accepted = [
    JSON_PATCH,
    MERGE_PATCH,
    ...(kind.custom ? [] : [STRATEGIC_MERGE_PATCH]),
    APPLY_PATCH,
  ];
  const type = (contentType ?? '').split(';')[0].trim().toLowerCase();
  if (accepted.includes(type)) {
    return type;
  }
  throw type === STRATEGIC_MERGE_PATCH
    ? unsupportedMediaType(accepted)
    : new ApiError(
        415,
        'UnsupportedMediaType',
        '415: Unsupported Media Type',
        {},
      );
}

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) {
    return patch;
  }
  const result: Fields = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = mergePatch(result[key], value);
    }
  }
  return result;
}

/** RFC 6902; throws where an operation does not fit the object. */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${typeName(
        operations,
      )} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  if (operations.length > MOST_OPERATIONS) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${operations.length}`,
    );
  }
  try {
    const copy = structuredClone(target);
    return applyPatch(copy, operations as Operation[], true, true, true)
      .newDocument;
  } catch {
    throw new ApiError(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    );
  }
}

/** The patched object, from a body of one of the older patch types. */
export function patched(current: unknown, type: string, text: string): unknown {
  const patch = parsePatch(text);
  if (type === JSON_PATCH) {
    return jsonPatch(current, patch);
  }
  if (!isRecord(patch)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${typeName(
        patch,
      )} into Go value of type map[string]interface {}`,
    );
  }
  return type === MERGE_PATCH
    ? mergePatch(current, patch)
    : strategicMerge(current as Fields, patch);
}

function parsePatch(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('invalid JSON patch');
  }
}
