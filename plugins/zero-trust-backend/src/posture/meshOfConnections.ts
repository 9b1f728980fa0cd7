/** What network and mesh make of connections together: a part for each kind of answer, with its ports. */
import type {
  ConnectionMesh,
  EntityConnection,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  ClusterSnapshot,
  MeshPassage,
  Passage,
  PortSet,
  Workload,
  WorkloadReference,
  hasMesh,
  inboundPorts,
  jointConnectionsOf,
  meshEdgesOf,
} from '@backstage-zero-trust/posture-engine';
import { describeFailure } from '../describeFailure';
import type { Peer } from './peerFilter';

/** Ports of which all the rest is the same. */
export interface JoinedPassage {
  ports: PortSet;
  verdict: EntityConnection['verdict'];
  /** One must hold. */
  conditions: readonly string[];
  /** Why nobody can tell what the network says. */
  reason?: string;
  /** What the network's part rests on. */
  decidedBy: Passage['decidedBy'];
  mesh?: ConnectionMesh;
}

export interface JoinOptions {
  own: WorkloadReference;
  direction: 'in' | 'out';
  peer: Peer;
  /** What the network lets pass. */
  passages: readonly Passage[];
}

interface ServedPassage extends MeshPassage {
  served: boolean;
}

const TCP = PortSet.allOf('TCP');
/** To which the network sees a tunnel of the mesh, whichever port is called inside. */
const TUNNEL = 15_008;

/** The mesh carries TCP alone. */
const BESIDE_MESH: Omit<MeshPassage, 'ports'> = {
  verdict: 'allow',
  transport: 'plaintext',
  principals: [],
  conditions: [],
  decidedBy: [],
  reason:
    'The mesh carries TCP alone, so it neither refuses nor encrypts this.',
  differs: false,
};

export class ConnectionMeshes {
  static create(snapshot: ClusterSnapshot): ConnectionMeshes {
    return new ConnectionMeshes(snapshot);
  }

  readonly #named = new Map<Workload, PortSet>();

  private constructor(private readonly snapshot: ClusterSnapshot) {}

  /** Empty where the network lets nothing pass, not even a tunnel. What objects say that no API server admits, nobody can tell. */
  join({ own, direction, peer, passages }: JoinOptions): JoinedPassage[] {
    const undecided = (reason: string): JoinedPassage[] =>
      passages.map(passage => ({
        ...ofNetwork(passage, passage.ports),
        verdict: 'unknown',
        mesh: {
          transport: 'unknown',
          identities: [],
          reason,
          decidedBy: [],
          partly: false,
          served: true,
        },
      }));
    try {
      const workload = this.snapshot.workload(own);
      const other =
        'workload' in peer ? this.snapshot.workload(peer.workload) : undefined;
      if (!workload || ('workload' in peer && !other)) {
        return undecided('What the mesh makes of it is being worked out.');
      }
      return withFewerRows(
        'blocks' in peer
          ? passages.flatMap(passage =>
              this.#withOutside(workload, direction, peer.blocks, passage),
            )
          : this.#withWorkload(
              workload,
              direction,
              other ?? workload,
              passages,
            ),
      );
    } catch (error) {
      return undecided(sentence(describeFailure(error)));
    }
  }

  #withOutside(
    own: Workload,
    direction: 'in' | 'out',
    blocks: readonly string[],
    passage: Passage,
  ): JoinedPassage[] {
    const ports = passage.ports.intersect(TCP);
    const beside = passage.ports.subtract(TCP);
    const edges = this.snapshot.derive(meshEdgesOf);
    const mesh =
      direction === 'in'
        ? edges.fromBlocks(blocks, own, ports)
        : edges.toOutside(own, ports);
    const found = [
      ...mesh,
      ...(beside.isEmpty ? [] : [{ ...BESIDE_MESH, ports: beside }]),
    ];
    return this.#served(found, direction === 'in' ? own : undefined).map(
      part => ({
        ...ofNetwork(passage, part.ports),
        verdict: verdictOf(passage, part),
        conditions: joined(passage.conditions, part.conditions),
        mesh: toMesh(part),
      }),
    );
  }

  #withWorkload(
    own: Workload,
    direction: 'in' | 'out',
    other: Workload,
    passages: readonly Passage[],
  ): JoinedPassage[] {
    const [source, destination] =
      direction === 'in' ? [other, own] : [own, other];
    const joint = this.snapshot
      .derive(jointConnectionsOf)
      .between(source, destination);
    const tunnel = passages.find(({ ports }) => ports.has('TCP', TUNNEL));
    const open = PortSet.union(passages.map(({ ports }) => ports));
    return this.#served(joint, destination).flatMap(part => {
      const mesh = toMesh(part);
      const { verdict, conditions } = part;
      const inTunnel = part.ports.subtract(open);
      const parts = passages.flatMap(passage => {
        const direct = passage.ports.intersect(part.ports);
        const ports =
          passage === tunnel ? PortSet.union([direct, inTunnel]) : direct;
        return ports.isEmpty ? [] : [ofNetwork(passage, ports)];
      });
      // A waypoint's tunnels are not between these two.
      const elsewhere =
        tunnel || inTunnel.isEmpty ? [] : [{ ports: inTunnel, decidedBy: [] }];
      return [...parts, ...elsewhere].map(network => ({
        ...network,
        verdict,
        conditions,
        mesh,
      }));
    });
  }

  /** Where nobody is known to listen, transports that do not meet are no outage. */
  #served(
    passages: readonly MeshPassage[],
    server: Workload | undefined,
  ): ServedPassage[] {
    const named = server ? this.#namedPorts(server) : PortSet.none;
    return passages.flatMap((passage): ServedPassage[] => {
      const served = named.isEmpty || passage.ports.intersects(named);
      if (
        passage.transport !== 'refused' ||
        named.isEmpty ||
        named.contains(passage.ports)
      ) {
        return [{ ...passage, served }];
      }
      const rest: ServedPassage = {
        ...passage,
        ports: passage.ports.subtract(named),
        transport: 'none',
        served: false,
      };
      return served
        ? [{ ...passage, ports: passage.ports.intersect(named), served }, rest]
        : [rest];
    });
  }

  /** Those that containers declare, Services lead to, or policies name. */
  #namedPorts(workload: Workload): PortSet {
    let named = this.#named.get(workload);
    if (!named) {
      named = PortSet.union(
        inboundPorts(workload, this.snapshot).flatMap(({ port }) =>
          port === null ? [] : PortSet.range('TCP', port),
        ),
      );
      this.#named.set(workload, named);
    }
    return named;
  }
}

/** Undefined for a cluster in which nothing tells of a mesh. To be used with `derive`. */
export function meshesOf(
  snapshot: ClusterSnapshot,
): ConnectionMeshes | undefined {
  return snapshot.derive(hasMesh)
    ? ConnectionMeshes.create(snapshot)
    : undefined;
}

/** Of ports that nobody is known to serve it is enough to know once what becomes of them. */
function withFewerRows(parts: readonly JoinedPassage[]): JoinedPassage[] {
  const rows = new Map<string, JoinedPassage>();
  parts.forEach((part, index) => {
    const { verdict, conditions, reason, mesh } = part;
    const key = mesh?.served
      ? String(index)
      : JSON.stringify([verdict, conditions, reason, mesh?.transport]);
    const row = rows.get(key);
    rows.set(
      key,
      row ? { ...row, ports: PortSet.union([row.ports, part.ports]) } : part,
    );
  });
  return [...rows.values()];
}

/** The network's own words about some of a passage's ports. */
function ofNetwork(
  { reason, decidedBy, conditions }: Passage,
  ports: PortSet,
): Omit<JoinedPassage, 'verdict'> {
  return {
    ports,
    conditions,
    decidedBy,
    ...(reason === undefined ? {} : { reason }),
  };
}

function toMesh(passage: ServedPassage): ConnectionMesh {
  return {
    transport: passage.transport,
    identities: passage.principals.map(principal => `spiffe://${principal}`),
    reason: passage.reason,
    decidedBy: [...passage.decidedBy],
    partly: passage.differs,
    served: passage.served,
  };
}

/** What passes must pass both. */
function verdictOf(
  network: Passage,
  mesh: MeshPassage,
): EntityConnection['verdict'] {
  if (mesh.verdict === 'deny') {
    return 'deny';
  }
  return (
    (['unknown', 'conditional'] as const).find(
      verdict => network.verdict === verdict || mesh.verdict === verdict,
    ) ?? 'allow'
  );
}

function joined(
  one: readonly string[],
  other: readonly string[],
): readonly string[] {
  return one.length === 0 || other.length === 0
    ? [...one, ...other]
    : one.flatMap(left => other.map(right => `${left} and ${right}`));
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
