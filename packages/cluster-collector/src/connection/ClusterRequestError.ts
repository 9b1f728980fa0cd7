/**
 * What went wrong with one request to an API server, told apart by what a
 * client should do about it. Messages name hosts and paths, never credentials.
 */
import { isRecord } from '../json';

/**
 * - `unreachable`: no answer, or one that is not the API server's
 * - `unauthorized`: the credentials are not accepted
 * - `forbidden`: they are, and the right is missing
 * - `not-found`: the API has no such path
 * - `expired`: the resource version or continue token is too old (410)
 * - `withheld`: it sent what was not asked for, and must not be asked again soon
 * - `failed`: the API server could not do it, or answered nonsense
 */
export type RequestProblem =
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'expired'
  | 'withheld'
  | 'failed';

export class ClusterRequestError extends Error {
  readonly name = 'ClusterRequestError';

  /** What is wrong, in a sentence for people who see beside it which cluster it is about. */
  readonly sentence: string;

  constructor(
    readonly problem: RequestProblem,
    message: string,
    sentence: string = message,
  ) {
    super(message);
    this.sentence = asSentence(sentence);
  }

  /** Whether the cluster as a whole may be out of reach, and not one kind only. */
  get concernsCluster(): boolean {
    return this.problem === 'unreachable' || this.problem === 'unauthorized';
  }
}

function asSentence(text: string): string {
  return `${text.charAt(0).toLocaleUpperCase('en-US')}${text.slice(1)}${
    text.endsWith('.') ? '' : '.'
  }`;
}

const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'its name is not known to DNS',
  EAI_AGAIN: 'DNS does not answer',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is signed by itself: give the certificate authority',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate comes from an authority that is not trusted: give the certificate authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate comes from an authority that is not trusted: give the certificate authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate comes from an authority that is not trusted: give the certificate authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  EPROTO: 'it does not speak TLS as expected',
};

/** From an error of the network to a sentence about the server. */
export function networkError(
  server: string,
  error: unknown,
): ClusterRequestError {
  if (error instanceof ClusterRequestError) {
    return error;
  }
  const code = errorCode(error);
  return cannotBeReached(
    server,
    (code && NETWORK_ERRORS[code]) ??
      code ??
      'the connection broke for a reason that is not known',
  );
}

function cannotBeReached(server: string, reason: string): ClusterRequestError {
  return new ClusterRequestError(
    'unreachable',
    `${server} cannot be reached: ${reason}`,
    reason,
  );
}

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) {
    return undefined;
  }
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The message for a log, or for a screen that does not say which cluster it is about. Anything that is not ours stays out: it may quote what it was given. */
export function describeError(error: unknown): string {
  return error instanceof ClusterRequestError
    ? error.message
    : 'an unexpected error';
}

/** The same as a sentence, for a screen that names the cluster. */
export function explainError(error: unknown): string {
  return error instanceof ClusterRequestError
    ? error.sentence
    : 'Something unexpected went wrong.';
}

interface StatusBody {
  kind?: unknown;
  message?: unknown;
  error?: unknown;
}

/** From an answer other than 2xx to an error. `text` is the answer's beginning. */
export function answerError(
  server: string,
  path: string,
  status: number,
  text: string,
): ClusterRequestError {
  const body = parseBody(text);
  const fromApiServer = body?.kind === 'Status';
  const said =
    fromApiServer && typeof body.message === 'string' && body.message !== ''
      ? `: ${body.message}`
      : '';
  const message = `${server} answered ${status} to ${path}${said}`;
  if (status === 401) {
    return new ClusterRequestError(
      'unauthorized',
      `${server} does not accept the credentials (401)`,
      'its credentials are not accepted (401)',
    );
  }
  if (fromApiServer) {
    return new ClusterRequestError(problemOf(status), message);
  }
  if (isRecord(body?.error)) {
    return proxyError(server, status, body.error);
  }
  // Of the answers without a Status, only this one is the API server's own.
  return new ClusterRequestError(
    status === 404 ? 'not-found' : 'unreachable',
    message,
  );
}

const PROXY_REFUSALS: Readonly<Record<number, string>> = {
  403: 'the kubernetes plugin does not let this plugin use its proxy (403)',
  404: 'the kubernetes plugin does not know it (404)',
};

/**
 * Backstage's error format, as its kubernetes plugin answers when the cluster
 * is not to be had. What it says names addresses and quotes whatever went
 * wrong; only causes that are known are passed on, in our own words.
 */
function proxyError(
  server: string,
  status: number,
  error: Record<string, unknown>,
): ClusterRequestError {
  const text = JSON.stringify(error);
  const cause = Object.keys(NETWORK_ERRORS).find(code =>
    new RegExp(`\\b${code}\\b`).test(text),
  );
  if (cause) {
    return cannotBeReached(server, NETWORK_ERRORS[cause]);
  }
  const reason =
    PROXY_REFUSALS[status] ??
    `the proxy of the kubernetes plugin answered ${status}, and the log of its backend says why`;
  return new ClusterRequestError(
    status === 403 ? 'unauthorized' : 'unreachable',
    `${server} cannot be reached: ${reason}`,
    reason,
  );
}

function problemOf(status: number): RequestProblem {
  switch (status) {
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 410:
      return 'expired';
    default:
      return 'failed';
  }
}

function parseBody(text: string): StatusBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}
