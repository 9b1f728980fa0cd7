/** Random connections and requests to the pods of a random mesh. */
import fc from 'fast-check';
import {
  AUDIENCES,
  HOSTS,
  ISSUERS,
  METHODS,
  NAMESPACES,
  OUTSIDE,
  PATHS,
  PORTS,
  SUBJECTS,
  rarely,
  word,
  written,
} from './words';

/** Of the certificates that clients show. */
const DOMAINS = [
  ...[
    'prod.example',
    'cluster.local',
    'prod.example',
    'cluster.local',
    'old.example',
  ],
  'foreign.example',
] as const;

const token = fc
  .record({
    iss: word(ISSUERS),
    sub: word(SUBJECTS),
    aud: rarely(
      fc.oneof(word(AUDIENCES), fc.constant<string[]>(['other', 'shop'])),
      2,
    ),
    claims: fc
      .record({
        groups: rarely(
          fc.oneof(fc.constant(['dev', 'qa']), word(['dev ops', 'ops'])),
          1.5,
        ),
        scope: rarely(word(['read write', 'write']), 1.5),
        realm: rarely(fc.constant({ role: ['admin'] }), 2),
        azp: rarely(word(['app', 'other']), 2),
      })
      .map(written),
  })
  .map(written);

const request = fc.record({
  method: word(METHODS),
  path: word(PATHS),
  host: word(HOSTS),
  headers: fc
    .record({
      'x-team': rarely(word(['blue', 'red', '']), 2),
      'X-Forwarded-For': rarely(
        word(['10.9.1.1', '203.0.113.7, 198.51.100.9']),
        4,
      ),
    })
    .map(headers => written(headers) as Record<string, string>),
  token: fc.option(token, { nil: null, freq: 1 }),
});

export type RandomRequest = typeof request extends fc.Arbitrary<infer T>
  ? T
  : never;

export const randomConnection = fc.record({
  /** Of the mesh's pods, each by its number. */
  from: fc.oneof(
    { weight: 3, arbitrary: fc.nat(5) },
    { weight: 1, arbitrary: word(OUTSIDE) },
  ),
  to: fc.nat(5),
  port: word(PORTS),
  tls: word(['mtls', 'mtls', 'plaintext'] as const),
  certificate: fc.record({
    domain: word(DOMAINS),
    namespace: word([...NAMESPACES, 'mesh-root']),
    account: word(['web', 'api']),
  }),
  request: fc.option(request, { nil: undefined, freq: 4 }),
});

export type RandomConnection = typeof randomConnection extends fc.Arbitrary<
  infer T
>
  ? T
  : never;
