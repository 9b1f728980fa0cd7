/**
 * Both sides of the mesh together: may this client send this to that pod, in
 * which transport, as whom, and which objects say so.
 */
import { ClusterSnapshot, PodView } from '../../snapshot';
import { accountOf } from '../../identity/serviceAccounts';
import { AuthorizationAnswer, authorize } from '../authorization';
import { ClientTransport, transportToPod, transportToService } from '../client';
import { requireMesh } from '../mesh';
import { meshGap } from '../meshGap';
import { Chain } from '../portProtocol';
import {
  MeshAnswer,
  MeshQuestion,
  answer,
  fieldsOf,
  sentence,
} from './meshAnswer';
import { ServerSide, serverSideOf } from './serverSide';
import { transportMismatch } from './transportMatch';
import { waypointHop } from './waypointHop';

export function meshConnection(
  question: MeshQuestion,
  snapshot: ClusterSnapshot,
): MeshAnswer {
  const client = clientSideOf(question, snapshot);
  const egress = fieldsOf(client.decidedBy, 'egress');
  if (client.transport === 'unknown') {
    return answer('unknown', null, [], client.reason);
  }
  if (client.transport === 'blocked') {
    return answer(
      'deny',
      null,
      egress('deny'),
      `the client's own proxy refuses it: ${client.reason}`,
    );
  }
  const server = serverSideOf(question.to, question.port, snapshot);
  if (server.undecided !== undefined) {
    return answer('unknown', null, [], server.undecided);
  }
  return (
    transportMismatch(server, client, question) ??
    authorized(question, client, server, snapshot)
  );
}

function clientSideOf(
  { from, to, port, service, clientTls, request }: MeshQuestion,
  snapshot: ClusterSnapshot,
): ClientTransport {
  if (clientTls !== undefined) {
    return {
      transport: clientTls,
      decidedBy: [],
      reason: 'the question says so',
    };
  }
  if ('address' in from) {
    return {
      transport: 'plaintext',
      decidedBy: [],
      reason: 'a caller outside of the cluster has no identity of the mesh',
    };
  }
  return service
    ? transportToService(from, service, to, snapshot)
    : transportToPod(
        from,
        to,
        port,
        snapshot,
        request !== undefined && request !== 'any',
      );
}

function authorized(
  question: MeshQuestion,
  client: ClientTransport,
  server: ServerSide,
  snapshot: ClusterSnapshot,
): MeshAnswer {
  const identified = client.transport === 'mtls' || client.tunnel === 'HBONE';
  const principal = identified
    ? question.principal ?? principalOf(question.from, snapshot)
    : undefined;
  const transport = identified ? 'mtls' : 'plaintext';
  if (identified && principal === undefined) {
    return answer(
      'unknown',
      transport,
      [],
      'the client has no identity that anybody here knows',
    );
  }
  const gap = meshGap(
    ['AuthorizationPolicy', 'RequestAuthentication'],
    [question.to.pod.namespace],
    snapshot,
  );
  if (gap !== undefined) {
    return answer('unknown', transport, [], gap);
  }
  const hop = waypointHop(question, client, principal, snapshot);
  if (hop && 'answer' in hop) {
    return hop.answer;
  }
  const { enforcer = 'sidecar' } = server;
  const answers = chainsAsked(question.request, server.chains, enforcer).map(
    chain =>
      authorize(
        {
          pod: question.to.pod,
          port: question.port,
          enforcer,
          chain,
          caller: {
            principal: hop?.principal ?? principal,
            address: hop ? hop.address : addressOf(question.from),
          },
          ...(chain === 'http' && question.request !== 'any'
            ? { request: question.request }
            : {}),
        },
        snapshot,
      ),
  );
  const own = mostOpen(answers);
  // A waypoint's conditions hold on top of what ztunnel says, which has none.
  const decided =
    hop && own.verdict === 'allow'
      ? { ...hop.at, decidedBy: own.decidedBy }
      : own;
  const policies = decided.decidedBy.map(field => ({
    ...field,
    direction: 'ingress' as const,
  }));
  return {
    verdict: decided.verdict,
    transport: decided.verdict === 'deny' ? null : transport,
    ...(principal === undefined ? {} : { principal }),
    ...(decided.conditions ? { conditions: decided.conditions } : {}),
    decidedBy:
      decided.verdict === 'deny'
        ? policies
        : [
            ...fieldsOf(client.decidedBy, 'egress')('allow'),
            ...fieldsOf(server.effective?.decidedBy ?? [], 'ingress')('allow'),
            ...(hop?.decidedBy ?? []),
            ...policies,
          ],
    reason: sentence(decided.reason),
  };
}

/** ztunnel has one; a request meets the chain that reads HTTP, if there is one, and anything else the other. */
function chainsAsked(
  request: MeshQuestion['request'],
  chains: readonly Chain[],
  enforcer: string,
): readonly Chain[] {
  if (enforcer === 'ztunnel' || chains.length === 1 || request === 'any') {
    return chains;
  }
  return request === undefined ? ['tcp'] : ['http'];
}

const FROM_MOST_OPEN = ['allow', 'conditional', 'unknown', 'deny'] as const;

function mostOpen(
  answers: readonly AuthorizationAnswer[],
): AuthorizationAnswer {
  const [open] = [...answers].sort(
    (left, right) =>
      FROM_MOST_OPEN.indexOf(left.verdict) -
      FROM_MOST_OPEN.indexOf(right.verdict),
  );
  return open;
}

/** `td/ns/<namespace>/sa/<account>`, as Istio issues it. */
export function principalOfPod(
  pod: PodView,
  snapshot: ClusterSnapshot,
): string {
  const { trustDomain } = requireMesh(snapshot);
  return `${trustDomain}/ns/${pod.namespace}/sa/${accountOf(pod)}`;
}

function principalOf(
  from: MeshQuestion['from'],
  snapshot: ClusterSnapshot,
): string | undefined {
  return 'address' in from ? undefined : principalOfPod(from.pod, snapshot);
}

function addressOf(from: MeshQuestion['from']): string | undefined {
  return 'address' in from ? from.address : from.pod.ips[0];
}
