/** The HTTP request of a question of `can`, checked by hand as its other fields are. */
import { HttpRequest, Token } from '@backstage-zero-trust/posture-engine';

type Fields = Readonly<Record<string, unknown>>;

export interface AskedRequest {
  /** Left out where nothing of HTTP is said. */
  request?: HttpRequest;
  /** Instead of the client's own identity. */
  principal?: string;
}

/** Throws what `problem` makes of a sentence. */
export function parseRequest(
  value: unknown,
  problem: (message: string) => Error,
): AskedRequest {
  if (value === undefined || value === null) {
    return {};
  }
  if (!isObject(value)) {
    throw problem('request: must be an object');
  }
  const { method, path, host, headers, principal, jwt, ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw problem(
      `request: has no field "${unknown}"; it has method, path, host, headers, principal and jwt`,
    );
  }
  const text = (name: string, field: unknown): string | undefined => {
    if (field === undefined || field === null) {
      return undefined;
    }
    if (typeof field !== 'string') {
      throw problem(`request.${name}: must be text`);
    }
    return field;
  };
  const http = {
    method: text('method', method),
    path: text('path', path),
    host: text('host', host),
  };
  const token = parseToken(jwt, problem);
  const sent = parseHeaders(headers, problem);
  const isHttp =
    Object.values(http).some(field => field !== undefined) ||
    sent !== undefined ||
    token !== null;
  const identity = text('principal', principal);
  return {
    // What is not said of a request that is described is not there.
    ...(isHttp ? { request: { ...http, headers: sent ?? {}, token } } : {}),
    ...(identity === undefined ? {} : { principal: identity }),
  };
}

function parseHeaders(
  value: unknown,
  problem: (message: string) => Error,
): Record<string, string> | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const entries = isObject(value) ? Object.entries(value) : undefined;
  if (!entries?.every(([, text]) => typeof text === 'string')) {
    throw problem('request.headers: must be an object of texts');
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function parseToken(
  value: unknown,
  problem: (message: string) => Error,
): Token | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (!isObject(value)) {
    throw problem('request.jwt: must be an object with iss, sub, aud, claims');
  }
  const { iss, sub, aud, claims } = value;
  const isText = (field: unknown): field is string | undefined =>
    field === undefined || typeof field === 'string';
  const isTexts = (field: unknown): field is string[] =>
    Array.isArray(field) && field.every(item => typeof item === 'string');
  if (
    !isText(iss) ||
    !isText(sub) ||
    !(isText(aud) || isTexts(aud)) ||
    !(claims === undefined || isObject(claims))
  ) {
    throw problem(
      'request.jwt: iss and sub must be text, aud a text or a list of texts, claims an object',
    );
  }
  return {
    ...(iss === undefined ? {} : { iss }),
    ...(sub === undefined ? {} : { sub }),
    ...(aud === undefined ? {} : { aud }),
    ...(claims === undefined ? {} : { claims }),
  };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
