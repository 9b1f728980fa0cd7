/**
 * What the server's side makes of a connection before any policy is asked:
 * whether it is accepted, whether its identity is seen, and which proxy asks.
 */
import { ClusterSnapshot, PodView } from '../../snapshot';
import { ambientMode } from '../ambientMode';
import { PodEnforcer } from '../authorization';
import { Bypass, captureOf } from '../capture';
import { Member } from '../client';
import { dataPlaneOf } from '../dataPlane';
import {
  EffectiveMode,
  peerAuthenticationsOf,
  sidecarMode,
} from '../peerAuthentication';
import { meshGap } from '../meshGap';
import { Chain, chainsOf } from '../portProtocol';

/** Of a pod that has a proxy of Linkerd's, `linkerdConnection` tells it. */
export interface ServerSide {
  /** Undefined where no proxy stands before the port. */
  enforcer?: PodEnforcer;
  effective?: EffectiveMode;
  /** The first way past the proxy that is certain; else one that may be. */
  bypass?: Bypass;
  chains: readonly Chain[];
  /** Why nobody can tell. */
  undecided?: string;
}

/** Every caller asks the same of a server. */
function foundOf(): WeakMap<PodView, Map<number, ServerSide>> {
  return new WeakMap();
}

export function serverSideOf(
  member: Member,
  port: number,
  snapshot: ClusterSnapshot,
): ServerSide {
  const found = snapshot.derive(foundOf);
  const ofPod = found.get(member.pod) ?? new Map<number, ServerSide>();
  found.set(member.pod, ofPod);
  let side = ofPod.get(port);
  if (!side) {
    side = findServerSide(member, port, snapshot);
    ofPod.set(port, side);
  }
  return side;
}

function findServerSide(
  { workload, pod }: Member,
  port: number,
  snapshot: ClusterSnapshot,
): ServerSide {
  const membership = dataPlaneOf(workload, pod, snapshot);
  const chains = chainsOf(pod, port, snapshot);
  if (membership.undecided !== undefined) {
    return { chains, undecided: membership.undecided };
  }
  if (membership.gateway) {
    return {
      chains,
      undecided:
        'it is a gateway, which takes what Gateway objects say, and leads on what it gets',
    };
  }
  if (membership.dataPlane === 'none' || membership.dataPlane === 'linkerd') {
    return { chains };
  }
  const gap = meshGap(
    ['PeerAuthentication', 'Sidecar', 'Service'],
    [pod.namespace],
    snapshot,
  );
  if (gap !== undefined) {
    return { chains, undecided: gap };
  }
  const policies = snapshot.derive(peerAuthenticationsOf);
  const [effective, enforcer] =
    membership.dataPlane === 'sidecar'
      ? ([sidecarMode(pod, port, policies), 'sidecar'] as const)
      : ([ambientMode(pod, port, policies), 'ztunnel'] as const);
  const bypasses = captureOf(
    workload,
    pod,
    membership.dataPlane,
    snapshot,
  ).bypassOf(port);
  const bypass = bypasses.find(({ certain }) => certain) ?? bypasses[0];
  return {
    enforcer,
    effective,
    chains: enforcer === 'ztunnel' ? ['tcp'] : chains,
    ...(bypass ? { bypass } : {}),
  };
}
