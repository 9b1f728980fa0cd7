/** Istio's ambient mode: whatever the port of a call, between pods of the mesh it goes through a tunnel to port 15008. */
import {
  ClassSet,
  Direction,
  PodClass,
  PortSet,
  Relation,
  decideDirection,
} from '../../../decisions';
import { dataPlaneOf, mayBeAmbient } from '../../../mesh/dataPlane';
import { entryOf } from '../../../mesh/podFields';
import { waypointsOf } from '../../../mesh/waypoint';
import { connectionsOf } from '../../../network/connections';
import type { ClusterSnapshot, PodView } from '../../../snapshot';
import { enumerate } from '../../wording';
import {
  Answer,
  Consumer,
  Supply,
  addedPolicy,
  askAny,
  doubt,
  isMendable,
  nameOfPod,
  peerOf,
  refusal,
} from './supply';

const PORT = { protocol: 'TCP', port: 15008 } as const;
const TUNNEL = PortSet.range(PORT.protocol, PORT.port);
const OTHER_PORTS = PortSet.allOf('TCP').subtract(TUNNEL);
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

export function suppliesOfTunnel(consumer: Consumer): Supply[] {
  if (consumer.dataPlane.dataPlane !== 'ambient') {
    return [];
  }
  const losses = [
    ...lost(consumer, 'ingress'),
    ...lost(consumer, 'egress'),
    ...throughWaypoints(consumer),
  ];
  return losses.length > 0
    ? losses
    : [{ state: 'reached', what: 'the tunnel of the mesh' }];
}

/** Peers in the mesh to whom rules open some port, and not that of the tunnel. */
function lost(consumer: Consumer, direction: Direction): Supply[] {
  const { connections, podClass, snapshot, workload } = consumer;
  const meant = peersOn(
    connections.relation(podClass, direction),
    OTHER_PORTS,
    'certain',
  ).subtract(
    peersOn(connections.relation(podClass, direction), TUNNEL, 'perhaps'),
  );
  const peers = [...meant.intersect(snapshot.derive(tunnelClassesOf))]
    .filter(id => id !== podClass.id)
    .flatMap(id => {
      const peer = connections.universe.get(id);
      return peer.kind === 'pods' ? peer : [];
    });
  if (peers.length === 0) {
    return [];
  }
  const { name } = workload.reference;
  const [{ pods }] = peers;
  const answer = refusedOnOwnSide(consumer, direction, peers[0]);
  const names = enumerate(namesOf(peers));
  const incoming = direction === 'ingress';
  const own = isMendable(answer, direction);
  return [
    {
      state: 'cut',
      loss: {
        severity: 'medium',
        message: incoming
          ? `Calls from ${names} to ${name} are lost: inside the mesh they arrive on port ${PORT.port}, which is open to none of them.`
          : `Calls of ${name} to ${names} are lost: inside the mesh they go to port ${PORT.port}, which is open to none of them.`,
        ...refusal(consumer, answer),
        witness: incoming
          ? { from: nameOfPod(pods[0]), to: name, ...PORT }
          : { from: name, to: nameOfPod(pods[0]), ...PORT },
        fix: `In the rules for ${names}, add port ${PORT.port}; between pods of the mesh it takes the place of the others.`,
        ...(own && peers.length === 1
          ? {
              objects: addedPolicy(
                workload,
                incoming ? 'tunnel-in' : 'tunnel-out',
                direction,
                { peer: peerOf(pods[0]), ports: [PORT] },
              ),
            }
          : {}),
      },
    },
  ];
}

/** What the peer's own policies say of the tunnel is told of the peer. */
function refusedOnOwnSide(
  { connections, podClass }: Consumer,
  direction: Direction,
  peer: PodClass,
): Extract<Answer, { state: 'cut' }> {
  const question = {
    ...(direction === 'ingress'
      ? { source: peer, destination: podClass }
      : { source: podClass, destination: peer }),
    ...PORT,
  };
  return {
    state: 'cut',
    decision: decideDirection(connections, question, direction),
    question,
    target: { end: peer.pods[0], ...PORT },
  };
}

function peersOn(
  relation: Relation,
  ports: PortSet,
  how: 'certain' | 'perhaps',
): ClassSet {
  return ClassSet.union(
    relation
      .filter(entry => !entry.ports.intersect(ports).isEmpty)
      .flatMap(({ allowed, unknown, conditional }) =>
        how === 'certain'
          ? [allowed]
          : [allowed, unknown, ...conditional.map(({ peers }) => peers)],
      ),
  );
}

function namesOf(peers: readonly PodClass[]): string[] {
  return [...new Set(peers.flatMap(({ pods }) => pods.map(nameOfPod)))];
}

/** Pods that speak through the tunnel. Use as `snapshot.derive(tunnelPodsOf)`. */
export function tunnelPodsOf(snapshot: ClusterSnapshot): readonly PodView[] {
  return snapshot.workloads.flatMap(workload =>
    workload.pods.filter(
      pod =>
        mayBeAmbient(pod, snapshot) &&
        dataPlaneOf(workload, pod, snapshot).dataPlane === 'ambient',
    ),
  );
}

/** Use as `snapshot.derive(tunnelClassesOf)`. */
function tunnelClassesOf(snapshot: ClusterSnapshot): ClassSet {
  const { universe } = snapshot.derive(connectionsOf);
  return ClassSet.of(
    snapshot
      .derive(tunnelPodsOf)
      .flatMap(pod => universe.classOfPod(pod)?.id ?? []),
  );
}

/** What leads through a waypoint arrives from it, in the tunnel too. */
function throughWaypoints(consumer: Consumer): Supply[] {
  const { pod, snapshot, workload } = consumer;
  const { name } = workload.reference;
  return waypointsOf(pod, snapshot).flatMap((waypoint): Supply[] => {
    const pods = podsOfGateway(snapshot, waypoint.namespace, waypoint.name);
    const answer = askAny(
      consumer,
      'ingress',
      pods.map(end => ({ end, ...PORT })),
    );
    switch (answer?.state) {
      case 'unknown':
        return [
          doubt(
            consumer,
            `Whether what comes through waypoint ${waypoint.name} reaches ${name}`,
            answer.decision,
          ),
        ];
      case 'cut':
        return [
          {
            state: 'cut',
            loss: {
              severity: 'medium',
              message: `Calls to ${name} that come through waypoint ${waypoint.namespace}/${waypoint.name} are lost: it does not get in on port ${PORT.port}.`,
              ...refusal(consumer, answer),
              witness: { from: nameOfPod(pods[0]), to: name, ...PORT },
              fix: `Let ${nameOfPod(pods[0])} reach ${name} on port ${
                PORT.port
              }.`,
              ...(isMendable(answer, 'ingress')
                ? {
                    objects: addedPolicy(workload, 'waypoint', 'ingress', {
                      peer: peerOfGateway(pods[0]),
                      ports: [PORT],
                    }),
                  }
                : {}),
            },
          },
        ];
      default:
        return [];
    }
  });
}

/** Pods of gateways of any kind. Use as `snapshot.derive(gatewayPodsOf)`. */
export function gatewayPodsOf(snapshot: ClusterSnapshot): readonly PodView[] {
  return snapshot.workloads
    .flatMap(({ pods }) => pods)
    .filter(({ labels }) => entryOf(labels, GATEWAY_NAME) !== undefined);
}

function podsOfGateway(
  snapshot: ClusterSnapshot,
  where: string,
  name: string,
): PodView[] {
  return snapshot
    .derive(gatewayPodsOf)
    .filter(
      ({ namespace, labels }) =>
        namespace === where && entryOf(labels, GATEWAY_NAME) === name,
    );
}

function peerOfGateway(pod: PodView) {
  return peerOf({
    ...pod,
    labels: { [GATEWAY_NAME]: pod.labels[GATEWAY_NAME] },
  });
}
