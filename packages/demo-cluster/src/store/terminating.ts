/** An object that is to go, but has to wait for something. */
import type { ApiObject } from './apiObject';

export function terminating(object: ApiObject, now: string): ApiObject {
  const namespace = object.kind === 'Namespace';
  return {
    ...object,
    metadata: {
      ...object.metadata,
      deletionTimestamp: now,
      ...(namespace ? {} : { deletionGracePeriodSeconds: 0 }),
    },
    ...(namespace ? { status: { phase: 'Terminating' } } : {}),
  };
}
