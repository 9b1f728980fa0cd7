/**
 * What the server's side makes of a connection before any policy is asked:
 * whether it is accepted, whether its identity is seen, and which proxy asks.
 */
import { ClusterSnapshot } from '../../snapshot';
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

export function serverSideOf(
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
        'a gateway takes what its Gateway objects say, which is not decided here yet',
    };
  }
  if (membership.dataPlane === 'linkerd') {
    return {
      chains,
      undecided: 'what a Linkerd proxy takes is not decided here yet',
    };
  }
  if (membership.dataPlane === 'none') {
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
