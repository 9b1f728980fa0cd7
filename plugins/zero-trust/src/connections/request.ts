/** An HTTP request as people describe it, and as the API wants it. */
import {
  CREDENTIAL_HEADERS,
  ConnectionRequest,
  ConnectionToken,
} from '@backstage-zero-trust/plugin-zero-trust-common';

/** Texts as they are typed; `''` says nothing. */
export interface DraftRequest {
  method: string;
  path: string;
  host: string;
  /** `name: value`, one a line. */
  headers: string;
  /** A SPIFFE id. */
  principal: string;
  issuer: string;
  subject: string;
  /** Separated by commas. */
  audiences: string;
  /** A JSON object. */
  claims: string;
}

export type RequestField = keyof DraftRequest;

/** HTTP first, then who calls. */
export const REQUEST_FIELDS: readonly RequestField[] = [
  'method',
  'path',
  'host',
  'headers',
  'principal',
  'issuer',
  'subject',
  'audiences',
  'claims',
];

export const EMPTY_REQUEST: DraftRequest = {
  method: '',
  path: '',
  host: '',
  headers: '',
  principal: '',
  issuer: '',
  subject: '',
  audiences: '',
  claims: '',
};

export const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
] as const;

export interface RequestErrors {
  method?: 'malformed';
  path?: 'malformed';
  headers?: 'malformed' | 'credentials';
  principal?: 'malformed';
  claims?: 'malformed';
}

const HEADER = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):(.*)$/;
const PRINCIPAL = /^(spiffe:\/\/)?[^/\s]+\/ns\/[^/\s]+\/sa\/[^/\s]+$/;

export interface ReadRequest {
  /** Undefined where nothing is said. */
  request?: ConnectionRequest;
  errors: RequestErrors;
}

export function readRequest(draft: DraftRequest): ReadRequest {
  const text = (field: RequestField) => draft[field].trim() || undefined;
  const [method, path, host] = [text('method'), text('path'), text('host')];
  const principal = text('principal');
  const headers = readHeaders(draft.headers);
  const claims = readClaims(draft.claims);
  const errors: RequestErrors = {
    ...(method && !/^[A-Za-z-]+$/.test(method) && { method: 'malformed' }),
    ...(path && !/^\/\S*$/.test(path) && { path: 'malformed' }),
    ...(headers.error && { headers: headers.error }),
    ...(principal && !PRINCIPAL.test(principal) && { principal: 'malformed' }),
    ...(claims === 'malformed' && { claims }),
  };
  const token = readToken(draft, claims === 'malformed' ? undefined : claims);
  const request: ConnectionRequest = {
    ...(method && { method: method.toUpperCase() }),
    ...(path && { path }),
    ...(host && { host }),
    ...(headers.headers && { headers: headers.headers }),
    ...(principal && { principal }),
    ...(token && { token }),
  };
  return {
    errors,
    ...(Object.keys(request).length > 0 && { request }),
  };
}

function readHeaders(text: string): {
  headers?: Record<string, string>;
  error?: RequestErrors['headers'];
} {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined) {
      return { error: 'malformed' };
    }
    if (CREDENTIAL_HEADERS.has(name.toLowerCase())) {
      return { error: 'credentials' };
    }
    headers[name.toLowerCase()] = value.trim();
  }
  return lines.length > 0 ? { headers } : {};
}

function readClaims(
  text: string,
): Record<string, unknown> | 'malformed' | undefined {
  if (text.trim() === '') {
    return undefined;
  }
  try {
    const claims: unknown = JSON.parse(text);
    return typeof claims === 'object' &&
      claims !== null &&
      !Array.isArray(claims)
      ? { ...claims }
      : 'malformed';
  } catch {
    return 'malformed';
  }
}

function readToken(
  { issuer, subject, audiences }: DraftRequest,
  claims: Record<string, unknown> | undefined,
): ConnectionToken | undefined {
  const meant = audiences
    .split(',')
    .map(audience => audience.trim())
    .filter(Boolean);
  const token: ConnectionToken = {
    ...(issuer.trim() && { issuer: issuer.trim() }),
    ...(subject.trim() && { subject: subject.trim() }),
    ...(meant.length > 0 && { audiences: meant }),
    ...(claims && { claims }),
  };
  return Object.keys(token).length > 0 ? token : undefined;
}
