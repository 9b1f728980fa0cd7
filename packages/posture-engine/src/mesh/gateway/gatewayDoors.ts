/**
 * What a gateway's proxy listens on: the servers of the Gateways that select
 * its pod, and the listeners of the Gateway that it is run for. As in istiod a
 * Gateway of any namespace selects; where istiod is told otherwise
 * (PILOT_SCOPE_GATEWAY_TO_NAMESPACE), that is visible in no object.
 */
import { endpointsOf } from '../client/endpoints';
import { compareAge } from '../precedence';
import { endpointPort } from '../portProtocol';
import { ISTIO_PROXY, proxyContainer } from '../containers';
import { GATEWAY_NAMES, entryOf } from '../podFields';
import { WAYPOINT_CLASS } from '../waypoint';
import { EdgeDoor } from '../../network/edgeRoute';
import {
  listenerDoorsOf,
  listenerDoorsOfSet,
} from '../../network/gatewayListeners';
import { serviceOfHost } from '../../network/hosts';
import { automaticDoorsOf, serverDoorsOf } from '../../network/istioServers';
import { servicesSelecting } from '../../network/services';
import { SelectorIndex } from '../../selectors';
import { ClusterSnapshot, PodView } from '../../snapshot';
import { Gateway, IstioGateway } from '../../snapshot/kinds';

/** A door and a host for which it is meant, as the object that opens it says. */
export interface GatewayDoor {
  /** Of the pod. */
  port: number;
  door: EdgeDoor;
  host: string;
  /** Leads to whatever Service of the mesh is named, past every policy of the gateway. */
  automatic: boolean;
}

/** Of one pod; those of the oldest objects first. Remembered, since requests ask again and again. */
function doorsFound(): WeakMap<PodView, readonly GatewayDoor[]> {
  return new WeakMap();
}

export function doorsOf(
  pod: PodView,
  snapshot: ClusterSnapshot,
): readonly GatewayDoor[] {
  const known = snapshot.derive(doorsFound);
  let doors = known.get(pod);
  if (!doors) {
    doors = [
      ...istioGatewaysOf(pod, snapshot).flatMap(istioDoorsOf),
      ...kubernetesGatewaysOf(pod, snapshot).flatMap(gateway =>
        kubernetesDoorsOf(gateway, snapshot),
      ),
    ].flatMap(door => {
      const port = listensOn(pod, door.door, snapshot);
      return port === undefined ? [] : [{ ...door, port }];
    });
    known.set(pod, doors);
  }
  return doors;
}

/** The port of the pod that a door's number stands for: a Service of the gateway says so, else it is the port itself. */
function listensOn(
  pod: PodView,
  { port }: EdgeDoor,
  snapshot: ClusterSnapshot,
): number | undefined {
  const served = servicesSelecting(snapshot, pod)
    .flatMap(({ spec }) => spec?.ports ?? [])
    .find(candidate => candidate.port === port);
  return served ? endpointPort(pod, served) : port;
}

function istioGatewayIndexOf(
  snapshot: ClusterSnapshot,
): SelectorIndex<IstioGateway> {
  return SelectorIndex.create(
    [...snapshot.all('Gateway.networking.istio.io')].sort(compareAge),
    ({ spec }) => ({ matchLabels: spec?.selector }),
  );
}

function istioGatewaysOf(
  pod: PodView,
  snapshot: ClusterSnapshot,
): readonly IstioGateway[] {
  return snapshot.derive(istioGatewayIndexOf).matching(pod.labels);
}

type Door = Omit<GatewayDoor, 'port'>;

function istioDoorsOf(gateway: IstioGateway): Door[] {
  return [
    ...serverDoorsOf(gateway).map(({ door, host }) => ({
      door,
      host,
      automatic: false,
    })),
    ...automaticDoorsOf(gateway).map(({ door, host }) => ({
      door,
      host,
      automatic: true,
    })),
  ];
}

/** By its label, or by the Service that the Gateway names as its address. */
function kubernetesGatewaysOf(
  pod: PodView,
  snapshot: ClusterSnapshot,
): readonly Gateway[] {
  const names = GATEWAY_NAMES.flatMap(
    label => entryOf(pod.labels, label) ?? [],
  );
  return [...snapshot.all('Gateway')]
    .filter(gateway => {
      const { namespace = 'default', name } = gateway.metadata;
      const hosts = hostnamesOf(gateway);
      return hosts.length > 0
        ? hosts.some(host => leadsTo(pod, host, namespace, snapshot))
        : namespace === pod.namespace && names.includes(name);
    })
    .sort(compareAge);
}

function hostnamesOf({ spec }: Gateway): string[] {
  return (spec?.addresses ?? []).flatMap(({ type, value }) =>
    type === 'Hostname' && value ? [value] : [],
  );
}

function leadsTo(
  pod: PodView,
  host: string,
  namespace: string,
  snapshot: ClusterSnapshot,
): boolean {
  const named = serviceOfHost(host, namespace);
  const service = named && snapshot.get('Service', named.name, named.namespace);
  return (
    service !== undefined &&
    endpointsOf(service, snapshot).some(member => member.pod === pod)
  );
}

function kubernetesDoorsOf(
  gateway: Gateway,
  snapshot: ClusterSnapshot,
): Door[] {
  const { namespace = 'default', name } = gateway.metadata;
  const sets = snapshot
    .all('ListenerSet')
    .filter(
      ({ metadata, spec }) =>
        spec?.parentRef?.name === name &&
        (spec.parentRef.namespace ?? metadata.namespace) === namespace,
    );
  return [
    ...listenerDoorsOf(gateway),
    ...sets.flatMap(set => listenerDoorsOfSet(set, gateway, snapshot)),
  ].map(({ door, listener }) => ({
    door,
    host: listener.hostname || '*',
    automatic: false,
  }));
}

/** A proxy that ztunnel asks about what stands behind it. */
export function isWaypoint(pod: PodView, snapshot: ClusterSnapshot): boolean {
  return (
    proxyContainer(pod, ISTIO_PROXY)?.args?.[1] === 'waypoint' ||
    kubernetesGatewaysOf(pod, snapshot).some(
      ({ spec }) => spec?.gatewayClassName === WAYPOINT_CLASS,
    )
  );
}
