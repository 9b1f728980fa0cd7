/**
 * What RequestAuthentications make of a request's token. All that match are
 * united: a token passes if one rule of one of them takes it, no token passes
 * without claims, and every other token is refused.
 */
import { RequestAuthentication } from '../../snapshot/kinds';
import { Claims, Token } from './facts';

export interface TokenOutcome {
  claims: Claims;
  /** The token is refused, whatever policies say. */
  refused: boolean;
}

type Rule = NonNullable<
  NonNullable<RequestAuthentication['spec']>['jwtRules']
>[number];

/** `token` in `Authorization: Bearer`; null for none, undefined for any. */
export function tokenOutcome(
  token: Token | null | undefined,
  authentications: readonly RequestAuthentication[],
): TokenOutcome {
  const rules = authentications.flatMap(({ spec }) => spec?.jwtRules ?? []);
  // Rules that name other places do not look where the token is.
  const reading = rules.filter(looksInAuthorization);
  if (token === undefined) {
    // A caller may put a good token wherever some rule looks for it.
    return { claims: rules.length > 0 ? 'any' : 'none', refused: false };
  }
  if (token === null || reading.length === 0) {
    return { claims: 'none', refused: false };
  }
  return reading.some(rule => accepts(rule, token))
    ? { claims: claimsOf(token), refused: false }
    : { claims: 'none', refused: true };
}

/** The token that is left for those behind a proxy: one that it has accepted goes no further unless its rule says so. */
export function tokenPassedOn(
  token: Token | null | undefined,
  authentications: readonly RequestAuthentication[],
): Token | null | undefined {
  const rules = authentications.flatMap(({ spec }) => spec?.jwtRules ?? []);
  if (!token) {
    return token;
  }
  const accepting = rules.filter(
    rule => looksInAuthorization(rule) && accepts(rule, token),
  );
  return accepting.some(({ forwardOriginalToken }) => !forwardOriginalToken)
    ? null
    : token;
}

function looksInAuthorization({
  fromHeaders,
  fromParams,
  fromCookies,
}: Rule): boolean {
  return (
    [fromHeaders, fromParams, fromCookies].every(
      places => (places ?? []).length === 0,
    ) ||
    (fromHeaders ?? []).some(
      ({ name }) => name?.toLowerCase() === 'authorization',
    )
  );
}

/** A rule without audiences takes tokens for any; one whose keys nobody can fetch takes none. */
function accepts(rule: Rule, token: Token): boolean {
  const { issuer, audiences = [] } = rule;
  const claimed = typeof token.aud === 'string' ? [token.aud] : token.aud ?? [];
  return (
    token.iss === issuer &&
    !isKeyless(rule) &&
    (audiences.length === 0 ||
      claimed.some(audience => audiences.includes(audience)))
  );
}

/** istiod fetches keys from where the rule says, else asks the issuer where they are. */
const FETCHABLE = /^https?:\/\/(\[[^\]]*\]|[^/:?#]*)/i;
const LOOPBACK = /^(localhost|127\.[0-9.]*|\[::1\])$/i;

/**
 * Whether nobody can have a rule's keys: what is written is no place on the
 * web, or istiod's own machine. istiod then puts in a key that signs nothing
 * (`model/jwks_resolver.go`). Whether other places answer is seen in no object.
 */
function isKeyless({ issuer = '', jwks, jwksUri = issuer }: Rule): boolean {
  const host = FETCHABLE.exec(jwksUri)?.[1];
  return !jwks && (host === undefined || LOOPBACK.test(host));
}

function claimsOf({ iss, sub, aud, claims }: Token): Claims {
  return {
    ...claims,
    ...(iss === undefined ? {} : { iss }),
    ...(sub === undefined ? {} : { sub }),
    ...(aud === undefined ? {} : { aud }),
  };
}
