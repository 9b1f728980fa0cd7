/**
 * The data plane that a pod really is in. Labels say what was meant; only the
 * proxy in a running pod, or the mark that istio-cni leaves on one, says what
 * is. Manifests have no running pods: there the rules of enrolment decide.
 */
import {
  ClusterSnapshot,
  Coverage,
  PodView,
  Resource,
  Workload,
  sameValue,
} from '../snapshot';
import { Container } from '../snapshot/kinds';
import {
  ISTIO_PROXY,
  LINKERD_PROXY,
  TO_BE_INJECTED,
  applicationContainers,
  proxyContainer,
} from './containers';
import { DataPlane, Enrolment, enrolmentOf } from './enrolment';
import { DATA_PLANE_MODE } from './enrolmentAsks';
import { FieldValue, entryOf, metadataEvidence } from './podFields';

export type { DataPlane } from './enrolment';

/** Why a pod is in no data plane. */
export type Absence =
  /** It uses the node's network. */
  | 'host-network'
  /** A label or annotation keeps it out. */
  | 'opted-out'
  /** Nothing asks for one. */
  | 'not-asked'
  /** Labels ask for Istio, and the cluster has none. */
  | 'not-installed'
  /** ztunnel was asked to take it over and has not done so. */
  | 'pending'
  /** Labels ask for one and the running pod has none: it is older than they, or injection failed. */
  | 'not-restarted'
  /** It holds a gateway's proxy, which captures nothing for the containers beside it. */
  | 'beside-gateway';

export interface PodDataPlane {
  dataPlane: DataPlane;
  /** Seen in a running pod, or planned: what admission would make of a manifest. */
  basis: 'seen' | 'planned';
  /** A gateway or a waypoint: a proxy that is the application, so that Gateway objects rule its ports. */
  gateway: boolean;
  /** A clause that says how it is known, or why there is none. */
  reason: string;
  evidence: FieldValue[];
  absence?: Absence;
  /** Where `dataPlane` is none: the one that is asked for all the same. */
  meant?: Enrolment['meant'];
  /** Why it cannot be told; `dataPlane` is then none. */
  undecided?: string;
}

const REDIRECTION = 'ambient.istio.io/redirection';
export const TEMPLATES = 'inject.istio.io/templates';
const INJECTED = 'sidecar.istio.io/status';

/** A Pod that a server has seen; one in a manifest still has admission before it. */
function isRunning(pod: PodView): boolean {
  return (
    pod.origin === 'pod' &&
    (pod.createdAt !== undefined ||
      pod.ips.length > 0 ||
      pod.spec.nodeName !== undefined)
  );
}

/** Quicker than asking {@link dataPlaneOf}: of others it is not worth it. */
export function mayBeAmbient(pod: PodView, snapshot: ClusterSnapshot): boolean {
  return (
    entryOf(pod.annotations, REDIRECTION) !== undefined ||
    entryOf(pod.labels, DATA_PLANE_MODE) !== undefined ||
    entryOf(snapshot.namespaceLabels(pod.namespace), DATA_PLANE_MODE) !==
      undefined
  );
}

/** What was found of a pod, and all that it rests on. */
interface Found {
  workload: Workload;
  namespace: Resource<'Namespace'> | undefined;
  coverage: Coverage;
  dataPlane: PodDataPlane;
}

/** Many ask the same of every pod, and most pods are as they were in the snapshot before. */
const found = new WeakMap<PodView, Found>();

/** Which data plane a pod of a workload is in, or would be. */
export function dataPlaneOf(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): PodDataPlane {
  const { coverage } = snapshot;
  const namespace = snapshot.get('Namespace', pod.namespace);
  const known = found.get(pod);
  if (
    known?.workload === workload &&
    known.namespace === namespace &&
    isSameView(known.coverage, coverage)
  ) {
    known.coverage = coverage;
    return known.dataPlane;
  }
  const dataPlane = findDataPlane(workload, pod, snapshot);
  found.set(pod, { workload, namespace, coverage, dataPlane });
  return dataPlane;
}

/** By the later coverage: which earlier one says the same. */
const sameViews = new WeakMap<Coverage, Coverage>();

function isSameView(before: Coverage, now: Coverage): boolean {
  if (before === now || sameViews.get(now) === before) {
    return true;
  }
  const isSame =
    sameValue(before.kinds, now.kinds) &&
    sameValue(before.problems, now.problems);
  if (isSame) {
    sameViews.set(now, before);
  }
  return isSame;
}

function findDataPlane(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): PodDataPlane {
  const enrolment = enrolmentOf(workload, pod, snapshot);
  return isRunning(pod)
    ? seenDataPlane(workload, pod, enrolment)
    : plannedDataPlane(workload, pod, enrolment);
}

function seenDataPlane(
  workload: Workload,
  pod: PodView,
  enrolment: Enrolment,
): PodDataPlane {
  const seen = { basis: 'seen', gateway: false } as const;
  const istioProxy = writtenProxy(pod);
  if (istioProxy && isGatewayProxy(istioProxy)) {
    return gatewayDataPlane(pod, 'seen', containerEvidence(pod, ISTIO_PROXY));
  }
  if (enrolment.absence === 'host-network') {
    return { ...seen, ...enrolment };
  }
  const redirection = entryOf(pod.annotations, REDIRECTION);
  const linkerdProxy = proxyContainer(pod, LINKERD_PROXY);
  if (linkerdProxy && (istioProxy || redirection === 'enabled')) {
    return { ...seen, ...twoMeshes(pod, istioProxy !== undefined) };
  }
  const proxyless = proxylessReason(pod);
  if (istioProxy && proxyless) {
    return { ...seen, ...proxyless };
  }
  if (istioProxy) {
    return {
      ...seen,
      dataPlane: 'sidecar',
      reason: 'an Istio proxy runs in the pod',
      evidence: [containerEvidence(pod, ISTIO_PROXY)],
    };
  }
  const mark = metadataEvidence(workload, pod, 'annotations', REDIRECTION);
  if (redirection === 'enabled' && isCopied(workload, pod, enrolment)) {
    return {
      ...seen,
      dataPlane: 'none',
      reason: '',
      evidence: [mark],
      undecided: `its annotation ${REDIRECTION} stands in the template of its pods, so it is no mark of istio-cni, and nothing seen here asks ztunnel to take them over`,
    };
  }
  if (redirection === 'enabled') {
    return {
      ...seen,
      dataPlane: 'ambient',
      reason: 'ztunnel on its node has taken the pod over',
      evidence: [mark],
    };
  }
  if (linkerdProxy) {
    return {
      ...seen,
      dataPlane: 'linkerd',
      reason: 'a Linkerd proxy runs in the pod',
      evidence: [containerEvidence(pod, LINKERD_PROXY)],
    };
  }
  if (redirection === 'pending') {
    return {
      ...seen,
      dataPlane: 'none',
      absence: 'pending',
      reason:
        'ztunnel on its node has been asked to take it over and has not done so',
      evidence: [mark],
    };
  }
  if (enrolment.dataPlane !== 'none') {
    return {
      ...seen,
      dataPlane: 'none',
      meant: enrolment.dataPlane,
      absence: 'not-restarted',
      reason: `${enrolment.reason}, but the pod runs without: it was created before that, or the injection failed`,
      evidence: enrolment.evidence,
    };
  }
  return {
    ...seen,
    dataPlane: 'none',
    absence: enrolment.absence ?? 'not-asked',
    reason:
      enrolment.undecided === undefined
        ? enrolment.reason
        : 'it runs without a proxy, and ztunnel has not taken it over',
    evidence: enrolment.undecided === undefined ? enrolment.evidence : [mark],
  };
}

/** Whether istio-cni's mark came with the template, for pods that it has no reason to take over. */
function isCopied(
  workload: Workload,
  pod: PodView,
  { dataPlane }: Enrolment,
): boolean {
  const template = pod.template ?? workload.template;
  return (
    dataPlane !== 'ambient' &&
    template !== undefined &&
    entryOf(template.annotations, REDIRECTION) === 'enabled'
  );
}

function plannedDataPlane(
  workload: Workload,
  pod: PodView,
  enrolment: Enrolment,
): PodDataPlane {
  const planned = { basis: 'planned', gateway: false } as const;
  // `istioctl kube-inject` writes the finished proxy.
  const istioProxy = writtenProxy(pod);
  const injected =
    entryOf(pod.annotations, INJECTED) !== undefined &&
    istioProxy !== undefined;
  if (injected && isGatewayProxy(istioProxy)) {
    return gatewayDataPlane(
      pod,
      'planned',
      containerEvidence(pod, ISTIO_PROXY),
    );
  }
  if (
    enrolment.dataPlane === 'sidecar' &&
    templatesOf(pod).includes('gateway')
  ) {
    return gatewayDataPlane(
      pod,
      'planned',
      metadataEvidence(workload, pod, 'annotations', TEMPLATES),
    );
  }
  const proxyless = proxylessReason(pod);
  if (proxyless && enrolment.dataPlane === 'sidecar') {
    return { ...planned, ...proxyless };
  }
  if (injected && enrolment.absence !== 'host-network') {
    return {
      ...planned,
      dataPlane: 'sidecar',
      reason: 'the manifest holds an Istio proxy',
      evidence: [containerEvidence(pod, ISTIO_PROXY)],
    };
  }
  // `linkerd inject --manual` does too, and Linkerd's own charts.
  if (
    proxyContainer(pod, LINKERD_PROXY) &&
    enrolment.absence !== 'host-network'
  ) {
    return {
      ...planned,
      ...(enrolment.dataPlane === 'sidecar' || enrolment.dataPlane === 'ambient'
        ? twoMeshes(pod, enrolment.dataPlane === 'sidecar')
        : {
            dataPlane: 'linkerd',
            reason: 'the manifest holds a Linkerd proxy',
            evidence: [containerEvidence(pod, LINKERD_PROXY)],
          }),
    };
  }
  return { ...planned, ...enrolment };
}

/** Each takes what comes in to its own proxy, and the rules that were written last win. */
function twoMeshes(
  pod: PodView,
  sidecar: boolean,
): Pick<PodDataPlane, 'dataPlane' | 'reason' | 'evidence' | 'undecided'> {
  return {
    dataPlane: 'none',
    reason: '',
    evidence: [containerEvidence(pod, LINKERD_PROXY)],
    undecided: `a proxy of Linkerd is in the pod, and ${
      sidecar ? 'one of Istio' : 'ztunnel'
    } takes its traffic too: which of them gets it cannot be told`,
  };
}

/** Istio's proxy, unless it never was injected: no image of that name exists, while the application runs without. */
function writtenProxy(pod: PodView): Container | undefined {
  const proxy = proxyContainer(pod, ISTIO_PROXY);
  return proxy?.image === TO_BE_INJECTED ? undefined : proxy;
}

function templatesOf(pod: PodView): string[] {
  return (entryOf(pod.annotations, TEMPLATES) ?? '')
    .split(',')
    .map(name => name.trim());
}

/** `proxy router` is a gateway, `proxy waypoint` a waypoint, `proxy sidecar` neither. */
function isGatewayProxy({ args }: Container): boolean {
  return args?.[1] === 'router' || args?.[1] === 'waypoint';
}

function gatewayDataPlane(
  pod: PodView,
  basis: PodDataPlane['basis'],
  evidence: FieldValue,
): PodDataPlane {
  const [beside] = applicationContainers(pod);
  return beside
    ? {
        dataPlane: 'none',
        basis,
        gateway: false,
        absence: 'beside-gateway',
        reason: `its proxy is a gateway's, which captures nothing for container ${beside.name} beside it`,
        evidence: [evidence],
      }
    : {
        dataPlane: 'none',
        basis,
        gateway: true,
        reason: 'it is a gateway of the mesh',
        evidence: [evidence],
      };
}

/** The template `grpc-agent` captures nothing: the application speaks mTLS itself, or does not. */
function proxylessReason(
  pod: PodView,
):
  | Pick<PodDataPlane, 'dataPlane' | 'reason' | 'evidence' | 'undecided'>
  | undefined {
  return templatesOf(pod).includes('grpc-agent')
    ? {
        dataPlane: 'none',
        reason: '',
        evidence: [],
        undecided:
          "its template grpc-agent leaves encryption to the application's gRPC library, which nobody can see from outside",
      }
    : undefined;
}

function containerEvidence(pod: PodView, name: string): FieldValue {
  const list = pod.spec.containers.some(container => container.name === name)
    ? 'containers'
    : 'initContainers';
  const index = (pod.spec[list] ?? []).findIndex(
    container => container.name === name,
  );
  return {
    object: pod.object,
    field: `${pod.path}spec.${list}[${index}].name`,
    value: name,
  };
}
