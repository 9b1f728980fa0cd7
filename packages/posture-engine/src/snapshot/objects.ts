/**
 * The words for Kubernetes objects that the whole engine uses: what names an
 * object, and what a caller may hand in before anything has been checked.
 */

/** Any JSON value, as evidence and excerpts carry it. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | JsonValue[]
  | { [key: string]: JsonValue };

/**
 * An object as it comes from an API server or a manifest: nothing about it has
 * been checked but that it says what it is and what it is called.
 */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

/** Names one object of one cluster. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectReference {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** The API group of an `apiVersion`: `apps/v1` → `apps`, `v1` → the empty core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The version of an `apiVersion`: `apps/v1` → `v1`, `v1` → `v1`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

/**
 * Equal for what a cluster holds once: whatever version of its kind it is
 * written in, and whether or not it says that its namespace is `default`.
 */
export function identityOf({
  apiVersion,
  kind,
  namespace,
  name,
}: {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}): string {
  return JSON.stringify([
    groupOf(apiVersion),
    kind,
    namespace || 'default',
    name,
  ]);
}

/** `kind namespace/name`, as people say it in messages. */
export function describeObject(reference: {
  kind: string;
  namespace?: string;
  name: string;
}): string {
  const { kind, namespace, name } = reference;
  return namespace ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

/** The name of an object that carries its own header. */
export function referenceTo(resource: {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}): ObjectReference {
  const { apiVersion, kind, metadata } = resource;
  return {
    apiVersion,
    kind,
    ...(metadata.namespace === undefined
      ? {}
      : { namespace: metadata.namespace }),
    name: metadata.name,
  };
}
