/** Where policies are asked about a workload: the proxy of each kind of pod that it has, and the ports behind. */
import { ClusterSnapshot, Workload } from '../../snapshot';
import { captureOf } from '../../mesh/capture';
import { PodDataPlane, dataPlaneOf } from '../../mesh/dataPlane';
import { PolicyPlace } from '../../mesh/ineffective/targets';
import { knownPorts } from '../../mesh/inboundPorts';
import { Chain, chainsOf } from '../../mesh/portProtocol';
import { ofInfrastructure } from '../authentication/meshWords';
import { Judgement } from '../control';

/** Stands for any port that nothing names. */
export const UNNAMED_PORT = 1;

export interface Place extends PolicyPlace {
  membership: PodDataPlane;
}

export interface Places {
  places: readonly Place[];
  /** Of the pods that are in no data plane of Istio's: why nothing can be said, or need be. */
  elsewhere?: Judgement;
}

/** Pods with the same labels in the same data plane are one place. */
export function placesOf(
  workload: Workload,
  snapshot: ClusterSnapshot,
): Places {
  const memory = snapshot.derive(memoryOf);
  let found = memory.get(workload);
  if (!found) {
    found = findPlaces(workload, snapshot);
    memory.set(workload, found);
  }
  return found;
}

function memoryOf(): WeakMap<Workload, Places> {
  return new WeakMap();
}

function findPlaces(workload: Workload, snapshot: ClusterSnapshot): Places {
  const infrastructure = ofInfrastructure(workload, snapshot);
  if (infrastructure) {
    return { places: [], elsewhere: infrastructure };
  }
  const places = new Map<string, Place>();
  let elsewhere: Judgement | undefined;
  for (const pod of workload.pods) {
    const membership = dataPlaneOf(workload, pod, snapshot);
    const { dataPlane } = membership;
    const outside = outsideOf(workload, membership, snapshot);
    if (outside) {
      elsewhere = elsewhere?.verdict === 'unknown' ? elsewhere : outside;
    } else if (dataPlane === 'sidecar' || dataPlane === 'ambient') {
      const key = JSON.stringify([dataPlane, pod.labels]);
      if (!places.has(key)) {
        places.set(key, {
          workload,
          pod,
          dataPlane,
          enforcer: dataPlane === 'sidecar' ? 'sidecar' : 'ztunnel',
          membership,
        });
      }
    }
  }
  return { places: [...places.values()], ...(elsewhere ? { elsewhere } : {}) };
}

function outsideOf(
  workload: Workload,
  membership: PodDataPlane,
  snapshot: ClusterSnapshot,
): Judgement | undefined {
  const { name } = workload.reference;
  const { dataPlane, evidence, gateway, undecided } = membership;
  if (gateway) {
    return {
      verdict: 'not-applicable',
      message: `${name} is a gateway: who may pass it is a question of its routes and of the policies on the services behind.`,
      evidence,
    };
  }
  if (undecided !== undefined) {
    const missing = snapshot.coverage.gap('Namespace')?.missing;
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${name}: ${undecided}.`,
      evidence: [],
      ...(missing ? { missing: [missing] } : {}),
    };
  }
  switch (dataPlane) {
    case 'linkerd':
      return {
        verdict: 'not-applicable',
        message: `${name} is in Linkerd, whose proxy reads no policies of Istio; control AZ-1 says whom its own let in.`,
        evidence,
      };
    case 'none':
      return {
        verdict: 'not-applicable',
        message: `${name} runs outside the mesh, where no AuthorizationPolicy is asked at all; control AZ-1 says what that means.`,
        evidence,
      };
    default:
      return undefined;
  }
}

/** The ports that a place is known to have; one that nothing names, where there is none. */
export function portsOfPlace(
  { workload, pod, dataPlane }: Place,
  snapshot: ClusterSnapshot,
): readonly number[] {
  const capture = captureOf(workload, pod, dataPlane, snapshot);
  const ports = new Set(knownPorts(pod, capture, snapshot));
  return ports.size > 0 ? [...ports] : [UNNAMED_PORT];
}

/** What a request meets at a port: the chain that reads HTTP where there is one. */
export function chainOf(
  { pod, enforcer }: Place,
  port: number,
  snapshot: ClusterSnapshot,
): Chain {
  return enforcer === 'ztunnel' ||
    !chainsOf(pod, port, snapshot).includes('http')
    ? 'tcp'
    : 'http';
}
