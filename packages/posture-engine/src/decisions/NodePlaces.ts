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
    const nodes = new Map<bigint, string>();
    const pods = new Map<bigint, PodView>();
    const add = <T>(map: Map<bigint, T>, address: string, value: T) => {
      const place = placeOf(address);
      if (place !== undefined) {
        map.set(place, value);
      }
    };
    for (const pod of snapshot.workloads.flatMap(workload => workload.pods)) {
      for (const ip of pod.ips) {
        if (!pod.spec.hostNetwork) {
          add(pods, ip, pod);
        } else if (pod.spec.nodeName !== undefined) {
          add(nodes, ip, pod.spec.nodeName);
        }
      }
    }
    for (const node of snapshot.all('Node')) {
      for (const address of addressesOf(node)) {
        add(nodes, address, node.metadata.name);
      }
    }
    const serving = new Set(
      apiServers.flatMap(address => nodes.get(placeOf(address) ?? -1n) ?? []),
    );
    return new NodePlaces(nodes, pods, serving);
  }

  private constructor(
    private readonly nodes: ReadonlyMap<bigint, string>,
    private readonly pods: ReadonlyMap<bigint, PodView>,
    private readonly serving: ReadonlySet<string>,
  ) {}

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
