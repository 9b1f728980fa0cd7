/** An entity's connections, one by one, as a map has them and as the API tells them. */
import type { EntityConnection } from '@backstage-zero-trust/plugin-zero-trust-common';
import type {
  Passage,
  WorkloadReference,
} from '@backstage-zero-trust/posture-engine';
import type { EntityWorkload } from '../database/ConnectionStore';
import { digestOf } from '../database/rows';
import type { CatalogNames } from './CatalogNames';
import type { ConnectionMeshes, JoinedPassage } from './meshOfConnections';
import type { Peer } from './peerFilter';
import type { StoredMap } from './StoredMaps';

/** A connection before it is put into words. */
export interface FoundConnection extends JoinedPassage {
  workload: EntityWorkload;
  direction: 'in' | 'out';
  peer: Peer;
  /** Among those of which a reader sees no difference but the ports and the objects. */
  occurrence: number;
}

export interface FindConnectionsOptions {
  stored: StoredMap | undefined;
  /** Undefined where there is no mesh. */
  meshes: ConnectionMeshes | undefined;
  workload: EntityWorkload;
  direction: 'in' | 'out';
}

/** All of one workload in one direction; what is outside first: it is the widest. */
export function* findConnections({
  stored,
  meshes,
  workload,
  direction,
}: FindConnectionsOptions): Generator<FoundConnection> {
  const { cluster, ...own } = workload;
  for (const { peer, passages } of peersOf(stored, own, direction)) {
    const seen = new Map<string, number>();
    const parts = meshes
      ? meshes.join({ own, direction, peer, passages })
      : passages;
    for (const part of parts) {
      const key = JSON.stringify(looksOf(part));
      const occurrence = seen.get(key) ?? 0;
      seen.set(key, occurrence + 1);
      yield { ...part, workload, direction, peer, occurrence };
    }
  }
}

/** What tells a connection from others with the same peer. */
function looksOf({ verdict, conditions, reason, mesh }: JoinedPassage) {
  return [verdict, conditions, reason, ...(mesh ? [mesh.transport] : [])];
}

/** Also those to which the network lets nothing pass: a mesh may have a way of its own. */
function* peersOf(
  stored: StoredMap | undefined,
  workload: WorkloadReference,
  direction: 'in' | 'out',
): Generator<{ peer: Peer; passages: readonly Passage[] }> {
  const own = stored?.map.find(workload);
  if (!stored || own === undefined) {
    return;
  }
  const { map } = stored;
  for (const { blocks, passages } of map.outside(
    own,
    direction === 'in' ? 'ingress' : 'egress',
  )) {
    yield { peer: { blocks }, passages };
  }
  const between = (other: number) =>
    direction === 'in' ? map.between(other, own) : map.between(own, other);
  for (let other = 0; other < map.workloads.length; other++) {
    if (other !== own) {
      yield {
        peer: { workload: map.workloads[other] },
        passages: between(other),
      };
    }
  }
}

export function toConnection(
  connection: FoundConnection,
  names: CatalogNames,
): EntityConnection {
  const { direction, peer, ports, verdict, mesh, occurrence } = connection;
  const { conditions, reason, decidedBy } = connection;
  const { cluster, ...workload } = connection.workload;
  const { entityRef, title } =
    'workload' in peer ? names.of({ cluster, ...peer.workload }) : {};
  return {
    id: digestOf(
      cluster,
      JSON.stringify([
        workload,
        direction,
        peer,
        looksOf(connection),
        occurrence,
      ]),
    ),
    cluster,
    workload,
    direction,
    peer:
      'workload' in peer
        ? {
            kind: 'workload',
            workload: peer.workload,
            ...(entityRef === undefined ? {} : { entityRef }),
            ...(title === undefined ? {} : { title }),
          }
        : { kind: 'outside', cidrs: [...peer.blocks] },
    ports: ports.ranges(),
    verdict,
    conditions: [...conditions],
    ...(reason === undefined ? {} : { reason }),
    decidedBy: [...decidedBy],
    ...(mesh === undefined ? {} : { mesh }),
  };
}
