/** The pods that are gateways of the mesh, and what else of the cluster bears on what they do. */
import { EdgeDoor } from '../../network/edgeRoutes';
import { accountOf } from '../../identity/serviceAccounts';
import { ClusterSnapshot, PodView, describeObject } from '../../snapshot';
import type { Member } from '../client';
import { ISTIO_PROXY, proxyContainer } from '../containers';
import { TEMPLATES, dataPlaneOf } from '../dataPlane';
import { entryOf } from '../podFields';
import { doorsOf, isWaypoint } from './gatewayDoors';

/** Quicker than asking what the data plane of every pod is. */
function mayBeGateway(pod: PodView): boolean {
  const [, role] = proxyContainer(pod, ISTIO_PROXY)?.args ?? [];
  return role === 'router' || entryOf(pod.annotations, TEMPLATES) !== undefined;
}

/** Use as `snapshot.derive(gatewayMembersOf)`. */
function gatewayMembersOf(snapshot: ClusterSnapshot): readonly Member[] {
  return snapshot.workloads.flatMap(workload =>
    workload.pods.flatMap(pod =>
      mayBeGateway(pod) &&
      dataPlaneOf(workload, pod, snapshot).gateway &&
      !isWaypoint(pod, snapshot)
        ? { workload, pod }
        : [],
    ),
  );
}

export interface GatewayPort {
  member: Member;
  port: number;
}

/** By the door's object and field. */
function membersByDoor(
  snapshot: ClusterSnapshot,
): ReadonlyMap<string, readonly GatewayPort[]> {
  const byDoor = new Map<string, GatewayPort[]>();
  for (const member of snapshot.derive(gatewayMembersOf)) {
    for (const { door, port } of doorsOf(member.pod, snapshot)) {
      const list = byDoor.get(keyOf(door)) ?? [];
      list.push({ member, port });
      byDoor.set(keyOf(door), list);
    }
  }
  return byDoor;
}

/** The gateways of the mesh that have a door open; none where it is that of something else, or of nothing in view. */
export function gatewaysBehind(
  door: EdgeDoor,
  snapshot: ClusterSnapshot,
): readonly GatewayPort[] {
  return snapshot.derive(membersByDoor).get(keyOf(door)) ?? [];
}

function keyOf({ object, field }: EdgeDoor): string {
  return `${object.apiVersion} ${describeObject(object)} ${field}`;
}

/** For `Control.facts`: the gateways, and what in their namespaces decides what they let in and how they call. */
export function gatewayFactsOf(snapshot: ClusterSnapshot): unknown {
  const members = snapshot.derive(gatewayMembersOf);
  const namespaces = [...new Set(members.map(({ pod }) => pod.namespace))];
  return {
    members: members.map(({ pod }) => ({
      name: pod.name,
      namespace: pod.namespace,
      labels: pod.labels,
      account: accountOf(pod),
      address: pod.ips[0],
    })),
    objects: namespaces.map(namespace =>
      (
        [
          'AuthorizationPolicy',
          'RequestAuthentication',
          'DestinationRule',
          'EnvoyFilter',
          'Service',
        ] as const
      ).map(kind => snapshot.inNamespace(kind, namespace)),
    ),
  };
}
