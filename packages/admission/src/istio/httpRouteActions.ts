/** What a route of HTTP does besides routing: faults, redirects and retries. */
import { Fields, isFields } from '../json';
import { child } from '../problems';
import { IstioObject } from './Checks';
import { eachOf, numberOf, textIn } from './shared';
import { checkDurations } from './trafficPolicy';
import { wrongPort } from './values';

const GRPC_STATUSES = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED'],
  ...['NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'ABORTED'],
  ...['RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'OUT_OF_RANGE'],
  ...['UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'],
  'UNAUTHENTICATED',
];
const LEAST_PERCENTAGE = 0.0001;

export function checkFault(
  object: IstioObject,
  fault: unknown,
  path: string,
): void {
  if (!isFields(fault)) {
    return;
  }
  const { abort, delay } = fault;
  if (!isFields(abort) && !isFields(delay)) {
    object.refuse(path, 'must have an abort or a delay');
  }
  if (isFields(abort)) {
    const place = child(path, 'abort');
    checkPercentage(object, abort, place);
    const status = textIn(abort, 'grpcStatus');
    if (abort.grpcStatus !== undefined && !GRPC_STATUSES.includes(status)) {
      object.refuse(
        child(place, 'grpcStatus'),
        `"${status}" is no status of gRPC`,
      );
    }
    if (abort.http2Error !== undefined) {
      object.refuse(child(place, 'http2Error'), 'is not supported');
    }
    const httpStatus = numberOf(abort, 'httpStatus');
    if (
      abort.httpStatus !== undefined &&
      (httpStatus < 200 || httpStatus > 600)
    ) {
      object.refuse(child(place, 'httpStatus'), 'must be between 200 and 599');
    }
  }
  if (isFields(delay)) {
    const place = child(path, 'delay');
    checkPercentage(object, delay, place);
    checkDurations(object, delay, ['fixedDelay'], place);
    if (delay.exponentialDelay !== undefined) {
      object.refuse(child(place, 'exponentialDelay'), 'is not supported');
    }
  }
}

function checkPercentage(
  object: IstioObject,
  fields: Fields,
  path: string,
): void {
  const value = numberOf(fields.percentage, 'value');
  if (value < 0 || value > 100 || (value > 0 && value < LEAST_PERCENTAGE)) {
    object.refuse(
      `${path}.percentage.value`,
      `must be 0, or between ${LEAST_PERCENTAGE} and 100`,
    );
  }
}

export function checkRedirect(
  object: IstioObject,
  route: Fields,
  path: string,
): void {
  const { redirect } = route;
  if (!isFields(redirect)) {
    return;
  }
  object.refuseIf(wrongRedirect(route, redirect), path);
}

/** As upstream, the first thing that is wrong. */
function wrongRedirect(route: Fields, redirect: Fields): string | undefined {
  const uri = textIn(redirect, 'uri');
  const prefix = textIn(redirect, 'prefixRewrite');
  const scheme = textIn(redirect, 'scheme');
  const code = numberOf(redirect, 'redirectCode');
  if (uri !== '' && prefix !== '') {
    return 'must have only one of uri and prefixRewrite';
  }
  if (
    prefix !== '' &&
    eachOf(route, 'match', '').some(
      ({ value }) => isFields(value.uri) && value.uri.prefix === undefined,
    )
  ) {
    return 'may have prefixRewrite only where all matches are of prefixes';
  }
  if (
    [uri, prefix, scheme, textIn(redirect, 'authority')].every(
      text => text === '',
    ) &&
    redirect.port === undefined &&
    redirect.derivePort === undefined
  ) {
    return 'must say where to';
  }
  if (code !== 0 && (code < 300 || code > 399)) {
    return `has the code ${code}, which is no redirect`;
  }
  if (!['', 'http', 'https'].includes(scheme)) {
    return 'must have the scheme http or https';
  }
  return numberOf(redirect, 'port') > 0
    ? wrongPort(numberOf(redirect, 'port'))
    : undefined;
}

const RETRY_ON = [
  ...['5xx', 'gateway-error', 'reset', 'reset-before-request'],
  ...['connect-failure', 'retriable-4xx', 'refused-stream'],
  ...['retriable-status-codes', 'retriable-headers', 'envoy-ratelimited'],
  ...['http3-post-connect-failure', 'cancelled', 'deadline-exceeded'],
  ...['internal', 'resource-exhausted', 'unavailable'],
];
/** Those for which Go's `http.StatusText` has a text. */
const STATUSES = [
  ...range(100, 103),
  ...range(200, 208),
  226,
  ...range(300, 305),
  ...[307, 308],
  ...range(400, 418),
  ...range(421, 426),
  ...[428, 429, 431, 451],
  ...range(500, 508),
  ...[510, 511],
];

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

export function checkRetries(
  object: IstioObject,
  retries: unknown,
  path: string,
): void {
  if (!isFields(retries)) {
    return;
  }
  const attempts = numberOf(retries, 'attempts');
  const retryOn = textIn(retries, 'retryOn');
  if (attempts < 0) {
    object.refuse(child(path, 'attempts'), 'must not be negative');
  }
  if (
    attempts === 0 &&
    (retries.perTryTimeout !== undefined ||
      retryOn !== '' ||
      retries.retryRemoteLocalities !== undefined)
  ) {
    object.refuse(child(path, 'attempts'), 'is 0, so the rest says nothing');
  }
  checkDurations(object, retries, ['perTryTimeout', 'backoff'], path);
  for (const policy of retryOn === '' ? [] : retryOn.split(',')) {
    if (!RETRY_ON.includes(policy) && !STATUSES.includes(Number(policy))) {
      object.refuse(
        child(path, 'retryOn'),
        `"${policy}" is no reason to retry that Envoy knows`,
      );
    }
  }
}
