/** Where in an object a label or an annotation of a pod is written, as evidence names it. */
import { JsonValue, ObjectReference, PodView, Workload } from '../snapshot';

/** One field of one object, and what it holds; null where it is absent, and its absence is the point. */
export interface FieldValue {
  object: ObjectReference;
  field: string;
  value: JsonValue;
}

/**
 * A label or annotation of a pod as evidence, at the template where the
 * template says the same (there people edit it), else at the pod. The value is
 * null where it is absent.
 */
export function metadataEvidence(
  workload: Workload,
  pod: PodView,
  part: 'labels' | 'annotations',
  key: string,
): FieldValue {
  const value = entryOf(pod[part], key);
  const { template } = workload;
  const view =
    template && entryOf(template[part], key) === value ? template : pod;
  return {
    object: view.object,
    field: `${view.path}metadata.${part}['${key}']`,
    value: value ?? null,
  };
}

/** An own entry of a map, so that a key such as `constructor` is never found by accident. */
export function entryOf<T>(
  map: Readonly<Record<string, T>>,
  key: string,
): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Gateways that were made of a Gateway object carry its name; the second label is that of older versions. */
export const GATEWAY_NAMES = [
  'gateway.networking.k8s.io/gateway-name',
  'istio.io/gateway-name',
] as const;
