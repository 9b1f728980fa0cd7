/** The few names and values that random meshes are made of, so that policies, pods and requests meet each other. */
import fc from 'fast-check';

export const NAMESPACES = ['a', 'b', 'c'] as const;
export const ROOTS = ['istio-system', 'mesh-root'] as const;
export const APPS = ['web', 'api'] as const;
export const VERSIONS = ['v1', 'v2'] as const;
/** Container ports; no Service ever names the last one. */
export const PORTS = [8080, 9000, 7070, 6060] as const;
export const TRUST_DOMAINS = ['cluster.local', 'prod.example'] as const;
export const ALIASES = ['old.example', 'legacy.example'] as const;
export const ISSUERS = ['https://id.example', 'https://other.example'] as const;
export const AUDIENCES = ['shop', 'bank'] as const;
export const SUBJECTS = ['ann', 'bob'] as const;
export const HOSTS = ['s1.a', 'S1.a', 's1.a:80', 'shop.example'] as const;
export const METHODS = ['GET', 'POST', 'get'] as const;
export const PATHS = [
  ...['/', '/api', '/api/', '/api/v1', '/api/v1/items', '/admin?x=1'],
  ...['/a/../admin', '/api//v1', '/api/%2e%2e/admin', '/api%2fv1', '/adm*n'],
] as const;
/** Of callers outside of the cluster. */
export const OUTSIDE = ['203.0.113.7', '198.51.100.9'] as const;
/** Created at these hours; the few of them make ties. */
const HOURS = [1, 2, 3] as const;

export const word = <T>(words: readonly T[]) => fc.constantFrom(...words);

/** Some of the words, at least one. */
export const some = <T>(words: readonly T[], maxLength = 2) =>
  fc.subarray([...words], { minLength: 1, maxLength });

/** A field that is there once in so many times. */
export const rarely = <T>(each: fc.Arbitrary<T>, once = 4) =>
  fc.oneof(
    { weight: Math.round(10 * (once - 1)), arbitrary: fc.constant(undefined) },
    { weight: 10, arbitrary: each },
  );

export const creationTimestamp = word(HOURS).map(
  hour => `2026-05-01T0${hour}:00:00Z`,
);

/** Labels that some pods carry. */
export const labels = fc.oneof(
  word(APPS).map(app => ({ app })),
  word(VERSIONS).map(version => ({ version })),
  fc.record({ app: word(APPS), version: word(VERSIONS) }),
);

/** An object without the fields that are undefined, as JSON has it. */
export function written<T extends object>(
  object: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
