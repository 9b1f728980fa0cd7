/** Watches which kinds controls read, since a kind that a control reads and does not name among its needs would make a wrong verdict of a missing right. */
import { ClusterSnapshot, KindName, WORKLOAD_KINDS } from '../snapshot';

/** The same snapshot; calls `onRead` with every kind that is looked up in it, also by facts that are derived from it. */
export function recordReads(
  snapshot: ClusterSnapshot,
  onRead: (kind: KindName) => void,
): ClusterSnapshot {
  const derived = new Map<unknown, unknown>();
  const recorder: ClusterSnapshot = new Proxy(snapshot, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (property === 'workloads') {
        WORKLOAD_KINDS.forEach(onRead);
      }
      if (typeof value !== 'function') {
        return value;
      }
      return (...parameters: unknown[]) => {
        if (property === 'deriveIn') {
          const [namespace, compute] = parameters as [
            string,
            (of: ClusterSnapshot, namespace: string) => unknown,
          ];
          return compute(recorder, namespace);
        }
        if (property === 'workloadsIn') {
          WORKLOAD_KINDS.forEach(onRead);
        }
        if (property === 'derive') {
          const [compute] = parameters as [(of: ClusterSnapshot) => unknown];
          if (!derived.has(compute)) {
            derived.set(compute, compute(recorder));
          }
          return derived.get(compute);
        }
        if (property === 'namespaceLabels') {
          onRead('Namespace');
        } else if (
          property === 'all' ||
          property === 'get' ||
          property === 'inNamespace'
        ) {
          onRead(parameters[0] as KindName);
        }
        return value.apply(target, parameters);
      };
    },
  });
  return recorder;
}
