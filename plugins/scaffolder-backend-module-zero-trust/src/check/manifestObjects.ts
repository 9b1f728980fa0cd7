/** Objects of manifests as an API server would name and store them. */
import {
  KINDS,
  KubernetesObject,
  ObjectReference,
  groupOf,
  kindNameOf,
} from '@backstage-zero-trust/posture-engine';

/** Whether the engine reads the object's kind and finds it in namespaces. */
export function isNamespaced(object: KubernetesObject): boolean {
  return definitionOf(object)?.namespaced === true;
}

/** The object's name; one that says no namespace gets into `default`, as with kubectl. */
export function referenceOf(object: KubernetesObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  const written = metadata.namespace || undefined;
  const definition = definitionOf(object);
  const inNamespace = definition?.namespaced ? written ?? 'default' : undefined;
  const namespace = definition ? inNamespace : written;
  return {
    apiVersion,
    kind,
    name: metadata.name,
    ...(namespace ? { namespace } : {}),
  };
}

function definitionOf({ apiVersion, kind }: KubernetesObject) {
  const name = kindNameOf(groupOf(apiVersion), kind);
  return name && KINDS[name];
}

/** Tells objects apart as an API server does: whatever version they are written in. */
export function keyOf(reference: ObjectReference): string {
  const { apiVersion, kind, namespace = '', name } = reference;
  return [groupOf(apiVersion), kind, namespace, name].join('/');
}

/** Later than any object that a cluster can already have. */
const NOT_YET_CREATED = '9999-12-31T23:59:59Z';
/** Earlier than any object that is still to come. */
const LONG_AGO = '1970-01-01T00:00:00Z';

/**
 * What an API server takes from the author of a new object. Age and status are
 * its own to give, and an owner written into a manifest would make the engine
 * judge the owner instead. `existing` is the object that this one replaces: it
 * keeps its age, which decides between policies. A Pod gets none: to the engine
 * one with an age runs already, and admission has no more to add.
 */
export function asCreated(
  object: KubernetesObject,
  existing: KubernetesObject | undefined,
): KubernetesObject {
  const { name, namespace, labels, annotations } = object.metadata;
  const created: KubernetesObject = {
    ...object,
    metadata: { name, namespace, labels, annotations },
    status: undefined,
  };
  if (object.kind !== 'Pod') {
    created.metadata.creationTimestamp =
      existing?.metadata.creationTimestamp ?? NOT_YET_CREATED;
  }
  return created;
}

/** An object of the cluster; manifests of a baseline have no age, and are older than what is new. */
export function asExisting(object: KubernetesObject): KubernetesObject {
  return {
    ...object,
    metadata: { creationTimestamp: LONG_AGO, ...object.metadata },
  };
}

/** Made by a controller, which makes it anew when its owner changes. */
export function isOwned({ metadata }: KubernetesObject): boolean {
  return (
    Array.isArray(metadata.ownerReferences) &&
    metadata.ownerReferences.length > 0
  );
}

/** A Rollout, a Knative Service and the like hold a pod template where a Deployment has it. */
export function runsPods({ spec }: KubernetesObject): boolean {
  const template = (spec as { template?: unknown } | undefined)?.template;
  const pod = (template as { spec?: unknown } | undefined)?.spec;
  return Array.isArray(
    (pod as { containers?: unknown } | undefined)?.containers,
  );
}
