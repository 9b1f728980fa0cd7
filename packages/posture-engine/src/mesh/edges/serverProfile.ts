/** What tells the pods of one workload from each other as servers, and the ports on which the mesh may answer differently. */
import { servicesSelecting } from '../../network/services';
import { ClusterSnapshot, PodView } from '../../snapshot';
import { attachedPolicies } from '../authorizationPolicy';
import { PROXY_PORTS, captureOf } from '../capture';
import { Member } from '../client';
import { ISTIO_PROXY, LINKERD_PROXY, proxyContainer } from '../containers';
import { dataPlaneOf } from '../dataPlane';
import {
  peerAuthenticationsOf,
  portsOf,
  selectingPolicies,
} from '../peerAuthentication';
import { linkerdNamesIn, linkerdServerPorts } from '../linkerd';
import { requireMesh } from '../mesh';
import { entryOf } from '../podFields';
import { endpointPort } from '../portProtocol';
import { USE_WAYPOINT, USE_WAYPOINT_NAMESPACE } from '../waypoint';
import {
  WrittenNames,
  joinNames,
  namesIn,
  writtenNamesIn,
} from './writtenNames';

export interface ServerProfile {
  /** Equal for pods of one workload that answer alike. */
  key: string;
  /** Callers and addresses that the policies around it name. */
  names: WrittenNames;
  /** Ports that something may treat differently from all others. */
  ports: ReadonlySet<number>;
  /** Whether callers may come through a waypoint. */
  behindWaypoint: boolean;
  /** Why nothing can be told of it. */
  problem?: string;
}

/** Annotations that a mesh reads; those of a CNI differ from pod to pod. */
const MESH = /(^|\.)(istio\.io|linkerd\.io)\//;

export function serverProfileOf(
  member: Member,
  snapshot: ClusterSnapshot,
): ServerProfile {
  const { pod } = member;
  const waypoints = waypointNamespaces(pod, snapshot);
  const names =
    dataPlaneOf(member.workload, pod, snapshot).dataPlane === 'linkerd'
      ? snapshot.deriveIn(pod.namespace, namesBeforeLinkerd)
      : namesAround(
          [requireMesh(snapshot).rootNamespace, pod.namespace, ...waypoints],
          snapshot,
        );
  const profile = {
    key: keyOf(pod, names),
    names,
    behindWaypoint: waypoints.length > 0,
  };
  try {
    return {
      ...profile,
      ports: new Set([
        ...portsAt(member, snapshot),
        ...(waypoints.length > 0 ? names.ports : []),
      ]),
    };
  } catch (error) {
    return {
      ...profile,
      ports: new Set(),
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

function namesBeforeLinkerd(
  snapshot: ClusterSnapshot,
  namespace: string,
): WrittenNames {
  return { ...linkerdNamesIn(snapshot, namespace), ports: new Set() };
}

function keyOf(pod: PodView, { blocks }: WrittenNames): string {
  const proxies = ([ISTIO_PROXY, LINKERD_PROXY] as const).flatMap(
    name => proxyContainer(pod, name) ?? [],
  );
  return JSON.stringify([
    pod.origin,
    pod.labels,
    Object.entries(pod.annotations).filter(([key]) => MESH.test(key)),
    pod.spec.hostNetwork,
    pod.spec.serviceAccountName,
    proxies.map(({ image, command, args, env }) => [image, command, args, env]),
    pod.spec.initContainers?.map(({ name, args }) => [name, args]),
    pod.spec.containers.map(
      ({ ports, livenessProbe, readinessProbe, startupProbe }) => [
        ports,
        livenessProbe,
        readinessProbe,
        startupProbe,
      ],
    ),
    pod.ips.map(ip => ip.includes(':')),
    blocks.size > 0 ? pod.ips[0] : '',
  ]);
}

/** Where policies of waypoints before the pod may be; none where no waypoint is named. */
function waypointNamespaces(pod: PodView, snapshot: ClusterSnapshot): string[] {
  return [
    pod.labels,
    snapshot.namespaceLabels(pod.namespace),
    ...servicesSelecting(snapshot, pod).map(
      ({ metadata }) => metadata.labels ?? {},
    ),
  ].flatMap(labels =>
    entryOf(labels, USE_WAYPOINT) === undefined
      ? []
      : entryOf(labels, USE_WAYPOINT_NAMESPACE) ?? pod.namespace,
  );
}

function namesCache(): Map<string, WrittenNames> {
  return new Map();
}

function namesAround(
  namespaces: readonly string[],
  snapshot: ClusterSnapshot,
): WrittenNames {
  const distinct = [...new Set(namespaces)];
  const cache = snapshot.derive(namesCache);
  const key = distinct.join(' ');
  let names = cache.get(key);
  if (!names) {
    names = joinNames(
      distinct.map(namespace => writtenNamesIn(snapshot, namespace)),
    );
    cache.set(key, names);
  }
  return names;
}

function* portsAt(
  { workload, pod }: Member,
  snapshot: ClusterSnapshot,
): Generator<number> {
  const { dataPlane } = dataPlaneOf(workload, pod, snapshot);
  for (const { spec } of servicesSelecting(snapshot, pod)) {
    for (const servicePort of spec?.ports ?? []) {
      const port = endpointPort(pod, servicePort);
      if (port !== undefined) {
        yield port;
      }
      if (spec?.clusterIP === 'None') {
        yield servicePort.port;
      }
    }
  }
  if (dataPlane === 'none') {
    return;
  }
  if (dataPlane === 'linkerd') {
    yield* linkerdServerPorts({ workload, pod }, snapshot);
    return;
  }
  yield* PROXY_PORTS;
  yield* captureOf(workload, pod, dataPlane, snapshot).ports;
  for (const policy of selectingPolicies(
    pod,
    snapshot.derive(peerAuthenticationsOf),
  )) {
    yield* portsOf(policy);
  }
  for (const { policy } of attachedPolicies(
    pod,
    dataPlane === 'ambient' ? 'ambient' : 'sidecar',
    snapshot,
  )) {
    yield* namesIn(policy).ports;
  }
}
