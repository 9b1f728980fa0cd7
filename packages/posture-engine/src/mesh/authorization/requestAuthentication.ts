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

/** A rule without audiences takes tokens for any. */
function accepts({ issuer, audiences = [] }: Rule, token: Token): boolean {
  const claimed = typeof token.aud === 'string' ? [token.aud] : token.aud ?? [];
  return (
    token.iss === issuer &&
    (audiences.length === 0 ||
      claimed.some(audience => audiences.includes(audience)))
  );
}

function claimsOf({ iss, sub, aud, claims }: Token): Claims {
  return {
    ...claims,
    ...(iss === undefined ? {} : { iss }),
    ...(sub === undefined ? {} : { sub }),
    ...(aud === undefined ? {} : { aud }),
  };
}
