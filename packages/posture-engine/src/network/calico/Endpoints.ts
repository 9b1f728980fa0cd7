/**
 * Whom Calico's selectors and blocks mean. In the packet filter all of them are
 * sets of addresses: a selector's is those of the pods that it selects, of the
 * network sets and of the host endpoints. A pod of several addresses may be in
 * a set with some of them only.
 */
import {
  ClassSet,
  EndpointClass,
  FactCache,
  Look,
  PodClass,
  Universe,
  isStrange,
} from '../../decisions';
import type { ClusterSnapshot } from '../../snapshot';
import { CALICO_LABELS } from './endpointLabels';
import { AddressSet, addressSetsOf } from './addressSets';
import { selectCalico } from './selectClasses';
import { CalicoSelector, keyOfSelector, matchesCalico } from './selector';
import type { ScopedSelector } from './scopedSelector';

/** One set of addresses. */
export interface Members {
  /** Equal for equal sets of a snapshot. */
  key: string;
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

const lookAtAddresses: Look = ({ pods: [pod] }) => {
  if (pod.ips.length === 1) {
    return 'single';
  }
  return isStrange(pod) ? 'nobody' : pod.ips.join();
};

export class Endpoints {
  static create(snapshot: ClusterSnapshot, universe: Universe): Endpoints {
    return new Endpoints(universe, snapshot, snapshot.derive(addressSetsOf));
  }

  readonly #known: FactCache<Members>;
  readonly #matched: FactCache<Matched>;

  private constructor(
    readonly universe: Universe,
    private readonly snapshot: ClusterSnapshot,
    private readonly sets: readonly AddressSet[],
  ) {
    this.#known = FactCache.create(universe.facts);
    this.#matched = FactCache.create(universe.facts);
  }

  matchesPod({ selector, namespace }: ScopedSelector, pod: PodClass): boolean {
    return (
      (namespace === undefined || pod.namespace === namespace) &&
      matchesCalico(selector, CALICO_LABELS.labelsOf(pod, this.snapshot))
    );
  }

  /** The pods that a selector means, whoever is on his node's network left out. */
  pods({ selector }: ScopedSelector): ClassSet {
    const { facts, podNetwork } = this.universe;
    return facts.of(
      `calico ${keyOfSelector(selector)}`,
      lookAtLabels(selector),
      () =>
        selectCalico(podNetwork, selector, label =>
          this.universe.labelSets(CALICO_LABELS, label),
        ),
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
    return this.#known.get(key, () => ({
      key: `selected ${key}`,
      pods: this.pods(scoped),
      blocks: this.blocks(
        this.sets
          .filter(set => matchesCalico(scoped.selector, set.labels))
          .flatMap(({ blocks }) => blocks),
      ),
    }));
  }

  /** Pods with none or several addresses: all others are in a set or not. */
  #manifold(): { ids: readonly number[]; single: ClassSet } {
    const { facts, everyone, selectableClasses } = this.universe;
    return facts.of('calico manifold', lookAtAddresses, () => {
      const ids = selectableClasses
        .filter(pod => this.addressesOf(pod).length !== 1)
        .map(({ id }) => id);
      return { ids, single: everyone.subtract(ClassSet.of(ids)) };
    });
  }

  blocks(blocks: readonly string[]): ClassSet {
    return ClassSet.union(blocks.map(block => this.universe.block(block)));
  }

  /** Addresses that are in each of `within` and in none of `without`. */
  matching(within: readonly Members[], without: readonly Members[]): Matched {
    const keysOf = (members: readonly Members[]) =>
      members.map(({ key }) => key).join('&');
    return this.#matched.get(`${keysOf(within)}!${keysOf(without)}`, () =>
      this.#match(within, without),
    );
  }

  #match(within: readonly Members[], without: readonly Members[]): Matched {
    const { everyone } = this.universe;
    const plain = (of: ClassSet) => {
      let set = of;
      for (const { pods, blocks } of within) {
        set = set.intersect(ClassSet.union([pods, blocks]));
      }
      for (const { pods, blocks } of without) {
        set = set.subtract(pods).subtract(blocks);
      }
      return set;
    };
    if ([...within, ...without].every(({ blocks }) => blocks.isEmpty)) {
      // No address matters, so all of a pod's are in a set or none.
      const all = plain(everyone);
      return { all, some: all, open: ClassSet.none };
    }
    const manifold = this.#manifold();
    const single = plain(manifold.single);
    const all: number[] = [];
    const some: number[] = [];
    const open: number[] = [];
    for (const id of manifold.ids) {
      const pod = this.universe.selectableClasses[id];
      const addresses = this.addressesOf(pod);
      if (addresses.length === 0) {
        const outcome = ofUnknownAddress(
          pod,
          within,
          without,
          isStrange(pod.pods[0]),
        );
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
  isStranger: boolean,
): 'yes' | 'no' | 'open' {
  const sure = (set: Members) => set.pods.has(pod.id);
  // A block means addresses that somebody thought of.
  const never = (set: Members) =>
    !sure(set) && (isStranger || set.blocks.isEmpty);
  if (within.some(never) || without.some(sure)) {
    return 'no';
  }
  return within.every(sure) && without.every(never) ? 'yes' : 'open';
}

function lookAtLabels(selector: CalicoSelector): Look {
  return (podClass, snapshot) =>
    !podClass.hostNetwork &&
    matchesCalico(selector, CALICO_LABELS.labelsOf(podClass, snapshot));
}
