/** Edges between groups of pods, and with the addresses outside: each the union over the classes of the groups. */
import type { PodView } from '../snapshot';
import type { AddressRange } from './addresses';
import { ClassSet } from './ClassSet';
import type { Connections, Edge } from './Connections';
import { joinRanges, keyOf, unionEdges } from './groupEdges';
import type { Relation } from './relation';
import { decide } from './decide';
import { PortSet } from './PortSet';
import type { Direction } from './tier';
import type { EndpointClass, PodClass } from './endpointClasses';

/** Pods that are one row of an answer. */
export interface ReachGroup {
  pods: readonly PodView[];
}

/** Why nobody can tell of the ports in `unknown`. */
export type GroupEdge = Edge & { reasons: readonly string[] };

export interface OutsideEdge {
  ranges: readonly AddressRange[];
  edge: GroupEdge;
}

/** A group by its classes, each with the pods of the group only. */
export interface Member<G> {
  group: G;
  /** Equal for groups that nothing tells apart. */
  key: number;
  classes: readonly PodClass[];
  /** Whether some of its pods are on their node's network, so that the other end sees a node. */
  onNode: boolean;
  /** Who, as far as the group's own policies are asked, may be reached, and may reach it. */
  open: Readonly<Record<Direction, ClassSet>>;
}

interface ClassPair {
  source: EndpointClass;
  destination: EndpointClass;
}

/** Edges are remembered up to here; what falls out is computed again. */
const MOST_REMEMBERED = 300_000;

/** Edges of one snapshot between groups of pods. */
export class Rows {
  static create(connections: Connections): Rows {
    return new Rows(connections);
  }

  readonly #keys = new Map<string, number>();
  readonly #edges = new Map<string, GroupEdge | undefined>();
  readonly #outside = new Map<string, OutsideEdge[]>();
  readonly #relations = new Map<Relation, number>();
  readonly #peers = new Map<Relation, ClassSet>();

  private constructor(private readonly connections: Connections) {}

  member<G extends ReachGroup>(group: G): Member<G> {
    const { universe } = this.connections;
    const byClass = new Map<PodClass, PodView[]>();
    for (const pod of group.pods) {
      const podClass = universe.classOfPod(pod);
      if (podClass) {
        const pods = byClass.get(podClass) ?? [];
        pods.push(pod);
        byClass.set(podClass, pods);
      }
    }
    const classes = [...byClass]
      .map(([podClass, pods]): PodClass => ({ ...podClass, pods }))
      .sort((left, right) => left.id - right.id);
    // Where nodes count by place, it matters on which ones the pods are.
    const identity = classes
      .map(({ id, pods }) =>
        universe.nodeClasses.length === 0
          ? id
          : `${id}@${[...new Set(pods.map(({ spec }) => spec.nodeName))]
              .sort()
              .join()}`,
      )
      .join(';');
    const open = (direction: Direction) =>
      ClassSet.union(classes.map(podClass => this.#open(podClass, direction)));
    return {
      group,
      classes,
      key: numberFor(identity, this.#keys),
      onNode:
        universe.nodeClasses.length > 0 &&
        classes.some(({ hostNetwork }) => hostNetwork),
      open: { egress: open('egress'), ingress: open('ingress') },
    };
  }

  #open(podClass: PodClass, direction: Direction): ClassSet {
    const relation = this.connections.relation(podClass, direction);
    let open = this.#peers.get(relation);
    if (!open) {
      open = ClassSet.union(
        relation.flatMap(({ allowed, unknown, conditional }) => [
          allowed,
          unknown,
          ...conditional.map(({ peers }) => peers),
        ]),
      );
      this.#peers.set(relation, open);
    }
    return open;
  }

  /** Quickly sorts out most of what is closed. */
  #mayBeOpen(source: Member<unknown>, destination: Member<unknown>): boolean {
    return (
      source.onNode ||
      destination.onNode ||
      (hasSome(source.open.egress, destination.classes) &&
        hasSome(destination.open.ingress, source.classes))
    );
  }

  between(
    source: Member<unknown>,
    destination: Member<unknown>,
  ): GroupEdge | undefined {
    return this.#mayBeOpen(source, destination)
      ? this.#remembered(`${source.key} ${destination.key}`, () =>
          this.#pairs(source, destination, () => true),
        )
      : undefined;
  }

  /** Among different pods of one group. */
  within(member: Member<unknown>): GroupEdge | undefined {
    const alone = member.classes
      .filter(({ pods }) => pods.length === 1)
      .map(({ id }) => id);
    return this.#remembered(`${member.key} ${alone.join()} within`, () =>
      this.#pairs(
        member,
        member,
        (one, other) => one !== other || one.pods.length > 1,
      ),
    );
  }

  #remembered(key: string, pairs: () => ClassPair[]): GroupEdge | undefined {
    if (!this.#edges.has(key)) {
      if (this.#edges.size >= MOST_REMEMBERED) {
        this.#edges.clear();
      }
      this.#edges.set(key, this.#union(pairs()));
    }
    return this.#edges.get(key);
  }

  /** The addresses outside, merged where nothing tells their edges apart. */
  outside({ classes }: Member<unknown>, direction: Direction): OutsideEdge[] {
    // Outside nothing is decided, so what the inside says is all that counts.
    const key = `${direction} ${classes
      .map(inside =>
        numberFor(
          this.connections.relation(inside, direction),
          this.#relations,
        ),
      )
      .join()}`;
    let edges = this.#outside.get(key);
    if (!edges) {
      const merged = new Map<
        string,
        { ranges: AddressRange[]; edge: GroupEdge }
      >();
      for (const outside of this.connections.universe.externalClasses) {
        const edge = this.#union(
          classes.map(inside =>
            direction === 'egress'
              ? { source: inside, destination: outside }
              : { source: outside, destination: inside },
          ),
        );
        if (edge) {
          const same = merged.get(keyOf(edge)) ?? { ranges: [], edge };
          same.ranges.push(...outside.ranges);
          merged.set(keyOf(edge), same);
        }
      }
      edges = [...merged.values()]
        .map(({ ranges, edge }) => ({ edge, ranges: joinRanges(ranges) }))
        .sort((left, right) =>
          left.ranges[0].from < right.ranges[0].from ? -1 : 1,
        );
      this.#outside.set(key, edges);
    }
    return edges;
  }

  #pairs(
    source: Member<unknown>,
    destination: Member<unknown>,
    counts: (one: PodClass, other: PodClass) => boolean,
  ): ClassPair[] {
    return source.classes.flatMap(one =>
      destination.classes.flatMap(other =>
        counts(one, other)
          ? this.connections.universe.betweenClasses(one, other)
          : [],
      ),
    );
  }

  /** Undefined where nothing passes. */
  #union(pairs: readonly ClassPair[]): GroupEdge | undefined {
    const edge = unionEdges(
      pairs.map(({ source, destination }) =>
        this.connections.edge(source, destination),
      ),
    );
    return edge && { ...edge, reasons: this.#reasons(pairs, edge.unknown) };
  }

  #reasons(pairs: readonly ClassPair[], unknown: PortSet): string[] {
    const reasons = new Set<string>();
    for (const { protocol, from } of unknown.ranges()) {
      for (const pair of pairs) {
        const { reason } = decide(this.connections, {
          ...pair,
          protocol,
          port: from,
        });
        if (reason !== undefined) {
          reasons.add(reason);
        }
      }
    }
    return [...reasons].sort();
  }
}

/** A loop, since it runs for every pair. */
function hasSome(set: ClassSet, classes: readonly PodClass[]): boolean {
  for (const { id } of classes) {
    if (set.has(id)) {
      return true;
    }
  }
  return false;
}

function numberFor<K>(key: K, numbers: Map<K, number>): number {
  let number = numbers.get(key);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(key, number);
  }
  return number;
}
