/** Telling the mesh's own containers in a pod from the application's. */
import { PodView } from '../snapshot';
import { Container } from '../snapshot/kinds';

export const ISTIO_PROXY = 'istio-proxy';
export const LINKERD_PROXY = 'linkerd-proxy';

const MESH_CONTAINERS: ReadonlySet<string> = new Set([
  ISTIO_PROXY,
  'istio-init',
  'istio-validation',
  LINKERD_PROXY,
  'linkerd-init',
  'linkerd-network-validator',
]);

/** Containers that run as long as the pod does: init containers that restart always are sidecars. */
function longRunning({ spec }: PodView): Container[] {
  return [
    ...spec.containers,
    ...(spec.initContainers ?? []).filter(
      ({ restartPolicy }) => restartPolicy === 'Always',
    ),
  ];
}

/** The application's own long-running containers. */
export function applicationContainers(pod: PodView): Container[] {
  return longRunning(pod).filter(({ name }) => !MESH_CONTAINERS.has(name));
}

/** The image of a container that only tells the injector how to shape the proxy that it will add. */
export const TO_BE_INJECTED = 'auto';

/** The proxy of a pod: a classic sidecar among the containers, or a native one among the init containers. */
export function proxyContainer(
  pod: PodView,
  name: typeof ISTIO_PROXY | typeof LINKERD_PROXY,
): Container | undefined {
  return longRunning(pod).find(container => container.name === name);
}

/** The value that follows a flag in a container's arguments: `-b` of `istio-init`, say. */
export function argumentOf(
  container: Container | undefined,
  flag: string,
): string | undefined {
  const words = [...(container?.command ?? []), ...(container?.args ?? [])];
  const at = words.indexOf(flag);
  return at < 0 ? undefined : words[at + 1];
}

/** A container of the application's own, and where in the pod it stands. */
export interface OwnContainer {
  container: Container;
  list: 'initContainers' | 'containers' | 'ephemeralContainers';
  index: number;
}

/** All containers of the application, also those that run once or for a while. */
export function ownContainers({ spec }: PodView): OwnContainer[] {
  return (
    ['initContainers', 'containers', 'ephemeralContainers'] as const
  ).flatMap(list =>
    (spec[list] ?? []).flatMap((container, index) =>
      MESH_CONTAINERS.has(container.name) ? [] : [{ container, list, index }],
    ),
  );
}
