/**
 * What the mesh makes of connections between any two pods, for all ports at
 * once. Clients that nothing tells apart are asked about once for each kind of
 * pod of a workload, so that the work grows with what objects distinguish and
 * with the workloads, and not with the pairs of pods.
 *
 * Each answer is that of `meshConnection` for one such pair, one port of those
 * that are treated alike, and every way there is to call the pod.
 */
import { PortSet } from '../../decisions/PortSet';
import { AddressRange } from '../../decisions/addresses';
import { ClusterSnapshot, Workload } from '../../snapshot';
import { blockOf } from '../authorization/addresses';
import { Member } from '../client';
import { outsideByPort, principalOfPod } from '../connection';
import { dataPlaneOf } from '../dataPlane';
import { linkerdIdentityOf } from '../linkerd';
import { EdgeQuestions } from './EdgeQuestions';
import { EdgePassages, joinEdges, mapPassages } from './edgePassages';
import {
  CALLER,
  MeshPassage,
  mergePassages,
  mostOpenPassages,
  passageOfWays,
} from './meshPassage';
import { Client, MeshProfiles, Server, MeshGroup } from './MeshProfiles';
import { cutPieces } from './addressPieces';

const ANY_TCP = PortSet.allOf('TCP');

export class MeshEdges {
  static create(snapshot: ClusterSnapshot): MeshEdges {
    return new MeshEdges(snapshot);
  }

  readonly #profiles: MeshProfiles;
  readonly #questions: EdgeQuestions;
  readonly #groups = new WeakMap<Workload, MeshGroup>();
  readonly #passages = new WeakMap<
    Server,
    Map<string | number, EdgePassages>
  >();
  /** What those of several pairs come to together, by their numbers. */
  readonly #joined = new Map<string, EdgePassages>();
  readonly #outside = new Map<string, readonly MeshPassage[]>();
  readonly #numbers = new WeakMap<EdgePassages, number>();
  #lastNumber = 0;

  private constructor(private readonly snapshot: ClusterSnapshot) {
    this.#profiles = MeshProfiles.create(snapshot);
    this.#questions = EdgeQuestions.create(snapshot);
  }

  /**
   * Between different pods of two workloads: port by port the most open answer.
   * Ports are disjoint, and together those that were asked about; there are none
   * between a pod and itself.
   */
  between(
    source: Workload,
    destination: Workload,
    ports: PortSet = ANY_TCP,
  ): readonly MeshPassage[] {
    return within(
      ports,
      this.named(this.#groupOf(source), this.#groupOf(destination)).all,
    );
  }

  /** From an address outside of the cluster. */
  fromOutside(
    address: string,
    destination: Workload,
    ports: PortSet = ANY_TCP,
  ): readonly MeshPassage[] {
    return within(
      ports,
      this.amongOutside(address, this.#groupOf(destination)).all,
    );
  }

  /** From all addresses of some blocks: port by port the most open answer. */
  fromBlocks(
    blocks: readonly string[],
    destination: Workload,
    ports: PortSet = ANY_TCP,
  ): readonly MeshPassage[] {
    const group = this.#groupOf(destination);
    const pieces = cutPieces(
      [{ ranges: rangesOf(blocks), value: undefined }],
      rangesOf(this.blocksBefore(group)),
      address => this.amongOutside(address, group),
    );
    return within(ports, this.#join(pieces.map(({ value }) => value)).all);
  }

  /** To addresses outside of the cluster. */
  toOutside(
    source: Workload,
    ports: PortSet = ANY_TCP,
  ): readonly MeshPassage[] {
    return within(ports, this.outOf(this.#groupOf(source)));
  }

  /** Pods, for questions about all of them at once. */
  groupOf(members: readonly Member[]): MeshGroup {
    return this.#profiles.groupOf(members);
  }

  /** As {@link between}, for pods of any workloads, with `CALLER` for whoever calls: the same object for all of whom the same is true. */
  among(source: MeshGroup, destination: MeshGroup): EdgePassages {
    const [client, ...clients] = source.clients;
    const [server, ...servers] = destination.servers;
    // Of most groups there is one kind, and of pairs there are very many.
    if (clients.length + servers.length === 0 && areApart(client, server)) {
      return this.#between(client, server);
    }
    return this.#join(
      pairsOf(source, destination).map(pair =>
        this.#between(pair.client, pair.server),
      ),
    );
  }

  /** As {@link among}, with the identities of the callers. */
  named(source: MeshGroup, destination: MeshGroup): EdgePassages {
    return joinEdges(
      pairsOf(source, destination).map(({ client, server }) =>
        mapPassages(this.#between(client, server), passage =>
          this.#named(passage, client),
        ),
      ),
    );
  }

  /** The blocks of addresses, as written, that policies name: within one, addresses outside are treated alike. */
  blocksBefore({ servers }: MeshGroup): string[] {
    return [
      ...new Set(servers.flatMap(({ profile }) => [...profile.names.blocks])),
    ];
  }

  amongOutside(address: string, { servers }: MeshGroup): EdgePassages {
    return this.#join(
      servers.map(server =>
        this.#remembered(
          server,
          `outside ${this.#profiles.placesOf(address, server)}`,
          () => this.#questions.passagesTo(server, { address }),
        ),
      ),
    );
  }

  outOf({ clients }: MeshGroup): readonly MeshPassage[] {
    return mostOpenPassages(
      clients.map(client => {
        let passages = this.#outside.get(client.profile.near);
        if (!passages) {
          passages = mergePassages(
            outsideByPort(client.member, this.snapshot).map(
              ({ ports, answer }) => passageOfWays(ports, [{ answer }]),
            ),
          );
          this.#outside.set(client.profile.near, passages);
        }
        return passages;
      }),
    );
  }

  #groupOf(workload: Workload): MeshGroup {
    let group = this.#groups.get(workload);
    if (!group) {
      group = this.groupOf(workload.pods.map(pod => ({ workload, pod })));
      this.#groups.set(workload, group);
    }
    return group;
  }

  #between(client: Client, server: Server): EdgePassages {
    return this.#remembered(server, this.#profiles.keyOf(client, server), () =>
      this.#questions.passagesTo(server, client.member, client.profile),
    );
  }

  #remembered(
    server: Server,
    key: string | number,
    ask: () => EdgePassages,
  ): EdgePassages {
    const known =
      this.#passages.get(server) ?? new Map<string | number, EdgePassages>();
    this.#passages.set(server, known);
    let passages = known.get(key);
    if (!passages) {
      passages = ask();
      known.set(key, passages);
    }
    return passages;
  }

  #join(edges: readonly EdgePassages[]): EdgePassages {
    if (edges.length === 1) {
      return edges[0];
    }
    const distinct = [...new Set(edges)];
    const key = distinct
      .map(edge => this.#numberOf(edge))
      .sort((left, right) => left - right)
      .join();
    let joined = this.#joined.get(key);
    if (!joined) {
      joined = joinEdges(distinct);
      this.#joined.set(key, joined);
    }
    return joined;
  }

  #numberOf(edge: EdgePassages): number {
    let number = this.#numbers.get(edge);
    if (number === undefined) {
      this.#lastNumber++;
      number = this.#lastNumber;
      this.#numbers.set(edge, number);
    }
    return number;
  }

  #named(passage: MeshPassage, { member }: Client): MeshPassage {
    return passage.principals.includes(CALLER)
      ? {
          ...passage,
          principals: [identityOf(member, this.snapshot)],
        }
      : passage;
  }
}

function identityOf(
  { workload, pod }: Member,
  snapshot: ClusterSnapshot,
): string {
  return dataPlaneOf(workload, pod, snapshot).dataPlane === 'linkerd'
    ? linkerdIdentityOf(pod, snapshot)
    : principalOfPod(pod, snapshot);
}

function rangesOf(blocks: readonly string[]): AddressRange[] {
  return blocks.flatMap(block => blockOf(block) ?? []);
}

/** Kinds of clients and servers, between which there are two different pods. */
function pairsOf(
  { clients }: MeshGroup,
  { servers }: MeshGroup,
): { client: Client; server: Server }[] {
  return clients.flatMap(client =>
    servers.flatMap(server =>
      areApart(client, server) ? [{ client, server }] : [],
    ),
  );
}

/** Whether there are two different pods. */
function areApart({ pods, member }: Client, server: Server): boolean {
  return pods.size > 1 || server.pods.size > 1 || !server.pods.has(member.pod);
}

function within(
  ports: PortSet,
  passages: readonly MeshPassage[],
): readonly MeshPassage[] {
  return ports === ANY_TCP
    ? passages
    : passages.flatMap(passage => {
        const both = passage.ports.intersect(ports);
        return both.isEmpty ? [] : [{ ...passage, ports: both }];
      });
}

/** Use as `snapshot.derive(meshEdgesOf)`. */
export function meshEdgesOf(snapshot: ClusterSnapshot): MeshEdges {
  return MeshEdges.create(snapshot);
}
