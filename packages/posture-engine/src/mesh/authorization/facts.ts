/** What is known of one request, as the rules of policies ask for it. */
import { Formula, RequestTest, truth, unknown } from './formula';
import { Pattern, matchesPattern } from './patterns';
import { normalizePath } from './normalizePath';
import { Mesh } from '../mesh';
import { placeOf } from '../../decisions/addresses';

/** A token's content; that its signature is good is taken for granted. */
export interface Token {
  iss?: string;
  sub?: string;
  aud?: string | readonly string[];
  claims?: Readonly<Record<string, unknown>>;
}

/** An HTTP request; what is left out may be anything. */
export interface HttpRequest {
  method?: string;
  /** With its query, if it has one. */
  path?: string;
  host?: string;
  headers?: Readonly<Record<string, string>>;
  /** In `Authorization: Bearer`; null where there is none. */
  token?: Token | null;
}

/** What the server's proxy took from a token: its claims, none, or whatever a caller will send. */
export type Claims = Readonly<Record<string, unknown>> | 'none' | 'any';

export interface Facts {
  /** `td/ns/<namespace>/sa/<account>`; undefined for a caller that presents none. */
  principal: string | undefined;
  /** Places on the line of addresses; undefined where they are not known. */
  source: bigint | undefined;
  destination: bigint | undefined;
  /** The port as the enforcing proxy sees it. */
  port: number;
  /** Undefined on a chain that does not read HTTP. */
  http: HttpFacts | undefined;
}

export interface HttpFacts {
  method: string | undefined;
  /** Normalised, without query. */
  path: string | undefined;
  /** As sent, for conditions on the header `:path`. */
  rawPath: string | undefined;
  host: string | undefined;
  /** By names in lower case. */
  headers: ReadonlyMap<string, string> | undefined;
  claims: Claims;
}

export function httpFactsOf(
  request: HttpRequest,
  claims: Claims,
  mesh: Mesh,
): HttpFacts {
  const { method, path, host, headers } = request;
  return {
    method,
    path: path === undefined ? undefined : normalizePath(path, mesh),
    rawPath: path,
    host: host?.toLowerCase(),
    headers:
      headers &&
      new Map(
        Object.entries(headers).map(([name, value]) => [
          name.toLowerCase(),
          value,
        ]),
      ),
    claims,
  };
}

/** The address that `remoteIpBlocks` compares: the last one of x-forwarded-for, else the connection's. */
export function remoteAddressOf(facts: Facts): bigint | undefined | 'any' {
  if (!facts.http) {
    return facts.source;
  }
  if (!facts.http.headers) {
    return 'any';
  }
  const forwarded = facts.http.headers.get('x-forwarded-for');
  const last = forwarded?.split(',').pop()?.trim();
  return (last && placeOf(last)) || facts.source;
}

/** Whether a value is one of some patterns: an answer where the value is known, else a condition. */
export function valueTest(
  attribute: string,
  patterns: readonly Pattern[],
  value: string | undefined,
): Formula {
  return value === undefined
    ? requestTest(attribute, patterns, true)
    : truth(patterns.some(pattern => matchesPattern(pattern, value)));
}

export function requestTest(
  attribute: string,
  patterns: readonly Pattern[],
  single: boolean,
): Formula {
  const test: RequestTest = { attribute, patterns, negated: false, single };
  return { kind: 'test', test };
}

/** Whether an address lies in a block; nobody can tell where it is not known. */
export function addressTest(
  place: bigint | undefined,
  isInside: (place: bigint) => boolean,
  whose: string,
): Formula {
  return place === undefined
    ? unknown(`the address of ${whose} is not known`)
    : truth(isInside(place));
}
