/**
 * Objects of the mesh, and parts of them, that change nothing today: nobody
 * reads them, nobody is whom they name, or another one decides in their place.
 * Each with its proof, and nothing where something could not be seen that the
 * proof would need.
 */
import { ClusterSnapshot, KindName } from '../../snapshot';
import type { IneffectivePolicy } from '../../network/ineffective';
import { meshOf } from '../mesh';
import { meshGap } from '../meshGap';
import { ineffectiveAuthorizationPolicies } from './authorizationPolicies';
import { LINKERD_AUTHENTICATIONS, LINKERD_POLICIES } from '../linkerd';
import { ineffectiveDestinationRules } from './destinationRules';
import { ineffectiveLinkerdObjects } from './linkerdObjects';
import { ineffectivePeerAuthentications } from './peerAuthentications';
import { ineffectiveRequestAuthentications } from './requestAuthentications';
import { ineffectiveSidecars } from './sidecars';
import { ineffectiveSpiffeIds } from './spiffeIds';

const FINDERS = [
  ineffectiveAuthorizationPolicies,
  ineffectivePeerAuthentications,
  ineffectiveRequestAuthentications,
  ineffectiveDestinationRules,
  ineffectiveSidecars,
] as const;

interface Judged {
  objects: readonly IneffectivePolicy[];
  /** Why kinds of objects could not be judged. */
  problems: readonly string[];
}

/** Kind by kind, by namespace and name, in the order of their rules. */
export function ineffectiveMeshObjects(
  snapshot: ClusterSnapshot,
): readonly IneffectivePolicy[] {
  return snapshot.derive(judged).objects;
}

/** An object in a form that no API server admits keeps its kind from being judged, and no other. */
function judged(snapshot: ClusterSnapshot): Judged {
  const problem = snapshot.derive(meshOf).problem ?? configGap(snapshot);
  const objects: IneffectivePolicy[] = [];
  const problems = problem === undefined ? [] : [problem];
  for (const find of [
    ...(problem === undefined ? FINDERS : []),
    ineffectiveSpiffeIds,
    ineffectiveLinkerdObjects,
  ]) {
    try {
      objects.push(...find(snapshot));
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { objects, problems };
}

function configGap(snapshot: ClusterSnapshot): string | undefined {
  return meshGap([], [], snapshot);
}

const KINDS: readonly KindName[] = [
  'AuthorizationPolicy',
  'PeerAuthentication',
  'RequestAuthentication',
  'DestinationRule',
  'Sidecar',
  'ClusterSPIFFEID',
  'Pod',
  'Namespace',
  'Service',
  'ServiceEntry',
  'ServiceAccount',
  'Gateway',
  ...LINKERD_POLICIES,
  ...LINKERD_AUTHENTICATIONS,
];

/** Why there may be more of them than {@link ineffectiveMeshObjects} tells. */
export function meshObjectGaps(snapshot: ClusterSnapshot): readonly string[] {
  return [
    ...new Set([
      ...snapshot.derive(judged).problems,
      ...KINDS.flatMap(kind => snapshot.coverage.gap(kind)?.reason ?? []),
    ]),
  ];
}
