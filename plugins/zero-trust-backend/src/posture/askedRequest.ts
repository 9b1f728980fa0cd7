/** The request of a question, from the address of the API to the engine's words. */
import {
  CREDENTIAL_HEADERS,
  ConnectionRequest,
  ConnectionToken,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import type {
  JointQuestion,
  Token,
} from '@backstage-zero-trust/posture-engine';
import { InputError } from '@backstage/errors';

export interface RequestParameters {
  method?: string;
  path?: string;
  host?: string;
  /** `name: value` */
  header?: readonly string[];
  principal?: string;
  issuer?: string;
  subject?: string;
  audience?: readonly string[];
  /** A JSON object. */
  claims?: string;
}

/** Undefined where nothing is said of one. Throws an InputError. */
export function parseRequest({
  method,
  path,
  host,
  header = [],
  principal,
  issuer,
  subject,
  audience = [],
  claims,
}: RequestParameters): ConnectionRequest | undefined {
  const token: ConnectionToken = {
    ...(issuer === undefined ? {} : { issuer }),
    ...(subject === undefined ? {} : { subject }),
    ...(audience.length === 0 ? {} : { audiences: [...audience] }),
    ...(claims === undefined ? {} : { claims: parseClaims(claims) }),
  };
  const request: ConnectionRequest = {
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    ...(host === undefined ? {} : { host }),
    ...(header.length === 0
      ? {}
      : { headers: Object.fromEntries(header.map(parseHeader)) }),
    ...(principal === undefined ? {} : { principal }),
    ...(Object.keys(token).length === 0 ? {} : { token }),
  };
  return Object.keys(request).length === 0 ? undefined : request;
}

function parseHeader(text: string): [name: string, value: string] {
  const colon = text.indexOf(':');
  const name = text.slice(0, colon).trim().toLowerCase();
  if (CREDENTIAL_HEADERS.has(name)) {
    throw new InputError(
      `The header ${name} must not be sent here: it may hold what lets somebody in. Describe a token by its claims`,
    );
  }
  return [name, text.slice(colon + 1).trim()];
}

function parseClaims(text: string): Record<string, unknown> {
  let claims: unknown;
  try {
    claims = JSON.parse(text);
  } catch {
    throw new InputError('"claims" is not JSON');
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new InputError('"claims" must be a JSON object');
  }
  return { ...claims };
}

const SCHEME = /^spiffe:\/\//;

/** In the engine's words. */
export function toEngineRequest(
  request: ConnectionRequest | undefined,
): Pick<JointQuestion, 'request' | 'principal'> {
  if (!request) {
    return {};
  }
  const { principal, headers, token, ...rest } = request;
  const isHttp =
    Object.keys(rest).length > 0 ||
    headers !== undefined ||
    token !== undefined;
  return {
    ...(principal === undefined
      ? {}
      : { principal: principal.replace(SCHEME, '') }),
    ...(isHttp
      ? {
          request: {
            ...rest,
            headers: headers ?? {},
            token: token ? toEngineToken(token) : null,
          },
        }
      : {}),
  };
}

function toEngineToken({
  issuer,
  subject,
  audiences,
  claims,
}: ConnectionToken): Token {
  return {
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(subject === undefined ? {} : { sub: subject }),
    ...(audiences === undefined ? {} : { aud: audiences }),
    ...(claims === undefined ? {} : { claims }),
  };
}
