/** Which node an address or a pod on its node's network is, and what that node is to a pod: its own, or another. */
import type { ClusterSnapshot, Node, PodView } from '../snapshot';
import { placeOf } from './addresses';

export interface NodePlace {
  /** The node that the pod at the other end runs on. */
  own: boolean;
  apiServer: boolean;
}

export function addressesOf({ status }: Node): string[] {
  return (status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
    .map(({ address }) => address);
}

export class NodePlaces {
  static create(
    snapshot: ClusterSnapshot,
    apiServers: readonly string[],
  ): NodePlaces {
    return new NodePlaces(snapshot, apiServers);
  }

  #nodes: ReadonlyMap<bigint, string> | undefined;
  #pods: ReadonlyMap<bigint, PodView> | undefined;
  #serving: ReadonlySet<string> | undefined;

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly apiServers: readonly string[],
  ) {}

  /** Names of nodes by their addresses. */
  private get nodes(): ReadonlyMap<bigint, string> {
    this.#nodes ??= byPlace([
      ...podsOf(this.snapshot).flatMap(({ spec, ips }) =>
        spec.hostNetwork && spec.nodeName !== undefined
          ? ips.map(ip => [ip, spec.nodeName ?? ''] as const)
          : [],
      ),
      ...this.snapshot
        .all('Node')
        .flatMap(node =>
          addressesOf(node).map(
            address => [address, node.metadata.name] as const,
          ),
        ),
    ]);
    return this.#nodes;
  }

  /** Pods with a network of their own, by their addresses. */
  private get pods(): ReadonlyMap<bigint, PodView> {
    this.#pods ??= byPlace(
      podsOf(this.snapshot).flatMap(pod =>
        pod.spec.hostNetwork ? [] : pod.ips.map(ip => [ip, pod] as const),
      ),
    );
    return this.#pods;
  }

  private get serving(): ReadonlySet<string> {
    this.#serving ??= new Set(
      this.apiServers.flatMap(
        address => this.nodes.get(placeOf(address) ?? -1n) ?? [],
      ),
    );
    return this.#serving;
  }

  /** The pod with a network of its own that has the address. */
  podAt(address: string): PodView | undefined {
    return this.pods.get(placeOf(address) ?? -1n);
  }

  /** Undefined for what is no node. A pod that is not on a node yet counts as on another. */
  of(
    endpoint: PodView | string,
    other: PodView | string,
  ): NodePlace | undefined {
    let node: string | undefined;
    if (typeof endpoint === 'string') {
      node = this.nodes.get(placeOf(endpoint) ?? -1n);
      if (node === undefined) {
        return undefined;
      }
    } else if (endpoint.spec.hostNetwork) {
      node =
        endpoint.spec.nodeName ??
        endpoint.ips
          .map(ip => this.nodes.get(placeOf(ip) ?? -1n))
          .find(name => name !== undefined);
    } else {
      return undefined;
    }
    const from = typeof other === 'string' ? this.podAt(other) : other;
    return this.#place(node, from?.spec.hostNetwork ? undefined : from);
  }

  /** All that the nodes of some pods are to other pods. */
  seenFrom(hosts: readonly PodView[], others: readonly PodView[]): NodePlace[] {
    const names = (pods: readonly PodView[]) =>
      new Map(pods.map(pod => [pod.spec.nodeName, pod]));
    const places = new Map<string, NodePlace>();
    const seen = [...names(others).values()];
    for (const node of names(hosts).keys()) {
      for (const other of seen) {
        const place = this.#place(node, other);
        places.set(JSON.stringify(place), place);
      }
    }
    return [...places.values()];
  }

  #place(node: string | undefined, other: PodView | undefined): NodePlace {
    return {
      own: node !== undefined && other?.spec.nodeName === node,
      apiServer: node !== undefined && this.serving.has(node),
    };
  }
}

function podsOf({ workloads }: ClusterSnapshot): PodView[] {
  return workloads.flatMap(({ pods }) => pods);
}

/** Of several with one address the last counts. */
function byPlace<T>(
  entries: readonly (readonly [address: string, value: T])[],
): ReadonlyMap<bigint, T> {
  const map = new Map<bigint, T>();
  for (const [address, value] of entries) {
    const place = placeOf(address);
    if (place !== undefined) {
      map.set(place, value);
    }
  }
  return map;
}
