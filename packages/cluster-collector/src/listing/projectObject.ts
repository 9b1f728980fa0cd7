/**
 * The edge: what an API server sent becomes what the engine reads, and nothing
 * else goes further. Raw objects end here, so memory holds projections only.
 */
import {
  KINDS,
  KindDefinition,
  KindName,
  KubernetesObject,
  readObject,
} from '@backstage-zero-trust/posture-engine';
import { ClusterRequestError } from '../connection/ClusterRequestError';
import { isRecord, textOf } from '../json';

/** One object as it is kept. */
export interface CollectedObject {
  /** Namespace and name. */
  key: string;
  resourceVersion: string;
  object: KubernetesObject;
}

/** Large, and a copy of what is in the object anyway: of a Secret, its data. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Annotations that Kubernetes itself sets; others on a Secret may hold anything. */
const SAFE_ANNOTATIONS = /^([a-z.-]+\.)?kubernetes\.io\/service-account\./;

/**
 * Where nothing was wrong, `object` is the engine's own projection. An object
 * that the engine cannot read is kept, so that it can say why.
 */
export function projectObject(
  kind: KindName,
  apiVersion: string,
  raw: unknown,
): CollectedObject {
  const metadata = isRecord(raw) ? raw.metadata : undefined;
  if (!isRecord(raw) || !isRecord(metadata) || textOf(metadata.name) === '') {
    throw new ClusterRequestError(
      'failed',
      `the API server sent something among the ${KINDS[kind].plural} that is not an object with a name`,
    );
  }
  const definition: KindDefinition = KINDS[kind];
  const name = textOf(metadata.name);
  const namespace = textOf(metadata.namespace);
  const object: KubernetesObject = {
    ...(definition.metadataOnly ? knownBySelector(definition) : raw),
    apiVersion,
    kind: definition.kind,
    metadata: keptMetadata(metadata, name, definition),
  };
  const result = readObject(object);
  return {
    key: `${namespace}/${name}`,
    resourceVersion: textOf(metadata.resourceVersion),
    object: 'resource' in result ? result.resource : object,
  };
}

function keptMetadata(
  metadata: Record<string, unknown>,
  name: string,
  { metadataOnly }: KindDefinition,
): KubernetesObject['metadata'] {
  const kept: Record<string, unknown> = { ...metadata };
  delete kept.managedFields;
  if (isRecord(metadata.annotations)) {
    kept.annotations = Object.fromEntries(
      Object.entries(metadata.annotations).filter(([key]) =>
        metadataOnly ? SAFE_ANNOTATIONS.test(key) : key !== LAST_APPLIED,
      ),
    );
  }
  return {
    ...kept,
    name,
    namespace: textOf(metadata.namespace) || undefined,
  };
}

/** A list that was narrowed to `type=X` tells the type of all that is in it. */
function knownBySelector({
  fieldSelector,
}: KindDefinition): Record<string, string> {
  const known: Record<string, string> = {};
  for (const term of fieldSelector?.split(',') ?? []) {
    const [field, value] = term.split('=');
    if (value !== undefined && /^[a-z]+$/i.test(field)) {
      known[field] = value;
    }
  }
  return known;
}
