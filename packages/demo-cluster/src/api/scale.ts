/** The scale subresource: a workload's number of replicas as an object of its own. */
import { ApiObject, isRecord, recordAt } from '../store/apiObject';
import { badRequest } from './status';

export function toScale(object: ApiObject): ApiObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } =
    object.metadata;
  const labels = recordAt(object, 'spec', 'selector', 'matchLabels') ?? {};
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    // As the real server leaves out what is 0.
    spec: { replicas: recordAt(object, 'spec')?.replicas || undefined },
    status: {
      replicas: recordAt(object, 'status')?.replicas ?? 0,
      selector: Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    },
  };
}

/** The object with the number of replicas that a Scale asks for. */
export function fromScale(object: ApiObject, scale: unknown): ApiObject {
  const replicas = recordAt(scale, 'spec')?.replicas ?? 0;
  if (!isRecord(scale) || !Number.isInteger(replicas) || Number(replicas) < 0) {
    throw badRequest(
      'spec.replicas of a Scale must be a whole number of at least 0',
    );
  }
  const resourceVersion = recordAt(scale, 'metadata')?.resourceVersion;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
    spec: { ...recordAt(object, 'spec'), replicas },
  };
}
