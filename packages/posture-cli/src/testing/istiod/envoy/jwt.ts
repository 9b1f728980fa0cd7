/**
 * What the filter `envoy.filters.http.jwt_authn` makes of a request's token,
 * which stands in `Authorization: Bearer`. Signatures count as good.
 */
import {
  Message,
  listOf,
  messageOf,
  messagesOf,
  oneOf,
  textOf,
  textsOf,
  unknownField,
} from './json';

export type Claims = Readonly<Record<string, unknown>>;

/** Undefined where the filter refuses the request; else what it leaves for the filters behind it. */
export function jwtOutcome(
  config: Message,
  token: Claims | undefined,
): { payload?: Claims } | undefined {
  const providers = messageOf(config.providers ?? {});
  const [rule, ...others] = messagesOf(config.rules);
  if (
    others.length > 0 ||
    textOf(messageOf(rule.match).prefix) !== '/' ||
    config.requirementMap !== undefined
  ) {
    throw unknownField('rules of a JWT filter', config.rules);
  }
  const verified = verify(messageOf(rule.requires), providers, token);
  if (!verified) {
    return undefined;
  }
  const [accepting] = verified;
  return accepting && token
    ? { payload: normalized(token, messageOf(accepting)) }
    : {};
}

/** The providers that accepted the token, or undefined where the requirement is not met. */
function verify(
  requirement: Message,
  providers: Message,
  token: Claims | undefined,
): Message[] | undefined {
  const [kind, value] = oneOf(requirement);
  const parts = () => messagesOf(messageOf(value).requirements);
  switch (kind) {
    case 'providerName': {
      const provider = messageOf(providers[textOf(value)]);
      return token && looksThere(provider) && accepts(provider, token)
        ? [provider]
        : undefined;
    }
    case 'requiresAll': {
      const outcomes = parts().map(part => verify(part, providers, token));
      return outcomes.includes(undefined)
        ? undefined
        : outcomes.flatMap(outcome => outcome ?? []);
    }
    case 'requiresAny': {
      const outcomes = parts()
        .filter(part => !('allowMissing' in part))
        .map(part => verify(part, providers, token));
      return (
        outcomes.find(outcome => outcome !== undefined) ??
        (parts().some(part => 'allowMissing' in part) &&
        !(
          token &&
          namesIn(requirement).some(name =>
            looksThere(messageOf(providers[name])),
          )
        )
          ? []
          : undefined)
      );
    }
    default:
      throw unknownField('a requirement', requirement);
  }
}

/** `allow_missing` looks for tokens in the places of the providers beside it. */
function namesIn(requirement: Message): string[] {
  return messagesOf(messageOf(requirement.requiresAny).requirements).flatMap(
    ({ providerName }) =>
      providerName === undefined ? [] : String(providerName),
  );
}

/** Whether a provider finds a token in `Authorization: Bearer`: where it names no places, or that one. */
function looksThere({
  fromHeaders,
  fromParams,
  fromCookies,
}: Message): boolean {
  const headers = messagesOf(fromHeaders);
  return (
    headers.length + listOf(fromParams).length + listOf(fromCookies).length ===
      0 ||
    headers.some(
      ({ name, valuePrefix }) =>
        textOf(name).toLowerCase() === 'authorization' &&
        textOf(valuePrefix) === 'Bearer ',
    )
  );
}

function accepts({ issuer, audiences }: Message, token: Claims): boolean {
  const wanted = textsOf(audiences);
  const { aud } = token;
  const claimed = typeof aud === 'string' ? [aud] : textsOf(aud);
  return (
    token.iss === issuer &&
    (wanted.length === 0 || claimed.some(each => wanted.includes(each)))
  );
}

/** Some claims are split at spaces. */
function normalized(token: Claims, provider: Message): Claims {
  if (provider.payloadInMetadata !== 'payload') {
    throw unknownField('the place of the payload', provider);
  }
  const split = new Set(
    textsOf(
      messageOf(provider.normalizePayloadInMetadata ?? {}).spaceDelimitedClaims,
    ),
  );
  return Object.fromEntries(
    Object.entries(token).map(([name, value]) => [
      name,
      split.has(name) && typeof value === 'string' ? value.split(' ') : value,
    ]),
  );
}
