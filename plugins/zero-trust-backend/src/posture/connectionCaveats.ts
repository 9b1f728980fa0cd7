/** Why not all that a cluster's connections say may be so, in sentences. */
import {
  ClusterNetwork,
  ClusterSnapshot,
  KindName,
  clusterNetworkOf,
  hasMesh,
  networkGapsOf,
} from '@backstage-zero-trust/posture-engine';

/** Nodes in one sentence; of more, the first ones are named. */
const MOST_NAMED = 3;

/** Each once, what concerns the whole network first. */
export function connectionCaveats(snapshot: ClusterSnapshot): string[] {
  const gaps = networkGapsOf(snapshot).map(({ reason }) => reason);
  return [
    ...new Set(
      [
        ...networkCaveats(snapshot.derive(clusterNetworkOf)),
        ...gaps.sort(),
      ].map(sentence),
    ),
  ];
}

/** What decides about connections in a mesh. */
const KINDS_OF_MESHES: readonly KindName[] = [
  'PeerAuthentication',
  'AuthorizationPolicy',
  'RequestAuthentication',
  'DestinationRule',
  'Sidecar',
  'ServiceEntry',
  'EnvoyFilter',
];

/** Why not all can be told that the mesh makes of a cluster's connections; empty where nothing tells of a mesh. */
export function meshCaveats(snapshot: ClusterSnapshot): string[] {
  return snapshot.derive(hasMesh)
    ? KINDS_OF_MESHES.flatMap(kind => {
        const gap = snapshot.coverage.gap(kind);
        return gap
          ? sentence(
              `not all that the mesh makes of these connections can be told: ${gap.reason}`,
            )
          : [];
      })
    : [];
}

function networkCaveats(network: ClusterNetwork): string[] {
  if (network.state === 'unknown') {
    return [
      `whether the policies behind these connections are enforced is not known: ${network.reason}`,
    ];
  }
  const { title, enforces, nodesWithout, unseen, unread } = network;
  const { answer, because } = enforces.NetworkPolicy;
  const reason = because === undefined ? '' : `: ${because}`;
  const caveats: string[] = [];
  if (answer === 'no') {
    caveats.push(
      `${title} does not enforce NetworkPolicies, so none of them counts here${reason}`,
    );
  } else if (answer === 'unknown') {
    caveats.push(
      `whether ${title} enforces NetworkPolicies is not known${reason}`,
    );
  }
  if (nodesWithout.length > 0) {
    caveats.push(
      `${title} does not run on ${enumerate(
        nodesWithout,
      )}, so nothing enforces policies for the pods there`,
    );
  }
  if (unseen) {
    caveats.push(`on which nodes ${title} runs is not known: ${unseen.reason}`);
  }
  return [...caveats, ...unread];
}

function enumerate(nodes: readonly string[]): string {
  const rest = nodes.length - MOST_NAMED;
  const names = nodes.slice(0, MOST_NAMED);
  return rest > 0
    ? `${names.join(', ')} and ${rest} more nodes`
    : names.join(' and ');
}

function sentence(text: string): string {
  const full = `${text[0].toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(full) ? full : `${full}.`;
}
