/**
 * Who owns whom. Chains come from whoever may write objects, so they may point
 * at what was not listed, at each other, or at kinds that share a name.
 */
import { KindName, KINDS, Metadata, OwnerReference, Resource } from './kinds';
import { ObjectReference, groupOf } from './objects';

const OWNER_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
] as const;
/** The kinds that make pods by a template. */
export type OwnerKind = (typeof OWNER_KINDS)[number];
export const WORKLOAD_KINDS: readonly (OwnerKind | 'Pod')[] = [
  ...OWNER_KINDS,
  'Pod',
];

const BUILT_IN = new Map<string, string>(
  WORKLOAD_KINDS.map(kind => [kind, KINDS[kind].group]),
);

/** An owner that makes pods by a template, and that the source holds. */
export interface Owner {
  key: string;
  resource: Resource<OwnerKind>;
}

/** The end of an owner chain. */
export interface TopOwner {
  key: string;
  group: string;
  kind: string;
  namespace: string;
  name: string;
  /** As the owned object names it. */
  object: ObjectReference;
  /** Absent for a pod of its own, and for what the source does not hold. */
  owner?: Owner;
  builtIn: boolean;
  /** A kind of somebody else with the name of a built-in one, such as Volcano's Job. */
  shadowsBuiltIn: boolean;
}

export interface Ownership {
  top: TopOwner;
  /** The highest owner of the chain that the source holds. */
  highest?: Owner;
}

type Owned = {
  apiVersion: string;
  kind: string;
  metadata: Pick<Metadata, 'name' | 'namespace' | 'ownerReferences'>;
};

export class OwnerIndex {
  static create(
    source: {
      inNamespace<K extends KindName>(
        kind: K,
        namespace: string,
      ): readonly Resource<K>[];
    },
    namespace: string,
  ): OwnerIndex {
    const owners = new Map<string, Owner>();
    for (const kind of OWNER_KINDS) {
      for (const resource of source.inNamespace(kind, namespace)) {
        const { key } = describe(resource);
        owners.set(key, { key, resource });
      }
    }
    return new OwnerIndex(owners);
  }

  /** By the key of the direct owner; most pods share theirs. */
  readonly #known = new Map<string, Ownership>();

  private constructor(private readonly owners: ReadonlyMap<string, Owner>) {}

  all(): Iterable<Owner> {
    return this.owners.values();
  }

  /**
   * The end of the chain of controllers that starts at an object. A pod of a
   * Node (a static pod), or of nothing, is its own. A chain that bites its own
   * tail ends at the first of the loop by name, wherever it was entered.
   */
  ownersOf(owned: Owned): Ownership {
    const self = describe(owned);
    const reference = controllerOf(owned);
    if (!reference || isNode(reference)) {
      const owner = this.owners.get(self.key);
      return { top: { ...self, owner }, highest: owner };
    }
    const start = describeReference(reference, self.namespace);
    let known = this.#known.get(start.key);
    if (!known) {
      known = this.#climb(start);
      this.#known.set(start.key, known);
    }
    return known;
  }

  #climb(start: TopOwner): Ownership {
    const chain: TopOwner[] = [start];
    let highest = this.owners.get(start.key);
    for (let owner = highest; owner; ) {
      const reference = controllerOf(owner.resource);
      if (!reference || isNode(reference)) {
        break;
      }
      const next = describeReference(reference, start.namespace);
      const seen = chain.findIndex(({ key }) => key === next.key);
      if (seen >= 0) {
        const [top] = chain
          .slice(seen)
          .sort((left, right) => (left.key < right.key ? -1 : 1));
        highest = this.owners.get(top.key);
        return { top: { ...top, owner: highest }, highest };
      }
      chain.push(next);
      owner = this.owners.get(next.key);
      highest = owner ?? highest;
    }
    const top = chain[chain.length - 1];
    return { top: { ...top, owner: this.owners.get(top.key) }, highest };
  }
}

function controllerOf({
  metadata: { ownerReferences = [] },
}: Owned): OwnerReference | undefined {
  return (
    ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0]
  );
}

function isNode({ apiVersion, kind }: OwnerReference): boolean {
  return kind === 'Node' && groupOf(apiVersion) === '';
}

function describe({ apiVersion, kind, metadata }: Owned): TopOwner {
  const namespace = metadata.namespace ?? 'default';
  return describeReference(
    { apiVersion, kind, name: metadata.name },
    namespace,
  );
}

function describeReference(
  {
    apiVersion,
    kind,
    name,
  }: Pick<OwnerReference, 'apiVersion' | 'kind' | 'name'>,
  namespace: string,
): TopOwner {
  const named = groupOf(apiVersion);
  const builtInGroup = BUILT_IN.get(kind);
  // Owner references of old clusters still say `extensions/v1beta1`.
  const group =
    named === 'extensions' && builtInGroup !== undefined ? builtInGroup : named;
  const builtIn = builtInGroup === group;
  return {
    key: `${group}/${kind}\u0000${namespace}\u0000${name}`,
    group,
    kind,
    namespace,
    name,
    object: { apiVersion, kind, namespace, name },
    builtIn,
    shadowsBuiltIn: !builtIn && builtInGroup !== undefined,
  };
}
