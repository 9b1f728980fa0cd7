/**
 * Every request that was asked of the real istiod's configuration, for sidecars
 * and for ambient, answered by both sides of the mesh together: transports,
 * modes, tokens and policies.
 */
import { ClusterSnapshot, KubernetesObject } from '../../snapshot';
import {
  describeConformance,
  readConformanceLines,
} from '../../testing/conformance';
import { Token } from '../authorization';
import { Member, endpointsOf } from '../client';
import { endpointPort } from '../portProtocol';
import { MeshQuestion } from './meshAnswer';
import { meshConnection } from './meshConnection';

interface Question {
  from: { pod: string } | { ip: string };
  to: { pod: string } | { service: string };
  port: number;
  client?: { tls: 'auto' | 'plaintext' | 'mtls' };
  request?: {
    method?: string;
    path?: string;
    host?: string;
    headers?: Record<string, string>;
    principal?: string | null;
    jwt?: Token;
  };
}

interface Scenario {
  name: string;
  objects: KubernetesObject[];
  meshConfig: Record<string, unknown>;
  questions: Question[];
  answers: string[];
}

const EXCEPTIONS: Record<string, string> = {
  succeeded: 'a pod that has ended is no part of a snapshot',
};

function memberOf(snapshot: ClusterSnapshot, name: string): Member {
  for (const workload of snapshot.workloads) {
    for (const pod of workload.pods) {
      if (`${pod.namespace}/${pod.name}` === name) {
        return { workload, pod };
      }
    }
  }
  throw new Error(`no pod ${name}`);
}

function meshQuestionOf(
  { from, to, port, client, request }: Question,
  snapshot: ClusterSnapshot,
): MeshQuestion {
  const base = {
    from: 'ip' in from ? { address: from.ip } : memberOf(snapshot, from.pod),
    ...(client && client.tls !== 'auto' ? { clientTls: client.tls } : {}),
    ...(request?.principal ? { principal: request.principal } : {}),
    ...(request?.method === undefined
      ? {}
      : { request: { ...request, token: request.jwt ?? null } }),
  };
  if ('pod' in to) {
    return { ...base, to: memberOf(snapshot, to.pod), port };
  }
  const [namespace, name] = to.service.split('/');
  const service = snapshot.get('Service', name, namespace);
  const servicePort = service?.spec?.ports?.find(
    candidate => candidate.port === port,
  );
  if (!service || !servicePort) {
    throw new Error(`no port ${port} of Service ${to.service}`);
  }
  const [endpoint] = endpointsOf(service, snapshot);
  return {
    ...base,
    to: endpoint,
    port: endpointPort(endpoint.pod, servicePort) ?? port,
    service: { service, port: servicePort },
  };
}

describe.each([
  ['istio/istiod.jsonl.gz', 10_024],
  ['istio/ambient.jsonl.gz', 12_357],
  ['istio/edges.jsonl.gz', 410],
])('%s', (file, count) => {
  describeConformance(file, () => {
    const scenarios = readConformanceLines<Scenario>(file).filter(
      ({ name, questions }) => questions.length > 0 && !(name in EXCEPTIONS),
    );

    it.each(scenarios)(
      '$name',
      ({ objects, meshConfig, questions, answers }) => {
        const snapshot = ClusterSnapshot.create({
          cluster: 'conformance',
          objects,
          settings: { meshConfig },
        });
        const wrong = questions.flatMap((question, index) => {
          const { verdict, reason } = meshConnection(
            meshQuestionOf(question, snapshot),
            snapshot,
          );
          return verdict === answers[index]
            ? []
            : { question, verdict, reason, expected: answers[index] };
        });
        expect(wrong.slice(0, 2)).toEqual([]);
      },
    );

    it(`holds ${count} requests`, () => {
      expect(scenarios.flatMap(({ questions }) => questions)).toHaveLength(
        count,
      );
    });
  });
});
