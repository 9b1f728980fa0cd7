/** An entity's connections, one by one, as a map has them and as the API tells them. */
import type { EntityConnection } from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  Passage,
  WorkloadReference,
} from '@backstage-zero-trust/posture-engine';
import type { EntityWorkload } from '../database/ConnectionStore';
import { digestOf } from '../database/rows';
import type { CatalogNames } from './CatalogNames';
import type { Peer } from './peerFilter';
import type { StoredMap } from './StoredMaps';

/** A connection that is on the page, before it is put into words. */
export interface FoundConnection {
  workload: EntityWorkload;
  direction: 'in' | 'out';
  peer: Peer;
  passage: Passage;
}

/** What is outside first: it is the widest. */
export function* peersOf(
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
    const passages = other === own ? [] : between(other);
    if (passages.length > 0) {
      yield { peer: { workload: map.workloads[other] }, passages };
    }
  }
}

export function toConnection(
  {
    workload: { cluster, ...workload },
    direction,
    peer,
    passage,
  }: FoundConnection,
  names: CatalogNames,
): EntityConnection {
  const { verdict, conditions, reason, decidedBy, ports } = passage;
  const { entityRef, title } =
    'workload' in peer ? names.of({ cluster, ...peer.workload }) : {};
  return {
    id: digestOf(
      cluster,
      JSON.stringify([workload, direction, peer, verdict, conditions, reason]),
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
  };
}
