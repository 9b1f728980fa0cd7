/**
 * Whom Calico's selectors and blocks mean. In the packet filter all of them are
 * sets of addresses: a selector's is those of the pods that it selects, of the
 * network sets and of the host endpoints. A pod of several addresses may be in
 * a set with some of them only.
 */
import { ClassSet, EndpointClass, PodClass, Universe } from '../../decisions';
import type { ClusterSnapshot } from '../../snapshot';
import { Labels, podLabels } from './endpointLabels';
import { AddressSet, addressSetsOf } from './addressSets';
import { keyOfSelector, matchesCalico } from './selector';
import type { ScopedSelector } from './scopedSelector';

/** One set of addresses. */
export interface Members {
  /** Pods of which all addresses are in it, whether they are known yet or not. */
  pods: ClassSet;
  /** Everybody with some address in one of the blocks that belong to it. */
  blocks: ClassSet;
}

/** Which endpoints meet a match on addresses. */
export interface Matched {
  /** With every address. */
  all: ClassSet;
  /** With some. */
  some: ClassSet;
  /** Have no address yet, and it would depend on it. */
  open: ClassSet;
}

export class Endpoints {
  static create(snapshot: ClusterSnapshot, universe: Universe): Endpoints {
    return new Endpoints(
      universe,
      universe.podClasses.map(({ pods }) => podLabels(snapshot, pods[0])),
      snapshot.derive(addressSetsOf),
    );
  }

  /** Pods with none or several addresses: all others are in a set or not. */
  readonly #manifold: readonly PodClass[];
  readonly #single: ClassSet;
  readonly #known = new Map<string, Members>();

  private constructor(
    readonly universe: Universe,
    private readonly labels: readonly Labels[],
    private readonly sets: readonly AddressSet[],
  ) {
    this.#manifold = universe.podClasses.filter(
      pod => this.addressesOf(pod).length !== 1,
    );
    this.#single = universe.everyone.subtract(
      ClassSet.of(this.#manifold.map(({ id }) => id)),
    );
  }

  matchesPod({ selector, namespace }: ScopedSelector, pod: PodClass): boolean {
    return (
      (namespace === undefined || pod.namespace === namespace) &&
      matchesCalico(selector, this.labels[pod.id])
    );
  }

  /** The external classes that a class has addresses in. */
  addressesOf(endpoint: EndpointClass): readonly number[] {
    return endpoint.kind === 'pods'
      ? endpoint.pods[0].ips.flatMap(
          ip => this.universe.classOfAddress(ip)?.id ?? [],
        )
      : [endpoint.id];
  }

  selected(scoped: ScopedSelector): Members {
    const key = keyOfSelector(scoped.selector);
    let members = this.#known.get(key);
    if (!members) {
      const { namespace } = scoped;
      const candidates =
        namespace === undefined
          ? this.universe.podClasses
          : this.universe.classesIn(namespace);
      members = {
        pods: ClassSet.of(
          candidates
            .filter(pod => !pod.hostNetwork && this.matchesPod(scoped, pod))
            .map(({ id }) => id),
        ),
        blocks: this.blocks(
          this.sets
            .filter(set => matchesCalico(scoped.selector, set.labels))
            .flatMap(({ blocks }) => blocks),
        ),
      };
      this.#known.set(key, members);
    }
    return members;
  }

  blocks(blocks: readonly string[]): ClassSet {
    return ClassSet.union(blocks.map(block => this.universe.block(block)));
  }

  /** Addresses that are in each of `within` and in none of `without`. */
  matching(within: readonly Members[], without: readonly Members[]): Matched {
    if (within.length + without.length === 0) {
      const { everyone } = this.universe;
      return { all: everyone, some: everyone, open: ClassSet.none };
    }
    let single = this.#single;
    for (const { pods, blocks } of within) {
      single = single.intersect(ClassSet.union([pods, blocks]));
    }
    for (const { pods, blocks } of without) {
      single = single.subtract(pods).subtract(blocks);
    }
    const all: number[] = [];
    const some: number[] = [];
    const open: number[] = [];
    for (const pod of this.#manifold) {
      const addresses = this.addressesOf(pod);
      if (addresses.length === 0) {
        const outcome = ofUnknownAddress(pod, within, without);
        if (outcome !== 'no') {
          (outcome === 'yes' ? all : open).push(pod.id);
        }
        continue;
      }
      const matches = addresses.filter(
        address =>
          within.every(set => contains(set, pod, address)) &&
          !without.some(set => contains(set, pod, address)),
      );
      if (matches.length > 0) {
        (matches.length === addresses.length ? all : some).push(pod.id);
      }
    }
    const every = ClassSet.union([single, ClassSet.of(all)]);
    return {
      all: every,
      some: ClassSet.union([every, ClassSet.of(some)]),
      open: ClassSet.of(open),
    };
  }
}

function contains(
  { pods, blocks }: Members,
  pod: PodClass,
  address: number,
): boolean {
  return pods.has(pod.id) || blocks.has(address);
}

function ofUnknownAddress(
  pod: PodClass,
  within: readonly Members[],
  without: readonly Members[],
): 'yes' | 'no' | 'open' {
  const sure = (set: Members) => set.pods.has(pod.id);
  const never = (set: Members) => !sure(set) && set.blocks.isEmpty;
  if (within.some(never) || without.some(sure)) {
    return 'no';
  }
  return within.every(sure) && without.every(never) ? 'yes' : 'open';
}
