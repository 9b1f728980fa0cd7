/** Writes the connections of a cluster down as a {@link ConnectionMapData}. */
import { PodView, WorkloadReference, describeObject } from '../../snapshot';
import { blocksOf } from '../addresses';
import type { ClassSet } from '../ClassSet';
import type { Connections } from '../Connections';
import type { PortSet } from '../PortSet';
import { DIRECTIONS, Direction, TierAnswer } from '../tier';
import type { EndpointClass, PodClass } from '../endpointClasses';
import {
  ConnectionMapData,
  MappedDecision,
  MappedField,
  Runs,
  runsOf,
} from './data';
import { SideDecision, sideParts } from './sides';

/** A `Workload` is one. */
export interface MappableWorkload {
  reference: WorkloadReference;
  pods: readonly PodView[];
}

/** Gives everything equal one number, in the order of its coming. */
class Numbers<T> {
  readonly values: T[] = [];
  readonly #numbers = new Map<unknown, number>();

  of(key: unknown, create: () => T): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.values.push(create()) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}

type Data = ConnectionMapData;

class Mapper {
  readonly #profiles = new Numbers<readonly PodClass[]>();
  readonly #answers = new Numbers<TierAnswer>();
  readonly #sides = new Numbers<Data['sides'][number]>();
  readonly #sets = new Numbers<Runs>();
  readonly #outcomes = new Numbers<Data['outcomes'][number]>();
  readonly #ports = new Numbers<Data['ports'][number]>();
  readonly #decisions = new Numbers<MappedDecision>();
  readonly #fields = new Numbers<MappedField>();
  readonly #objects = new Numbers<Data['objects'][number]>();

  constructor(private readonly connections: Connections) {}

  *map(workloads: readonly MappableWorkload[]): Generator<undefined, Data> {
    const { universe } = this.connections;
    const mapped = workloads.map(
      ({ reference: { kind, namespace, name }, pods }) =>
        [kind, namespace, name, this.#profileOf(pods)] as const,
    );
    yield;
    const profiles = this.#profiles.values;
    const classes = new Map<number, EndpointClass>();
    for (const member of [...profiles.flat(), ...universe.nodeClasses]) {
      classes.set(member.id, member);
    }
    // Whom no policy is about, addresses outside among them, is on the side that lets everything pass.
    this.#sideOf('', universe.externalClasses[0], 'egress');
    const size =
      universe.externalClasses[0].id +
      universe.externalClasses.length +
      universe.nodeClasses.length;
    const sides: Record<Direction, number[]> = {
      egress: new Array<number>(size).fill(0),
      ingress: new Array<number>(size).fill(0),
    };
    for (const [id, member] of [...classes].sort(([a], [b]) => a - b)) {
      for (const direction of DIRECTIONS) {
        const key = this.connections
          .answers(member, direction)
          .map(answer => this.#answers.of(answer, () => answer))
          .join();
        sides[direction][id] = this.#sideOf(key, member, direction);
      }
      yield;
    }
    return {
      version: 1,
      workloads: mapped,
      profiles: profiles.map(members => members.map(({ id }) => id)),
      hosts: [...classes.values()]
        .filter(member => member.kind === 'pods' && member.hostNetwork)
        .map(({ id }) => id)
        .sort((left, right) => left - right),
      outside: universe.externalClasses.map(
        ({ id, ranges }) => [id, ranges.flatMap(blocksOf)] as const,
      ),
      places: universe.nodeClasses.length === 0 ? [] : this.#placesOf(profiles),
      ...sides,
      sides: this.#sides.values,
      sets: this.#sets.values,
      outcomes: this.#outcomes.values,
      ports: this.#ports.values,
      decisions: this.#decisions.values,
      fields: this.#fields.values,
      objects: this.#objects.values,
    };
  }

  #profileOf(pods: readonly PodView[]): number {
    const { universe } = this.connections;
    const byClass = new Map<PodClass, PodView[]>();
    for (const pod of pods) {
      const podClass = universe.classOfPod(pod);
      if (podClass) {
        byClass.set(podClass, [...(byClass.get(podClass) ?? []), pod]);
      }
    }
    const classes = [...byClass]
      .map(([podClass, own]): PodClass => ({ ...podClass, pods: own }))
      .sort((left, right) => left.id - right.id);
    // Where nodes count by place, it matters on which ones the pods are.
    const nodesOf = (own: readonly PodView[]) =>
      [...new Set(own.map(({ spec }) => spec.nodeName ?? ''))].sort().join();
    const key = classes
      .map(({ id, pods: own }) =>
        universe.nodeClasses.length === 0 ? id : `${id}@${nodesOf(own)}`,
      )
      .join(';');
    return this.#profiles.of(key, () => classes);
  }

  #sideOf(key: string, member: EndpointClass, direction: Direction): number {
    return this.#sides.of(key === '' ? key : `${direction} ${key}`, () =>
      sideParts(this.connections, member, direction, decision =>
        this.#decisionOf(decision),
      ).map(({ peers, decisions }) => {
        const entries = decisions.map(
          ({ ports, decision }) => [this.#portsOf(ports), decision] as const,
        );
        return [
          this.#setOf(peers),
          this.#outcomes.of(entries.join(';'), () => entries),
        ] as const;
      }),
    );
  }

  #setOf(set: ClassSet): number {
    return this.#sets.of(set.key, () => runsOf(set));
  }

  #portsOf(ports: PortSet): number {
    return this.#ports.of(ports.key, () =>
      ports.ranges().flatMap(({ protocol, from, to }) => [protocol, from, to]),
    );
  }

  #decisionOf({ decidedBy, ...decision }: SideDecision): number {
    const fields = decidedBy.map(
      ({ layer, direction, effect, object, field }) => {
        const number = this.#objects.of(
          `${object.apiVersion} ${describeObject(object)}`,
          () => object,
        );
        const mapped = [layer, direction, effect, number, field] as const;
        return this.#fields.of(mapped.join('\u0000'), () => mapped);
      },
    );
    const mapped = { ...decision, decidedBy: fields };
    return this.#decisions.of(JSON.stringify(mapped), () => mapped);
  }

  #placesOf(profiles: readonly (readonly PodClass[])[]): Data['places'] {
    const slots = profiles.flat();
    return slots.flatMap((host, slot) => {
      if (!host.hostNetwork) {
        return [];
      }
      const groups = new Map<string, { classes: number[]; slots: number[] }>();
      slots.forEach((other, index) => {
        if (!other.hostNetwork) {
          const classes = this.connections.universe
            .betweenClasses(host, other)
            .map(({ source }) => source.id)
            .sort((left, right) => left - right);
          const group = groups.get(classes.join()) ?? { classes, slots: [] };
          group.slots.push(index);
          groups.set(classes.join(), group);
        }
      });
      return [...groups.values()].map(
        group => [slot, group.classes, runsOf(group.slots)] as const,
      );
    });
  }
}

/** Yields in between, so that whoever has other things to do can pause; returns the map. */
export function* mapConnections(
  connections: Connections,
  workloads: readonly MappableWorkload[],
): Generator<undefined, ConnectionMapData> {
  return yield* new Mapper(connections).map(workloads);
}
