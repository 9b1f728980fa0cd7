/**
 * What the listeners, routes and clusters that the real istiod computed for a
 * sidecar do to each connection that was asked about: whom it is taken for,
 * where it goes, in which transport, which server is expected there.
 */
import { ClusterSnapshot, KubernetesObject } from '../../../snapshot';
import {
  describeConformance,
  readConformanceLines,
} from '../../../testing/conformance';
import { OutboundAnswer } from './outboundAnswer';
import { Sent } from './chainMatch';
import { outboundCall } from './outboundCall';

interface Recorded {
  result: string;
  cluster?: string;
  type?: string;
  endpoints?: string[];
  status?: number;
  sni?: string;
  sans?: string[];
}

interface Row {
  why: string;
  ip: string;
  port: number;
  host?: string;
  sni?: string;
  answer: Recorded;
}

interface Scenario {
  name: string;
  objects: KubernetesObject[];
  meshConfig: Record<string, unknown>;
  outbound?: Row[];
}

const DYNAMIC = 'AllowAnyDynamicDNSCluster';

/** An answer in istiod's words. */
function recordOf(answer: OutboundAnswer): Omit<Recorded, 'type'> {
  const { outcome, host, endpoints, status, peers } = answer;
  const ends = endpoints.map(
    ({ address, port, transport, origination }) =>
      `${address}:${port} ${
        origination?.mode === 'MUTUAL' ? 'mutual' : transport
      }`,
  );
  const tls = endpoints.find(({ origination }) => origination)?.origination;
  const identity = {
    ...(tls?.serverName ? { sni: tls.serverName } : {}),
    ...(tls?.subjectAltNames.length ? { sans: [...tls.subjectAltNames] } : {}),
    ...(peers?.length ? { sans: [...peers] } : {}),
  };
  const cluster = host && `outbound|${host.port}||${host.name}`;
  switch (outcome) {
    case 'host':
      return ends.length > 0
        ? { result: 'service', cluster, endpoints: ends, ...identity }
        : { result: 'no endpoints', cluster, endpoints: [] };
    case 'original-address':
      return { result: 'original destination', cluster, endpoints: ends };
    case 'passed-on':
      return {
        result: 'passthrough',
        cluster: 'PassthroughCluster',
        endpoints: ends,
      };
    case 'by-name':
      return { result: 'no endpoints', cluster: DYNAMIC, endpoints: [] };
    case 'refused':
      return status
        ? { result: 'blocked', status }
        : { result: 'blocked', cluster: 'BlackHoleCluster' };
    case 'uncaptured':
      return { result: 'no listener' };
    default:
      return { result: `unknown: ${answer.reason}` };
  }
}

/** What of a recorded answer is compared. */
function comparable({
  result,
  cluster,
  endpoints,
  status,
  sni,
  sans,
}: Recorded): Omit<Recorded, 'type'> {
  // Names count where TLS is spoken; the name of the cluster is asked for where no rule says another.
  const speaksTls = endpoints?.some(end => !end.endsWith(' plaintext'));
  return {
    result,
    ...(cluster === undefined ? {} : { cluster }),
    ...(endpoints === undefined ? {} : { endpoints }),
    ...(status === undefined ? {} : { status }),
    ...(sni === undefined || sni.startsWith('outbound_.') ? {} : { sni }),
    ...(speaksTls && result === 'service' && sans ? { sans } : {}),
  };
}

function sentBy({ host, sni }: Row): Sent {
  if (host !== undefined) {
    return { kind: 'http', host };
  }
  return sni === undefined ? { kind: 'tcp' } : { kind: 'tls', serverName: sni };
}

/** Here the fake proxy said so of itself, and no object shows it. */
const UNCAPTURED = 'client with interceptionMode NONE';

function withoutCapture(objects: KubernetesObject[]): KubernetesObject[] {
  return objects.map(object =>
    object.kind === 'Pod' && object.metadata.name === 'c1'
      ? {
          ...object,
          metadata: {
            ...object.metadata,
            annotations: {
              'sidecar.istio.io/interceptionMode': 'NONE',
            },
          },
        }
      : object,
  );
}

const FILE = 'istio/edges.jsonl.gz';

describeConformance(FILE, () => {
  const scenarios = readConformanceLines<Scenario>(FILE).filter(
    ({ outbound = [] }) => outbound.length > 0,
  );

  it.each(scenarios)(
    '$name',
    ({ name, objects, meshConfig, outbound = [] }) => {
      const snapshot = ClusterSnapshot.create({
        cluster: 'conformance',
        objects: name === UNCAPTURED ? withoutCapture(objects) : objects,
        settings: { meshConfig },
      });
      const workload = snapshot
        .workloadsIn('b')
        .find(({ reference }) => reference.name === 'c1');
      if (!workload) {
        throw new Error('no client');
      }
      const client = { workload, pod: workload.pods[0] };
      expect(
        outbound.map(row => ({
          why: row.why,
          ...recordOf(
            outboundCall(
              client,
              { address: row.ip, port: row.port, sent: sentBy(row) },
              snapshot,
            ),
          ),
        })),
      ).toEqual(
        outbound.map(({ why, answer }) => ({ why, ...comparable(answer) })),
      );
    },
  );

  it('holds 727 answers of 99 scenarios', () => {
    expect(scenarios).toHaveLength(99);
    expect(scenarios.flatMap(({ outbound }) => outbound)).toHaveLength(727);
  });
});
