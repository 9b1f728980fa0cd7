/**
 * Network and mesh together, between groups of pods and with the addresses
 * outside. Pods of a group that the network tells apart are asked about apart,
 * so that no two of them lend each other what only both together would have.
 */
import {
  Direction,
  GroupEdge,
  Member as NetworkMember,
  ReachGroup,
  Rows,
} from '../decisions';
import {
  EdgePassages,
  MeshEdges,
  MeshGroup,
  Member,
  MeshPassage,
  meshEdgesOf,
  mostOpenPassages,
} from '../mesh';
import { blockOf } from '../mesh/authorization/addresses';
import { connectionsOf } from '../network';
import { ClusterSnapshot, PodView, Workload } from '../snapshot';
import {
  Piece,
  cutPieces,
  joinPieces,
  overlay,
} from '../mesh/edges/addressPieces';
import { JointPassage, jointPassages, throughNetwork } from './jointPassages';
import { tunnelEdge } from './tunnels';

type Passages = readonly JointPassage[];

/** Pods of one class of the network. */
interface Cell {
  network: NetworkMember<ReachGroup>;
  mesh: MeshGroup;
}

/** A group, sorted by what tells its pods apart. */
export interface JointMember<G extends ReachGroup = ReachGroup> {
  group: G;
  network: NetworkMember<G>;
  cells: readonly Cell[];
}

export class JointConnections {
  static create(snapshot: ClusterSnapshot): JointConnections {
    return new JointConnections(snapshot);
  }

  readonly #rows: Rows;
  readonly #mesh: MeshEdges;
  readonly #workloads = new Map<PodView, Workload>();
  readonly #joined = new WeakMap<GroupEdge, WeakMap<object, Passages>>();
  readonly #words = new WeakMap<Passages, string>();
  readonly #waypoints = new Map<PodView, NetworkMember<ReachGroup>>();

  private constructor(snapshot: ClusterSnapshot) {
    this.#rows = Rows.create(snapshot.derive(connectionsOf));
    this.#mesh = snapshot.derive(meshEdgesOf);
    for (const workload of snapshot.workloads) {
      for (const pod of workload.pods) {
        this.#workloads.set(pod, workload);
      }
    }
  }

  /** Between different pods of two workloads, with the identities that servers see. Ports that the network closes are in no passage. */
  between(source: Workload, destination: Workload): Passages {
    const from = this.member(source);
    const to = this.member(destination);
    return this.#ofCells(from, to, (one, other) =>
      this.#mesh.named(one.mesh, other.mesh),
    );
  }

  member<G extends ReachGroup>(group: G): JointMember<G> {
    const network = this.#rows.member(group);
    return {
      group,
      network,
      cells: network.classes.map(({ pods }) => ({
        network:
          network.classes.length === 1 ? network : this.#rows.member({ pods }),
        mesh: this.#mesh.groupOf(pods.map(pod => this.#meshMember(pod))),
      })),
    };
  }

  /** As {@link between}, of any groups, with `CALLER` for whoever calls; of one group with itself, among different pods of it. */
  among(source: JointMember, destination: JointMember): Passages {
    return this.#ofCells(source, destination, (one, other) =>
      this.#mesh.among(one.mesh, other.mesh),
    );
  }

  /** With the addresses outside, told apart as policies of either layer do. Passages that the mesh denies are among them. */
  outside(
    { cells }: JointMember,
    direction: Direction,
  ): readonly Piece<Passages>[] {
    const lists = cells.map(cell =>
      direction === 'egress' ? this.#outOf(cell) : this.#into(cell),
    );
    return joinPieces(overlay(lists, mostOpenPassages), passages =>
      this.#inWords(passages),
    );
  }

  #ofCells(
    source: JointMember,
    destination: JointMember,
    mesh: (one: Cell, other: Cell) => EdgePassages,
  ): Passages {
    const same = source.group === destination.group;
    if (
      !same &&
      !destination.cells.some(cell => cell.mesh.behindWaypoint) &&
      !this.#rows.between(source.network, destination.network)
    ) {
      return [];
    }
    const lists: Passages[] = [];
    for (const one of source.cells) {
      for (const other of destination.cells) {
        const edge =
          same && one.network.key === other.network.key
            ? this.#rows.within(one.network)
            : this.#rows.between(one.network, other.network);
        if (edge || other.mesh.behindWaypoint) {
          lists.push(this.#ofPair(one, other, edge, mesh(one, other)));
        }
      }
    }
    return mostOpenPassages(lists.filter(({ length }) => length > 0));
  }

  /** Ways that the network sees as they are, and those of which it sees a tunnel. */
  #ofPair(
    one: Cell,
    other: Cell,
    edge: GroupEdge | undefined,
    passages: EdgePassages,
  ): Passages {
    const { all, tunnels } = passages;
    if (tunnels.length === 0) {
      return edge ? this.#join(edge, all) : [];
    }
    if (tunnels.some(({ via }) => via)) {
      return this.#alongTunnels(one, other, edge, passages);
    }
    return edge
      ? this.#once(edge, passages, () =>
          this.#alongTunnels(one, other, edge, passages),
        )
      : [];
  }

  #alongTunnels(
    one: Cell,
    other: Cell,
    edge: GroupEdge | undefined,
    { direct, tunnels }: EdgePassages,
  ): Passages {
    const byTunnel = tunnels.flatMap(({ via, passages }) => {
      const open = tunnelEdge(
        via ? this.#legsThrough(via, one, other) : [edge],
      );
      return open ? [throughNetwork(open, passages)] : [];
    });
    // Services come by tunnel, and what is meant is told first.
    const ways = [
      ...byTunnel,
      ...(edge && direct.length > 0 ? [throughNetwork(edge, direct)] : []),
    ];
    return [
      ...mostOpenPassages(ways),
      ...(edge ? jointPassages(edge, []) : []),
    ];
  }

  #legsThrough(
    via: PodView,
    { network: source }: Cell,
    { network: destination }: Cell,
  ): (GroupEdge | undefined)[] {
    let between = this.#waypoints.get(via);
    if (!between) {
      between = this.#rows.member({ pods: [via] });
      this.#waypoints.set(via, between);
    }
    return [
      this.#rows.between(source, between),
      this.#rows.between(between, destination),
    ];
  }

  #outOf({ network, mesh }: Cell): Piece<Passages>[] {
    return this.#rows.outside(network, 'egress').map(({ ranges, edge }) => ({
      ranges,
      value: this.#join(edge, this.#mesh.outOf(mesh)),
    }));
  }

  #into({ network, mesh }: Cell): Piece<Passages>[] {
    const blocks = this.#mesh
      .blocksBefore(mesh)
      .flatMap(written => blockOf(written) ?? []);
    return cutPieces(
      this.#rows
        .outside(network, 'ingress')
        .map(({ ranges, edge }) => ({ ranges, value: edge })),
      blocks,
      (address, edge) =>
        this.#join(edge, this.#mesh.amongOutside(address, mesh).all),
    );
  }

  #join(edge: GroupEdge, mesh: readonly MeshPassage[]): Passages {
    return this.#once(edge, mesh, () => jointPassages(edge, mesh));
  }

  /** The same list for the same parts. */
  #once(edge: GroupEdge, mesh: object, join: () => Passages): Passages {
    const ofEdge = this.#joined.get(edge) ?? new WeakMap<object, Passages>();
    this.#joined.set(edge, ofEdge);
    let passages = ofEdge.get(mesh);
    if (!passages) {
      passages = join();
      ofEdge.set(mesh, passages);
    }
    return passages;
  }

  #inWords(passages: Passages): string {
    let words = this.#words.get(passages);
    if (words === undefined) {
      words = JSON.stringify(
        passages.map(({ ports, ...rest }) => ({ ...rest, ports: ports.key })),
      );
      this.#words.set(passages, words);
    }
    return words;
  }

  #meshMember(pod: PodView): Member {
    const workload = this.#workloads.get(pod);
    if (!workload) {
      throw new Error(`pod ${pod.namespace}/${pod.name} has no workload`);
    }
    return { workload, pod };
  }
}

/** Use as `snapshot.derive(jointConnectionsOf)`. */
export function jointConnectionsOf(
  snapshot: ClusterSnapshot,
): JointConnections {
  return JointConnections.create(snapshot);
}
