/**
 * A request that is sent to a gateway of the mesh: what the gateway's door and
 * its own policies make of it, where it is led, and what becomes of it there,
 * where the gateway is a client like any other.
 */
import { EdgeDoor, EdgeRule } from '../../network/edgeRoutes';
import { ClusterSnapshot, PodView, describeObject } from '../../snapshot';
import { HttpRequest } from '../authorization';
import { ClientTransport } from '../client';
import { describePatch, patchBefore } from '../envoy';
import { GatewayStep, gatewayStep, isWaypoint } from '../gateway';
import { meshGap } from '../meshGap';
import { Arriving, Gate, gateAt } from './gate';
import { AskOn, Onward, doorField, joined, onward } from './gatewayOnward';
import {
  MeshAnswer,
  MeshQuestion,
  answer,
  fieldsOf,
  sentence,
} from './meshAnswer';

/** More gateways than this in a row lead in a circle. */
const MOST_GATEWAYS = 4;

/** What says where a gateway leads. */
const GATEWAY_KINDS = [
  'Gateway',
  'ListenerSet',
  'Gateway.networking.istio.io',
  'VirtualService',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'Service',
] as const;

export function gatewayConnection(
  question: MeshQuestion,
  client: ClientTransport,
  snapshot: ClusterSnapshot,
  askOn: AskOn,
): MeshAnswer {
  const { request, to } = question;
  const unseen = whyUnseen(question, snapshot);
  if (unseen !== undefined) {
    return unknown(unseen);
  }
  if (
    request === undefined ||
    request === 'any' ||
    request.host === undefined
  ) {
    return unknown(
      `where gateway ${to.pod.name} leads what it gets depends on the host and the path, so only a request that says them has an answer`,
    );
  }
  const step = stepOf(question, request, snapshot);
  switch (step.outcome) {
    case 'closed':
      return closed(question, request);
    case 'unknown':
      return unknown(step.reason);
    case 'automatic':
      return unknown(
        `gateway ${to.pod.name} passes it on by the name in its TLS, of which a request says nothing`,
      );
    case 'redirected':
      return answer(
        'deny',
        null,
        [doorField(step.door, 'deny')],
        `gateway ${to.pod.name} passes on nothing that comes without TLS, and only points to HTTPS`,
      );
    default:
      return throughDoor(question, request, step, client, snapshot, askOn);
  }
}

function whyUnseen(
  { to: { pod }, gateways = 0 }: MeshQuestion,
  snapshot: ClusterSnapshot,
): string | undefined {
  if (gateways >= MOST_GATEWAYS) {
    return 'gateways lead it on to each other without an end';
  }
  const [gap] = GATEWAY_KINDS.flatMap(
    kind => snapshot.coverage.gap(kind) ?? [],
  );
  if (gap) {
    return gap.reason;
  }
  if (isWaypoint(pod, snapshot)) {
    return `${pod.name} is a waypoint, and nobody calls one for itself`;
  }
  return whyUnread(pod, snapshot);
}

/** What of the gateway's own policies is not seen, or not all that its proxy is told. */
function whyUnread(
  pod: PodView,
  snapshot: ClusterSnapshot,
): string | undefined {
  const gap = meshGap(
    ['AuthorizationPolicy', 'RequestAuthentication', 'EnvoyFilter'],
    [pod.namespace],
    snapshot,
  );
  const patch = patchBefore(pod, 'GATEWAY', snapshot);
  return gap ?? (patch && describePatch(patch));
}

/** Callers bring TLS where a port asks for it, with the name of the host that they want. */
function stepOf(
  { to: { pod }, port }: MeshQuestion,
  request: HttpRequest,
  snapshot: ClusterSnapshot,
): GatewayStep {
  const plain = gatewayStep(pod, port, { request }, snapshot);
  const name = request.host?.replace(/:\d+$/, '');
  return plain.outcome === 'closed'
    ? gatewayStep(pod, port, { request, tls: { name } }, snapshot)
    : plain;
}

/** Istio's agent and Envoy listen on some ports for themselves. */
function closed(
  { to: { pod }, port }: MeshQuestion,
  { host }: HttpRequest,
): MeshAnswer {
  return port >= 15_000 && port < 15_100
    ? unknown(
        `port ${port} of gateway ${pod.name} is one of the proxy's own, which no Gateway opens`,
      )
    : answer(
        'deny',
        null,
        [],
        `no Gateway opens port ${port} of ${pod.name} for ${host}`,
      );
}

type Open = Extract<GatewayStep, { outcome: 'routed' | 'not found' }>;

function throughDoor(
  question: MeshQuestion,
  request: HttpRequest,
  step: Open,
  client: ClientTransport,
  snapshot: ClusterSnapshot,
  askOn: AskOn,
): MeshAnswer {
  const { door } = step;
  const { from, to, port, principal, gateways = 0 } = question;
  const shut = withoutCertificate(question, client, door);
  if (shut) {
    return shut;
  }
  const address = 'address' in from ? from.address : from.pod.ips[0];
  const arriving: Arriving = {
    gateway: to,
    port,
    gateways,
    ...(address === undefined ? {} : { address }),
    ...(client.transport === 'mtls' && principal !== undefined
      ? { principal }
      : {}),
  };
  const gate = gateAt(arriving, request, door, snapshot);
  if (step.outcome === 'not found' && gate.policies.verdict !== 'deny') {
    return answer(
      'deny',
      null,
      [doorField(door, 'deny')],
      `no route of ${describeObject(door.object)} is for ${request.host}${
        request.path ?? ''
      }, so gateway ${to.pod.name} answers 404 itself`,
    );
  }
  return passing(
    arriving,
    gate,
    step.outcome === 'routed'
      ? () =>
          step.rules
            // Copies of requests are nobody's answer.
            .filter(({ mirror }) => !mirror)
            .map(rule => onward(arriving, request, gate, rule, snapshot, askOn))
      : () => [],
  );
}

/** What arrives at a door for certain rule, whatever other rules would take the request before. */
export function throughRule(
  arriving: Arriving,
  request: HttpRequest,
  rule: EdgeRule & { door: EdgeDoor },
  snapshot: ClusterSnapshot,
  askOn: AskOn,
): MeshAnswer {
  const unread = whyUnread(arriving.gateway.pod, snapshot);
  if (unread !== undefined) {
    return unknown(unread);
  }
  const gate = gateAt(arriving, request, rule.door, snapshot);
  return passing(arriving, gate, () => [
    onward(arriving, request, gate, rule, snapshot, askOn),
  ]);
}

function passing(
  arriving: Arriving,
  gate: Gate,
  onwards: () => readonly Onward[],
): MeshAnswer {
  const { verdict, decidedBy, reason } = gate.policies;
  return verdict === 'deny'
    ? {
        verdict,
        transport: null,
        decidedBy: fieldsOf(decidedBy, 'ingress')('deny'),
        reason: sentence(`at gateway ${arriving.gateway.pod.name}, ${reason}`),
      }
    : joined(arriving, gate, onwards());
}

/** A door for certificates of the mesh opens to nobody else, and no other door reads the mesh's mTLS. */
function withoutCertificate(
  { from, to: { pod } }: MeshQuestion,
  { transport }: ClientTransport,
  door: EdgeDoor,
): MeshAnswer | undefined {
  const isForMesh = door.clientCertificate === "the mesh's";
  if (isForMesh && transport !== 'mtls') {
    const reason = `gateway ${pod.name} takes only callers with a certificate of the mesh there`;
    return 'address' in from
      ? answer('deny', null, [doorField(door, 'deny')], reason)
      : unknown(
          `${reason}, and whether the application brings one cannot be seen`,
        );
  }
  return transport === 'mtls' && !isForMesh
    ? unknown(
        `the client's proxy sends mTLS of the mesh, and gateway ${pod.name} waits for something else there`,
      )
    : undefined;
}

function unknown(reason: string): MeshAnswer {
  return answer('unknown', null, [], reason);
}
