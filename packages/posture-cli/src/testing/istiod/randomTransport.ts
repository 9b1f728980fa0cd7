/** Random PeerAuthentications, DestinationRules and Sidecars. */
import fc from 'fast-check';
import { PORTS, labels, rarely, word, written } from './words';

const mode = word([
  ...['STRICT', 'PERMISSIVE', 'DISABLE', 'UNSET', undefined],
] as const);
const mutualTls = mode.map(each => written({ mode: each }));

export const peerAuthentication = fc
  .oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        selector: labels.map(matchLabels => ({ matchLabels })),
        mtls: rarely(mutualTls, 1.5),
        portLevelMtls: rarely(
          fc.dictionary(word(PORTS).map(String), mutualTls, {
            minKeys: 1,
            maxKeys: 3,
          }),
          2,
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        selector: word([
          undefined,
          undefined,
          undefined,
          {},
          { matchLabels: {} },
        ]),
        mtls: rarely(mutualTls, 1.2),
        portLevelMtls: fc.constant(undefined),
      }),
    },
  )
  .map(spec => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    annotations: {},
    spec: written(spec),
  }));

const tls = fc.oneof(
  {
    weight: 4,
    arbitrary: word(['DISABLE', 'ISTIO_MUTUAL', 'ISTIO_MUTUAL']).map(each => ({
      mode: each,
    })),
  },
  {
    weight: 1,
    arbitrary: word([
      { mode: 'SIMPLE' },
      { mode: 'SIMPLE', credentialName: 'certificate' },
      { mode: 'MUTUAL', clientCertificate: '/c', privateKey: '/k' },
      {},
    ]),
  },
);
const SERVICE_PORTS = [80, 9000, 7000, 443];
const trafficPolicy = fc
  .record({
    tls: rarely(tls, 1.5),
    portLevelSettings: rarely(
      fc.uniqueArray(
        fc
          .record({ number: word(SERVICE_PORTS), own: rarely(tls, 1.3) })
          .map(({ number, own }) => written({ port: { number }, tls: own })),
        {
          minLength: 1,
          maxLength: 2,
          selector: ({ port }) => port?.number,
        },
      ),
      3,
    ),
  })
  .map(written);

export const destinationRule = fc
  .record({
    host: word([
      ...['s1', 's2', 's1.a.svc.cluster.local', 's2.b.svc.cluster.local'],
      ...['s3.a.svc.cluster.local', '*.a.svc.cluster.local', 's1.a'],
      ...['*.svc.cluster.local', '*.local', '*', 's1.a.svc.cluster.local'],
    ]),
    exportTo: rarely(
      word([['.'], ['*'], ['b'], ['a', 'b'], ['.', 'c'], ['a'], ['~']]),
      2,
    ),
    workloadSelector: rarely(
      labels.map(matchLabels => ({ matchLabels })),
      6,
    ),
    trafficPolicy: rarely(trafficPolicy, 1.2),
    subsets: rarely(
      fc.option(trafficPolicy, { nil: undefined }).map(own => [
        written({
          name: 'v1',
          labels: { version: 'v1' },
          trafficPolicy: own,
        }),
      ]),
      4,
    ),
  })
  .map(spec => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    annotations: {},
    spec: written(spec),
  }));

const egressHost = word([
  ...['./*', '*/*', 'a/*', 'b/*', '~/*', '*/s1.a.svc.cluster.local'],
  ...['a/s1.a.svc.cluster.local', 'c/s1.a.svc.cluster.local'],
  ...['*/*.a.svc.cluster.local', 'a/s1'],
]);
const egress = fc
  .record({
    port: rarely(
      word([80, 9000]).map(number => ({
        number,
        protocol: number === 80 ? 'HTTP' : 'TCP',
        name: `egress-${number}`,
      })),
      6,
    ),
    hosts: fc.uniqueArray(egressHost, { minLength: 1, maxLength: 2 }),
  })
  .map(written);
const ingress = word(PORTS).chain(number =>
  word(['HTTP', 'TCP', 'GRPC', 'HTTPS']).map(protocol => ({
    port: { number, protocol, name: `ingress-${number}` },
    defaultEndpoint: `127.0.0.1:${number}`,
  })),
);

export const sidecar = fc
  .record({
    workloadSelector: rarely(
      labels.map(each => ({ labels: each })),
      2,
    ),
    egress: rarely(fc.array(egress, { minLength: 1, maxLength: 2 }), 1.4),
    ingress: rarely(
      fc.uniqueArray(ingress, {
        minLength: 1,
        maxLength: 2,
        selector: ({ port }) => port.number,
      }),
      4,
    ),
    outboundTrafficPolicy: rarely(
      word([{ mode: 'REGISTRY_ONLY' }, { mode: 'ALLOW_ANY' }, {}]),
      3,
    ),
  })
  .map(spec => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    annotations: {},
    spec: written(spec),
  }));

/** To whom Services are exported; undefined mostly. */
export const serviceExport = rarely(
  word(['.', '*', '~', 'b', 'a,b', '., c']),
  10,
);
