/** Which kinds a cluster serves at this moment: the built-in ones, and those of its CustomResourceDefinitions. */
import { ObjectStore } from '../store/ObjectStore';
import { BUILT_IN_KINDS } from './builtInKinds';
import {
  kindOfCustomResourceDefinition,
  resourceName,
  ServedKind,
} from './servedKind';

export const CRD_RESOURCE = 'customresourcedefinitions.apiextensions.k8s.io';

const BUILT_IN_RESOURCES = new Set(BUILT_IN_KINDS.map(resourceName));

export class KindRegistry {
  readonly #kinds = new Map(
    BUILT_IN_KINDS.map(kind => [resourceName(kind), kind]),
  );

  static create(store: ObjectStore): KindRegistry {
    const registry = new KindRegistry();
    store.subscribe(({ resource, type, object }) => {
      const kind =
        resource === CRD_RESOURCE
          ? kindOfCustomResourceDefinition(object)
          : undefined;
      // A definition cannot take the place of what is built in.
      if (!kind || BUILT_IN_RESOURCES.has(resourceName(kind))) {
        return;
      }
      if (type === 'DELETED') {
        registry.#kinds.delete(resourceName(kind));
      } else {
        registry.#kinds.set(resourceName(kind), kind);
      }
    });
    return registry;
  }

  private constructor() {}

  all(): ServedKind[] {
    return [...this.#kinds.values()];
  }

  byResource(resource: string): ServedKind | undefined {
    return this.#kinds.get(resource);
  }

  find(group: string, version: string, plural: string): ServedKind | undefined {
    const kind = this.#kinds.get(resourceName({ group, plural }));
    return kind?.versions.includes(version) ? kind : undefined;
  }

  /** By what a manifest says: `networking.k8s.io/v1`, `NetworkPolicy`. */
  ofManifest(apiVersion: string, kind: string): ServedKind | undefined {
    const slash = apiVersion.indexOf('/');
    const group = slash < 0 ? '' : apiVersion.slice(0, slash);
    const version = apiVersion.slice(slash + 1);
    return this.all().find(
      served =>
        served.kind === kind &&
        served.group === group &&
        served.versions.includes(version),
    );
  }

  /** Every group with its versions, the preferred one first; the core group is ''. */
  groups(): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    for (const { group, versions } of this.#kinds.values()) {
      const known = groups.get(group) ?? [];
      known.push(...versions.filter(version => !known.includes(version)));
      groups.set(group, known.sort(compareVersions));
    }
    return groups;
  }
}

function rank(version: string): number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) {
    return [-1];
  }
  const stages: Record<string, number> = { alpha: 0, beta: 1 };
  const stage = match[2] ? stages[match[2]] : 2;
  return [stage, Number(match[1]), Number(match[3] ?? 0)];
}

/** As discovery orders them: v1 before v1beta1 before v1alpha1, newer first. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [rank(left), rank(right)];
  for (let index = 0; index < 3; index++) {
    const difference = (b[index] ?? 0) - (a[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}
