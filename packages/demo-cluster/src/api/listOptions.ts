/** The options of list and watch as they come in a query string, checked as the real server checks them. */
import { badRequest, invalid } from './status';
import { isWatch } from './requestInfo';

export interface ListOptions {
  watch: boolean;
  limit: number;
  continueToken: string;
  /** '' where none is given. */
  resourceVersion: string;
  resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  allowWatchBookmarks: boolean;
  sendInitialEvents: boolean;
  timeoutSeconds: number | undefined;
  labelSelector: string;
  fieldSelector: string;
}

type Cause = { reason: string; field: string; message: string };

function forbiddenField(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` };
}

export function notSupported(
  field: string,
  value: string | readonly string[],
  supported: readonly string[],
): Cause {
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${JSON.stringify(
      value,
    )}: supported values: ${supported
      .map(option => JSON.stringify(option))
      .join(', ')}`,
  };
}

const MATCH = 'resourceVersionMatch';

function listCauses(
  match: string,
  resourceVersion: string,
  token: string,
): Cause[] {
  const causes: Cause[] = [];
  if (match === '') {
    return causes;
  }
  if (resourceVersion === '') {
    causes.push(
      forbiddenField(
        MATCH,
        `${MATCH} is forbidden unless resourceVersion is provided`,
      ),
    );
  }
  if (token !== '') {
    causes.push(
      forbiddenField(MATCH, `${MATCH} is forbidden when continue is provided`),
    );
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    causes.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
  }
  if (match === 'Exact' && resourceVersion === '0') {
    causes.push(
      forbiddenField(
        MATCH,
        `${MATCH} "exact" is forbidden for resourceVersion "0"`,
      ),
    );
  }
  return causes;
}

function watchCauses(match: string, initialEvents: boolean): Cause[] {
  const causes: Cause[] = [];
  if (initialEvents && match !== 'NotOlderThan') {
    causes.push(
      forbiddenField(
        MATCH,
        `sendInitialEvents requires setting ${MATCH} to NotOlderThan`,
      ),
    );
  }
  if (match !== '' && !initialEvents) {
    causes.push(
      forbiddenField(
        MATCH,
        `${MATCH} is forbidden for watch unless sendInitialEvents is provided`,
      ),
    );
  }
  if (match !== '' && match !== 'NotOlderThan') {
    causes.push(notSupported(MATCH, match, ['NotOlderThan']));
  }
  return causes;
}

/** As Go's ParseBool does for query parameters: anything but `0` and `false` is true. */
function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && !['', '0', 'false', 'False'].includes(value);
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') {
    return undefined;
  }
  if (!/^-?\d+$/.test(value)) {
    throw badRequest(
      `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`,
    );
  }
  return Number(value);
}

export function parseListOptions(query: URLSearchParams): ListOptions {
  const watch = isWatch(query);
  const match = query.get(MATCH) ?? '';
  const resourceVersion = query.get('resourceVersion') ?? '';
  const continueToken = query.get('continue') ?? '';
  const given = query.has('sendInitialEvents');
  const causes = watch
    ? watchCauses(match, given)
    : listCauses(match, resourceVersion, continueToken);
  if (!watch && given) {
    causes.push(
      forbiddenField(
        'sendInitialEvents',
        'sendInitialEvents is forbidden for list',
      ),
    );
  }
  if (causes.length > 0) {
    throw invalid({
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      name: '',
      causes,
    });
  }
  return {
    watch,
    limit: watch ? 0 : Math.max(integer(query, 'limit') ?? 0, 0),
    continueToken,
    resourceVersion,
    resourceVersionMatch: match as ListOptions['resourceVersionMatch'],
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks'),
    sendInitialEvents: flag(query, 'sendInitialEvents'),
    timeoutSeconds: integer(query, 'timeoutSeconds'),
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
  };
}

/** A resource version as a number; 0 for none. */
export function parseResourceVersion(text: string): number {
  if (text === '') {
    return 0;
  }
  if (!/^\d+$/.test(text)) {
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(
        text,
      )}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return Number(text);
}
