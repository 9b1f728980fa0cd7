/** Objects as the server holds them: whole, checked for nothing but their header. */
import type { JsonValue } from '@backstage-zero-trust/posture-engine';

export type JsonObject = { [field: string]: JsonValue };

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ManagedFields {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
  subresource?: string;
}

export type ObjectMeta = {
  name: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFields[];
};

/** Never changed once it is in the store: a change is a new object. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordAt(
  value: unknown,
  ...path: string[]
): Record<string, unknown> | undefined {
  let current: unknown = value;
  for (const key of path) {
    current = isRecord(current) ? current[key] : undefined;
  }
  return isRecord(current) ? current : undefined;
}

export function listAt(value: unknown, ...path: string[]): unknown[] {
  let current: unknown = value;
  for (const key of path) {
    current = isRecord(current) ? current[key] : undefined;
  }
  return Array.isArray(current) ? current : [];
}

export function stringAt(
  value: unknown,
  ...path: string[]
): string | undefined {
  let current: unknown = value;
  for (const key of path) {
    current = isRecord(current) ? current[key] : undefined;
  }
  return typeof current === 'string' ? current : undefined;
}

/** Where objects of a namespace and a name sort, as etcd's keys do. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}
