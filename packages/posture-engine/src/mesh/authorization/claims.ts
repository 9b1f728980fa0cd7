/** Conditions on a token's claims, as Envoy finds them in what its JWT filter left. */
import { Claims, requestTest } from './facts';
import { Formula, NEVER, truth } from './formula';
import { Pattern, matchesPattern } from './patterns';

/** Claims whose text Istio's JWT filter splits at spaces. */
const SPACE_DELIMITED: ReadonlySet<string> = new Set(['scope', 'permission']);

/** Whether a claim, or one item of it, matches. */
export function claimTest(
  attribute: string,
  path: readonly string[],
  patterns: readonly Pattern[],
  claims: Claims,
): Formula {
  if (claims === 'none') {
    return NEVER;
  }
  if (claims === 'any') {
    return requestTest(attribute, patterns, false);
  }
  const values = valuesAt(path, claims);
  return truth(
    values.some(value =>
      patterns.some(pattern => matchesPattern(pattern, value)),
    ),
  );
}

function valuesAt(
  path: readonly string[],
  claims: Readonly<Record<string, unknown>>,
): string[] {
  let found: unknown = claims;
  for (const key of path) {
    found =
      typeof found === 'object' &&
      found !== null &&
      !Array.isArray(found) &&
      Object.hasOwn(found, key)
        ? Reflect.get(found, key)
        : undefined;
  }
  const [name] = path;
  if (typeof found === 'string') {
    return path.length === 1 && SPACE_DELIMITED.has(name)
      ? found.split(' ')
      : [found];
  }
  return Array.isArray(found)
    ? found.filter((item): item is string => typeof item === 'string')
    : [];
}

/**
 * `requestPrincipals`: issuer and subject, split at the last slash of the
 * pattern. So `https://id*` asks for the issuer `https:/`, and never matches.
 */
export function requestPrincipalTest(
  written: string,
): (claims: Claims) => Formula {
  const slash = written.lastIndexOf('/');
  const issuer = slash < 0 ? written : written.slice(0, slash);
  const subject = slash < 0 ? '' : written.slice(slash + 1);
  const [issuerTest, subjectTest] = partTests(written, issuer, subject, slash);
  const pattern: Pattern =
    written === '*'
      ? { kind: 'present', written }
      : { kind: 'opaque', written };
  return claims => {
    if (claims === 'none') {
      return NEVER;
    }
    if (claims === 'any') {
      return requestTest('request principal', [pattern], true);
    }
    const { iss, sub } = claims;
    return truth(
      typeof iss === 'string' &&
        typeof sub === 'string' &&
        issuerTest(iss) &&
        subjectTest(sub),
    );
  };
}

type TextTest = (text: string) => boolean;

const isPresent: TextTest = text => text !== '';

function partTests(
  written: string,
  issuer: string,
  subject: string,
  slash: number,
): [TextTest, TextTest] {
  if (written === '*') {
    return [isPresent, isPresent];
  }
  if (written.startsWith('*')) {
    return slash < 0
      ? [isPresent, text => text.endsWith(written.slice(1))]
      : [
          issuer === '*' ? isPresent : text => text.endsWith(issuer.slice(1)),
          text => text === subject,
        ];
  }
  if (written.endsWith('*')) {
    return slash < 0
      ? [text => text.startsWith(written.slice(0, -1)), isPresent]
      : [
          text => text === issuer,
          subject === '*'
            ? isPresent
            : text => text.startsWith(subject.slice(0, -1)),
        ];
  }
  return [text => text === issuer, text => text === subject];
}
