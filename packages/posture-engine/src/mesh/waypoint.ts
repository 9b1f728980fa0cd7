/**
 * A waypoint in front of an ambient pod. What ztunnel admits from the waypoint
 * has passed the waypoint's own policies, so a default deny must hold there too.
 */
import { servicesSelecting } from '../network/services';
import { ClusterSnapshot, PodView } from '../snapshot';
import { AuthorizationPolicy, Service } from '../snapshot/kinds';
import {
  AttachedPolicy,
  actionOf,
  isDryRun,
  policiesIn,
  targetsOf,
} from './authorizationPolicy';
import { whyUnseen } from './enrolment';
import { requireMesh } from './mesh';
import { Opening, openedBy } from './openRules';
import { entryOf } from './podFields';

export const USE_WAYPOINT = 'istio.io/use-waypoint';
export const USE_WAYPOINT_NAMESPACE = 'istio.io/use-waypoint-namespace';
export const WAYPOINT_CLASS = 'istio-waypoint';
/** Classes of ordinary gateways; naming one as a waypoint does nothing. */
const INGRESS_CLASSES: readonly string[] = ['istio', 'istio-remote'];

export interface Waypoint {
  namespace: string;
  name: string;
  /** The Service that leads through it; undefined where the pod itself, or its namespace, names it. */
  service?: Service;
}

/** The verdict of the waypoints in front of a pod whose ztunnel denies by default, or undefined where they change nothing. */
export function waypointDeny(
  pod: PodView,
  allowing: readonly AttachedPolicy[],
  ports: readonly number[],
  snapshot: ClusterSnapshot,
): Opening | { state: 'unknown'; reason: string } | undefined {
  const admitsSomebody = allowing.some(
    ({ policy }) => (policy.spec?.rules ?? []).length > 0,
  );
  if (!admitsSomebody) {
    return undefined;
  }
  const unseen = whyUnseen(pod.namespace, snapshot);
  if (unseen) {
    return {
      state: 'unknown',
      reason: `its namespace may lead callers through a waypoint, and ${unseen}`,
    };
  }
  const waypoints = waypointsOf(pod, snapshot);
  const gap = snapshot.coverage.gap('Gateway');
  if (gap && waypoints.length > 0) {
    return {
      state: 'unknown',
      reason: `callers may come through waypoint ${waypoints[0].name}, which is a Gateway, and ${gap.reason}`,
    };
  }
  for (const waypoint of waypoints) {
    const gateway = snapshot.get('Gateway', waypoint.name, waypoint.namespace);
    if (
      !gateway ||
      INGRESS_CLASSES.includes(gateway.spec?.gatewayClassName ?? '')
    ) {
      continue; // No waypoint is there, and callers reach ztunnel directly.
    }
    const policies = waypointPolicies(waypoint, pod, snapshot);
    if (policies.length === 0) {
      return {
        state: 'unknown',
        reason: `callers may come through waypoint ${waypoint.namespace}/${waypoint.name}, where no ALLOW policy is attached, and whether ztunnel admits the waypoint is not decided yet`,
      };
    }
    const open = openedBy(policies, 'sidecar', ports);
    if (open) {
      return open;
    }
  }
  return undefined;
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

/** Enforced ALLOW policies of a waypoint: by its Gateway, by the Service that leads through it, or by its class. */
function waypointPolicies(
  { namespace, name, service }: Waypoint,
  pod: PodView,
  snapshot: ClusterSnapshot,
): AuthorizationPolicy[] {
  const { rootNamespace } = requireMesh(snapshot);
  const attached = (
    where: string,
    kind: string,
    target: string | undefined,
  ): AuthorizationPolicy[] =>
    policiesIn(where, snapshot).filter(
      policy =>
        actionOf(policy) === 'ALLOW' &&
        !isDryRun(policy) &&
        targetsOf(policy).some(
          reference => reference.kind === kind && reference.name === target,
        ),
    );
  return [
    ...attached(namespace, 'Gateway', name),
    ...attached(pod.namespace, 'Service', service?.metadata.name),
    ...attached(rootNamespace, 'GatewayClass', WAYPOINT_CLASS),
  ];
}
