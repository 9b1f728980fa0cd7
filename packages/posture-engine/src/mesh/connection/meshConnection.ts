/**
 * Both sides of the mesh together: may this client send this to that pod, in
 * which transport, as whom, and which objects say so.
 */
import { ClusterSnapshot, PodView } from '../../snapshot';
import { accountOf } from '../../identity/serviceAccounts';
import { AuthorizationAnswer, authorize } from '../authorization';
import { ClientTransport, transportToPod, transportToService } from '../client';
import { dataPlaneOf } from '../dataPlane';
import { describePatch, patchBefore } from '../envoy';
import { linkerdConnection } from '../linkerd/linkerdConnection';
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
import { gatewayConnection } from './gatewayConnection';
import { ServerSide, serverSideOf } from './serverSide';
import { transportMismatch } from './transportMatch';
import { waypointHop } from './waypointHop';

/** Where ztunnel, and a sidecar that is told to, take HBONE. */
const HBONE_PORT = 15_008;

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
  const { workload, pod } = question.to;
  const { dataPlane, gateway } = dataPlaneOf(workload, pod, snapshot);
  if (dataPlane === 'linkerd') {
    return linkerdConnection(question, client, snapshot);
  }
  if (gateway) {
    return gatewayConnection(question, client, snapshot, next =>
      meshConnection(next, snapshot),
    );
  }
  const server = serverSideOf(question.to, question.port, snapshot);
  if (server.undecided !== undefined) {
    return answer('unknown', null, [], server.undecided);
  }
  const patched =
    server.enforcer === 'sidecar' ? patchedReason(pod, snapshot) : undefined;
  if (patched !== undefined) {
    return answer('unknown', null, [], patched);
  }
  const mismatch = transportMismatch(server, client, question);
  const told = mismatch
    ? refusedUnread(mismatch, question, client, server, snapshot) ??
      (server.enforcer
        ? mismatch
        : behindWaypoint(mismatch, question, client, snapshot))
    : authorized(question, client, server, snapshot);
  return client.tunnel
    ? { ...told, tunnel: { ...told.tunnel, port: HBONE_PORT, to: pod } }
    : told;
}

function patchedReason(
  pod: PodView,
  snapshot: ClusterSnapshot,
): string | undefined {
  const gap = meshGap(['EnvoyFilter'], [pod.namespace], snapshot);
  const patch = patchBefore(pod, 'SIDECAR_INBOUND', snapshot);
  return gap ?? (patch && describePatch(patch));
}

/** ztunnel goes by what is called: a pod outside of the mesh, too, has the waypoint of its Service before it. */
function behindWaypoint(
  told: MeshAnswer,
  question: MeshQuestion,
  client: ClientTransport,
  snapshot: ClusterSnapshot,
): MeshAnswer {
  const hop =
    question.clientTls === undefined
      ? waypointHop(
          question,
          { ...client, tunnel: 'HBONE' },
          question.principal ?? principalOf(question.from, snapshot),
          snapshot,
        )
      : undefined;
  if (!hop) {
    return told;
  }
  return 'answer' in hop
    ? hop.answer
    : {
        ...told,
        verdict: hop.at.verdict,
        ...(hop.at.conditions ? { conditions: hop.at.conditions } : {}),
        decidedBy: [...told.decidedBy, ...hop.decidedBy],
        reason: sentence(hop.at.reason),
      };
}

/** TLS that a proxy hands on unread is a connection without identity to it, which its policies may refuse all the same. */
function refusedUnread(
  { verdict }: MeshAnswer,
  question: MeshQuestion,
  client: ClientTransport,
  server: ServerSide,
  snapshot: ClusterSnapshot,
): MeshAnswer | undefined {
  const { enforcer, bypass, effective } = server;
  if (
    verdict !== 'unknown' ||
    client.transport !== 'mtls' ||
    !enforcer ||
    bypass ||
    effective?.contested
  ) {
    return undefined;
  }
  const seen = authorized(
    { ...question, request: undefined },
    { ...client, transport: 'plaintext' },
    { ...server, chains: ['tcp'] },
    snapshot,
  );
  return seen.verdict === 'deny' ? seen : undefined;
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
    ...(hop?.proxy
      ? {
          tunnel: { port: HBONE_PORT, to: question.to.pod, via: hop.proxy },
        }
      : {}),
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
