/** The waypoints that objects name for a pod, and whether one is there and takes what is led to it. */
import { admitsNamespace } from '../network/allowedRoutes';
import { servicesSelecting } from '../network/services';
import { ClusterSnapshot, PodView } from '../snapshot';
import { Gateway, Service } from '../snapshot/kinds';
import { whyUnseen } from './enrolment';
import { entryOf } from './podFields';

export const USE_WAYPOINT = 'istio.io/use-waypoint';
export const USE_WAYPOINT_NAMESPACE = 'istio.io/use-waypoint-namespace';
export const WAYPOINT_CLASS = 'istio-waypoint';
/** Classes of ordinary gateways; naming one as a waypoint does nothing. */
export const INGRESS_CLASSES: readonly string[] = ['istio', 'istio-remote'];

export interface Waypoint {
  namespace: string;
  name: string;
  /** The Service that leads through it; undefined where the pod itself, or its namespace, names it. */
  service?: Service;
}

/** The waypoints that a pod, its Services or its namespace name; whether they are there is another question. */
export function waypointsOf(
  pod: PodView,
  snapshot: ClusterSnapshot,
): Waypoint[] {
  const found: Waypoint[] = [];
  const add = (
    labels: Readonly<Record<string, string>>,
    service?: Service,
  ): boolean => {
    const name = entryOf(labels, USE_WAYPOINT);
    if (name !== undefined && name !== 'none') {
      const namespace =
        entryOf(labels, USE_WAYPOINT_NAMESPACE) ?? pod.namespace;
      found.push({ namespace, name, ...(service ? { service } : {}) });
    }
    return name !== undefined;
  };
  const namespaceLabels = snapshot.namespaceLabels(pod.namespace);
  add(pod.labels);
  for (const service of servicesSelecting(snapshot, pod)) {
    if (!add(service.metadata.labels ?? {}, service)) {
      add(namespaceLabels, service);
    }
  }
  if (found.length === 0) {
    add(namespaceLabels);
  }
  return found;
}

const WAYPOINT_FOR = 'istio.io/waypoint-for';
const INBOUND_BINDING = 'ambient.istio.io/waypoint-inbound-binding';

/** What is called of a namespace: the port of a Service, or a pod by its own address. */
export interface Called {
  as: 'service' | 'workload';
  namespace: string;
}

/**
 * Whether a Gateway stands that istiod takes as a waypoint for what is called;
 * where it does not, callers pass it by in silence. A text says why nobody can
 * tell. By `fetchWaypointForTarget` and `makeAllowedRoutes` of istiod's ambient
 * index a waypoint of another namespace has to admit this one, as a listener
 * admits routes.
 */
export function waypointStands(
  { namespace, name }: Pick<Waypoint, 'namespace' | 'name'>,
  called: Called,
  snapshot: ClusterSnapshot,
): boolean | string {
  const gateway = snapshot.get('Gateway', name, namespace);
  if (gateway?.spec?.gatewayClassName !== WAYPOINT_CLASS) {
    return false;
  }
  const serves =
    entryOf(gateway.metadata.labels ?? {}, WAYPOINT_FOR) ?? 'service';
  if (serves !== 'all' && serves !== called.as) {
    return false;
  }
  if (
    namespace !== called.namespace &&
    entryOf(gateway.metadata.annotations ?? {}, INBOUND_BINDING) !== undefined
  ) {
    return `whether waypoint ${namespace}/${name} takes namespace ${called.namespace} depends on the listener that its annotation ${INBOUND_BINDING} binds, which is not read`;
  }
  const allowed = hboneListener(gateway)?.allowedRoutes?.namespaces;
  const unseen =
    allowed?.from === 'Selector'
      ? whyUnseen(called.namespace, snapshot)
      : undefined;
  return unseen === undefined
    ? admitsNamespace(allowed, namespace, called.namespace, snapshot)
    : `whether waypoint ${namespace}/${name} takes namespace ${called.namespace} depends on its labels, and ${unseen}`;
}

/** Where ztunnel reaches it, unless the annotation binds something else. */
function hboneListener({ spec }: Gateway) {
  return (spec?.listeners ?? []).find(
    ({ protocol, port }) => protocol === 'HBONE' && port === 15_008,
  );
}
