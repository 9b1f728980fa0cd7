/** The status that the API server itself gives to a new object, before any controller has seen it. */
import type { ServedKind } from '../kinds/servedKind';
import { resourceName } from '../kinds/servedKind';

const STATUS: Record<string, Record<string, number>> = {
  'deployments.apps': {},
  'replicasets.apps': { replicas: 0 },
  replicationcontrollers: { replicas: 0 },
  'statefulsets.apps': { availableReplicas: 0, replicas: 0 },
  'daemonsets.apps': {
    currentNumberScheduled: 0,
    desiredNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
  },
  'jobs.batch': {},
  'cronjobs.batch': {},
};

/** `{ status }`, or nothing where a new object has none. */
export function initialStatus(kind: ServedKind): {
  status?: Record<string, number>;
} {
  const status = STATUS[resourceName(kind)];
  return status ? { status: { ...status } } : {};
}
