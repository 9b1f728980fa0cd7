/** Ports that policies name and that none of their pods is known to have. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import type { FieldReference } from '../../network/ineffective';
import { servicesSelecting } from '../../network/services';
import { captureOf } from '../capture';
import { applicationContainers } from '../containers';
import { knownPorts } from '../inboundPorts';
import { endpointPort } from '../portProtocol';
import { sidecarOf } from '../sidecarScope';
import { MeshPod } from './meshPods';

export interface MissingPort {
  because: string;
  provenBy: readonly FieldReference[];
}

/** The container ports that a pod declares, or that a Service or a `Sidecar` leads to. */
export function portsOfPod(
  { workload, pod, role }: MeshPod,
  snapshot: ClusterSnapshot,
): ReadonlySet<number> {
  const capture = captureOf(
    workload,
    pod,
    role === 'sidecar' || role === 'ambient' ? role : 'none',
    snapshot,
  );
  return new Set([
    ...knownPorts(pod, capture, snapshot),
    ...(sidecarOf(pod, snapshot)?.spec?.ingress ?? []).flatMap(
      ({ port }) => port?.number ?? [],
    ),
  ]);
}

/** Of others nobody can tell where they listen. */
export function declaresPorts({ pod }: MeshPod): boolean {
  return applicationContainers(pod).some(({ ports = [] }) =>
    ports.some(({ protocol = 'TCP' }) => protocol === 'TCP'),
  );
}

/**
 * Why a number is no port of any of the pods. A container may listen on what it
 * does not declare, so that nothing is said of pods that declare nothing.
 */
export function missingPort(
  port: number,
  pods: readonly MeshPod[],
  snapshot: ClusterSnapshot,
): MissingPort | undefined {
  if (
    pods.some(pod => !declaresPorts(pod) || portsOfPod(pod, snapshot).has(port))
  ) {
    return undefined;
  }
  for (const { pod } of pods) {
    for (const service of servicesSelecting(snapshot, pod)) {
      const index = (service.spec?.ports ?? []).findIndex(
        candidate => candidate.port === port,
      );
      const target =
        index < 0
          ? undefined
          : endpointPort(
              pod,
              service.spec?.ports?.[index] ?? { port, protocol: 'TCP' },
            );
      if (target !== undefined) {
        const object = referenceTo(service);
        return {
          because: `${port} is a port of Service ${object.namespace}/${object.name}, and ports of containers are meant here: that one leads to ${target}`,
          provenBy: [{ object, field: `spec.ports[${index}]` }],
        };
      }
    }
  }
  return {
    because: `no container that it is for declares port ${port}, and no Service leads there`,
    provenBy: pods.slice(0, 3).map(({ pod }) => ({
      object: pod.object,
      field: `${pod.path}spec.containers`,
    })),
  };
}
