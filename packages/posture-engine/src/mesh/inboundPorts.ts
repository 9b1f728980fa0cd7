/**
 * Every inbound port of a workload, and how it may be reached: the data plane
 * before it, the mode that PeerAuthentication gives it, and the ways past.
 *
 * A workload is as open as its most open pod, so each port shows that pod.
 */
import { ClusterSnapshot, PodView, Workload } from '../snapshot';
import { ambientMode } from './ambientMode';
import { Bypass, Capture, captureOf } from './capture';
import { applicationContainers } from './containers';
import { DataPlane, PodDataPlane, dataPlaneOf } from './dataPlane';
import { portsOfServer, serversSelecting } from './linkerd/inboundPolicy';
import {
  LinkerdDecision,
  LinkerdPort,
  linkerdPortOf,
} from './linkerd/linkerdPort';
import {
  DecidedBy,
  EffectiveMode,
  MutualTlsMode,
  PeerAuthentications,
  peerAuthenticationsOf,
  portsOf,
  selectingPolicies,
  sidecarMode,
} from './peerAuthentication';
import { oldestOf } from './precedence';
import { servicePorts } from './servicePorts';

/** One row of the command line's `mtls --format json`. */
export interface InboundPort {
  /** A container port; null stands for every port that nothing names. */
  port: number | null;
  dataPlane: DataPlane;
  /** Null where there is no data plane, where Gateway objects rule it, and where nobody can tell. For Linkerd: whether callers without an identity are let in. */
  mode: MutualTlsMode | null;
  bypass: Bypass[];
  decidedBy: (DecidedBy | LinkerdDecision)[];
}

/** An inbound port as it is in one pod, with all that a judgement needs. */
export interface PodPort extends InboundPort {
  pod: PodView;
  membership: PodDataPlane;
  effective?: EffectiveMode;
  /** Of a pod with a Linkerd proxy: what its policies make of the port. */
  linkerd?: LinkerdPort;
}

/**
 * Most open first: outside any mesh, in it and open all the same, not to be
 * told, ruled by Gateway objects, mTLS only.
 */
export const EXPOSURES = [
  'outside',
  'open',
  'unknown',
  'gateway',
  'closed',
] as const;
export type Exposure = (typeof EXPOSURES)[number];

/** How open a port is to callers without a mesh identity. */
export function exposureOf(port: PodPort): Exposure {
  const { membership, mode, bypass } = port;
  if (membership.gateway) {
    return 'gateway';
  }
  if (membership.undecided !== undefined || port.linkerd?.undecided) {
    return 'unknown';
  }
  if (port.dataPlane === 'none') {
    return 'outside';
  }
  if (mode !== 'STRICT' || bypass.some(({ certain }) => certain)) {
    return 'open';
  }
  return bypass.length > 0 ? 'unknown' : 'closed';
}

/** The rows of the command line's `mtls`: declared ports, ports that a policy or Service names, and null for any other. */
export function inboundPorts(
  workload: Workload,
  snapshot: ClusterSnapshot,
): InboundPort[] {
  return worstPodPorts(workload, snapshot).map(
    ({ port, dataPlane, mode, bypass, decidedBy }) => ({
      port,
      dataPlane,
      mode,
      bypass,
      decidedBy,
    }),
  );
}

/** Each port of a workload in the pod where it is most open; in numeric order, null last. */
export function worstPodPorts(
  workload: Workload,
  snapshot: ClusterSnapshot,
): PodPort[] {
  const policies = snapshot.derive(peerAuthenticationsOf);
  const pods = workload.pods.map(pod => {
    const membership = dataPlaneOf(workload, pod, snapshot);
    const capture = captureOf(workload, pod, membership.dataPlane, snapshot);
    return { pod, membership, capture };
  });
  const ports = new Set(
    pods.flatMap(({ pod, membership, capture }) => [
      ...knownPorts(pod, capture, snapshot),
      ...(isIstio(membership.dataPlane)
        ? oldestOf(selectingPolicies(pod, policies)).flatMap(portsOf)
        : []),
      ...(membership.dataPlane === 'linkerd'
        ? serversSelecting(pod, snapshot).flatMap(server =>
            portsOfServer(server, pod),
          )
        : []),
    ]),
  );
  const numbered = [...ports].sort((left, right) => left - right);
  return [...numbered, null].map(port => {
    const [first, ...rest] = pods.map(view =>
      podPort({ ...view, workload }, port, { policies, snapshot }),
    );
    return rest.reduce(
      (worst, candidate) =>
        EXPOSURES.indexOf(exposureOf(candidate)) <
        EXPOSURES.indexOf(exposureOf(worst))
          ? candidate
          : worst,
      first,
    );
  });
}

/** Ports of the application that are declared, named by a Service, or named by a field about capture. TCP only: no mesh carries anything else. */
export function knownPorts(
  pod: PodView,
  capture: Capture,
  snapshot: ClusterSnapshot,
): number[] {
  return [
    ...applicationContainers(pod).flatMap(({ ports = [] }) =>
      ports
        .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
        .map(({ containerPort }) => containerPort),
    ),
    ...servicePorts(pod, snapshot),
    ...capture.ports,
  ];
}

function isIstio(dataPlane: DataPlane): dataPlane is 'sidecar' | 'ambient' {
  return dataPlane === 'sidecar' || dataPlane === 'ambient';
}

function podPort(
  {
    workload,
    pod,
    membership,
    capture,
  }: {
    workload: Workload;
    pod: PodView;
    membership: PodDataPlane;
    capture: Capture;
  },
  port: number | null,
  {
    policies,
    snapshot,
  }: { policies: PeerAuthentications; snapshot: ClusterSnapshot },
): PodPort {
  const { dataPlane } = membership;
  const base = { port, pod, membership, dataPlane };
  if (dataPlane === 'linkerd') {
    const linkerd = linkerdPortOf({ workload, pod }, port, snapshot);
    return {
      ...base,
      mode: linkerd.mode,
      bypass: capture.bypassOf(port),
      decidedBy: linkerd.decidedBy,
      linkerd,
    };
  }
  if (!isIstio(dataPlane)) {
    return { ...base, mode: null, bypass: [], decidedBy: [] };
  }
  const effective =
    dataPlane === 'sidecar'
      ? sidecarMode(pod, port, policies)
      : ambientMode(pod, port, policies);
  return {
    ...base,
    mode: effective.mode,
    bypass: capture.bypassOf(port),
    decidedBy: effective.decidedBy,
    effective,
  };
}
