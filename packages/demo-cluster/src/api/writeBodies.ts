/** Bodies of patches and deletions, with the errors that are theirs alone. */
import { decodeObject, ExpectedHeader } from '../admission/decode';
import { ApiObject, isRecord, recordAt, stringAt } from '../store/apiObject';
import type { ApiRequest } from './answer';
import { notSupported } from './listOptions';
import { readBody, readYaml } from './mediaTypes';
import { ApiError, badRequest, invalid } from './status';
import { optionsError, parseWriteOptions } from './writeOptions';

const PROPAGATIONS = ['Foreground', 'Background', 'Orphan'];

/** A patch whose result is not of the kind's types is not a bad request but an invalid object. */
export function decodePatched(
  body: unknown,
  expected: ExpectedHeader,
): ApiObject {
  try {
    return decodeObject(body, expected);
  } catch (error) {
    const why =
      error instanceof ApiError &&
      / as a \w+: (json: .*)/.exec(error.message)?.[1];
    if (!why) {
      throw error;
    }
    const message = `Invalid value: ${JSON.stringify(
      JSON.stringify(body),
    )}: ${why}`;
    const causes = [{ reason: 'FieldValueInvalid', field: 'patch', message }];
    throw invalid({ group: '', kind: '', name: '', causes });
  }
}

/** What an apply sends; it must say what it is. */
export function readApplied(text: string): unknown {
  let body: unknown;
  try {
    body = readYaml(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw badRequest(`error encoding patch: yaml: ${message}`);
  }
  if (!stringAt(body, 'kind') || !stringAt(body, 'apiVersion')) {
    throw badRequest('invalid object type: /, Kind=');
  }
  return body;
}

/** The options of a deletion, from its query and body. */
export function readDeleteOptions(request: ApiRequest) {
  const { query, userAgent, body, contentType } = request;
  const { dryRun } = parseWriteOptions(query, userAgent, 'DeleteOptions');
  const options =
    body === '' ? {} : readBody(body, contentType, 'DeleteOptions');
  if (!isRecord(options)) {
    throw badRequest('the body of a delete must be DeleteOptions');
  }
  const propagation =
    query.get('propagationPolicy') ?? stringAt(options, 'propagationPolicy');
  if (propagation && !PROPAGATIONS.includes(propagation)) {
    throw optionsError('DeleteOptions', [
      notSupported('propagationPolicy', propagation, [...PROPAGATIONS, 'nil']),
    ]);
  }
  const preconditions = recordAt(options, 'preconditions');
  const uid = stringAt(preconditions, 'uid');
  const resourceVersion = stringAt(preconditions, 'resourceVersion');
  return {
    dryRun:
      dryRun ||
      (Array.isArray(options.dryRun) && options.dryRun.includes('All')),
    propagation,
    preconditions: {
      ...(uid ? { uid } : {}),
      ...(resourceVersion ? { resourceVersion } : {}),
    },
  };
}
