/**
 * The containers that Istio's injection adds to a pod. They are part of what
 * runs, so they count; but no team can repair them in its own manifest, so they
 * are judged apart from its own containers.
 */
import { Container, PodView, Workload } from '../../snapshot';

const ISTIO_CONTAINERS = ['istio-init', 'istio-proxy', 'istio-validation'];

/** Native sidecars take the place of the proxy's container, not of istio-init. */
export const ISTIO_REPAIR =
  "Istio's own containers are the platform's to repair: its CNI node agent does the work of istio-init on the node, outside of all pods (native sidecars do not replace it); set the seccomp profile for the whole pod, so that istio-proxy has it too. Ambient mode adds no container at all.";

/** A container of a pod's own template is never Istio's, whatever its name. */
export function isInjected(
  workload: Workload,
  pod: PodView,
  { name }: Container,
): boolean {
  if (!ISTIO_CONTAINERS.includes(name)) {
    return false;
  }
  const template = pod.template ?? workload.template;
  const own = [
    ...(template?.spec.initContainers ?? []),
    ...(template?.spec.containers ?? []),
  ];
  return !own.some(container => container.name === name);
}
