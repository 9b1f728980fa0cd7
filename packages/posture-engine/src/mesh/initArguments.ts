/** What the container `istio-init` was told to capture, where there is one: it includes the mesh's defaults, which annotations do not show. */
import { PodView } from '../snapshot';
import { argumentOf } from './containers';
import { FieldValue } from './podFields';

/** Reads a flag of `istio-init`; undefined where it has none (istio-cni has no such container and reads annotations). */
export function initArguments(
  pod: PodView,
): (flag: string) => FieldValue | undefined {
  const containers = pod.spec.initContainers ?? [];
  const index = containers.findIndex(({ name }) => name === 'istio-init');
  return flag => {
    const value = argumentOf(containers[index], flag);
    return value === undefined
      ? undefined
      : {
          object: pod.object,
          field: `${pod.path}spec.initContainers[${index}].args`,
          value,
        };
  };
}

/** The items of a comma list; none where the value is absent or empty. */
export function listOf({ value }: FieldValue): string[] {
  return typeof value === 'string'
    ? value
        .split(',')
        .map(item => item.trim())
        .filter(item => item !== '')
    : [];
}
