/** What every controller works with. */
import type { KindRegistry } from '../kinds/KindRegistry';
import type { ServedKind } from '../kinds/servedKind';
import type { ApiObject } from '../store/apiObject';
import { sorted } from '../store/compare';
import { shortHash } from '../admission/serviceAccountToken';
import type { ObjectService } from '../store/ObjectService';
import type { ObjectStore } from '../store/ObjectStore';
import type { GarbageCollector } from './GarbageCollector';

export type DataPlane = 'none' | 'sidecar' | 'ambient';

export interface ControllerContext {
  store: ObjectStore;
  kinds: KindRegistry;
  objects: ObjectService;
  garbage: GarbageCollector;
  dataPlane: DataPlane;
}

export function controllerUser(name: string): string {
  return `system:serviceaccount:kube-system:${name}-controller`;
}

/** A built-in kind that is always served. */
export function kindOf(kinds: KindRegistry, resource: string): ServedKind {
  const kind = kinds.byResource(resource);
  if (!kind) {
    throw new Error(`${resource} is not served`);
  }
  return kind;
}

/** The same text for the same template, whatever the order of its fields. */
export function templateHash(template: unknown): string {
  return shortHash(JSON.stringify(sorted(template ?? {})), 10);
}

export function controllerReference(owner: ApiObject) {
  const { apiVersion, kind, metadata } = owner;
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Writes the status of an object that still exists. */
export function writeStatus(
  { store, kinds, objects }: ControllerContext,
  resource: string,
  owner: ApiObject,
  status: Record<string, unknown>,
  user: string,
): void {
  const { namespace, name } = owner.metadata;
  const current = store.get(resource, namespace, name);
  if (current) {
    objects.update(
      kindOf(kinds, resource),
      { ...current, status },
      { user, subresource: 'status' },
    );
  }
}

/** More pods than this no workload gets here, whatever it asks for. */
const MOST_PODS = 5_000;

/** A number of pods as a workload asks for it. */
export function podCount(value: unknown): number {
  const count = value === undefined ? 1 : Number(value);
  return Number.isInteger(count) ? Math.min(Math.max(count, 0), MOST_PODS) : 0;
}
