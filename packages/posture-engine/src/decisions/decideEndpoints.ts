/** The ends of a connection by their names: pods, workloads, addresses and Services, as a snapshot knows them. */
import { matchesLabels } from '../selectors';
import { ClusterSnapshot, PodView, Service, describeObject } from '../snapshot';
import { Protocol, protocolOf } from './PortSet';
import type { Connections } from './Connections';
import { EndpointName, NotFound, Side, Target, entryOf } from './endpointNames';

/** Sides are remembered up to here; addresses may be many. */
const MOST_REMEMBERED = 100_000;

export class Endpoints {
  static create(
    snapshot: ClusterSnapshot,
    connections: Connections,
  ): Endpoints {
    return new Endpoints(snapshot, connections);
  }

  readonly #pods = new Map<string, PodView>();
  readonly #byAddress = new Map<string, PodView[]>();
  readonly #keys = new Map<string, number>();
  readonly #sides = {
    pod: new Map<string, Side | NotFound>(),
    workload: new Map<string, Side | NotFound>(),
    ip: new Map<string, Side | NotFound>(),
  };
  readonly #targets = new Map<string, readonly Target[] | NotFound>();

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly connections: Connections,
  ) {
    for (const { pods } of snapshot.workloads) {
      for (const pod of pods) {
        if (pod.origin === 'pod') {
          this.#pods.set(`${pod.namespace}/${pod.name}`, pod);
        }
        for (const ip of pod.spec.hostNetwork ? [] : pod.ips) {
          this.#byAddress.set(ip, [...(this.#byAddress.get(ip) ?? []), pod]);
        }
      }
    }
  }

  side(name: Exclude<EndpointName, { service: string }>): Side | NotFound {
    if ('pod' in name) {
      return this.#remember(this.#sides.pod, name.pod, () =>
        this.#pod(name.pod),
      );
    }
    return 'workload' in name
      ? this.#remember(this.#sides.workload, name.workload, () =>
          this.#workload(name.workload),
        )
      : this.#remember(this.#sides.ip, name.ip, () => this.#address(name.ip));
  }

  /** Where a port, by number or name, of a destination leads. */
  targets(
    to: EndpointName,
    port: number | string,
    protocol: Protocol,
  ): readonly Target[] | NotFound {
    if (typeof port === 'number' && !('service' in to)) {
      const side = this.side(to);
      return 'reason' in side ? side : [{ side, port }];
    }
    const [kind, value] = entryOf(to);
    return this.#remember(
      this.#targets,
      `${kind} ${value} ${typeof port} ${port} ${protocol}`,
      () => {
        if ('service' in to) {
          return this.#service(to.service, port, protocol);
        }
        const side = this.side(to);
        if ('reason' in side) {
          return side;
        }
        if (typeof port === 'number') {
          return [{ side, port }];
        }
        const targets = this.#named([...side.pods], port, protocol);
        return targets.length > 0
          ? targets
          : {
              reason: `no container of ${kind} ${value} calls a ${protocol} port "${port}"`,
            };
      },
    );
  }

  #remember<T>(memory: Map<string, T>, key: string, compute: () => T): T {
    let value = memory.get(key);
    if (value === undefined) {
      if (memory.size >= MOST_REMEMBERED) {
        memory.clear();
      }
      value = compute();
      memory.set(key, value);
    }
    return value;
  }

  #pod(name: string): Side | NotFound {
    const pod = this.#pods.get(name);
    return pod
      ? this.#sideOf([pod])
      : { reason: `there is no pod ${name} in the source` };
  }

  #workload(name: string): Side | NotFound {
    const [namespace, kind, workload] = name.split('/');
    const found = this.snapshot.workload({ namespace, kind, name: workload });
    return found
      ? this.#sideOf(found.pods)
      : {
          reason: `there is no workload ${describeObject({
            kind,
            namespace,
            name: workload,
          })} in the source`,
        };
  }

  /** The address of a pod is that pod. */
  #address(address: string): Side | NotFound {
    const pods = this.#byAddress.get(address);
    if (pods) {
      return this.#sideOf(pods);
    }
    const { universe } = this.connections;
    const outside = universe.classOfAddress(address);
    return outside
      ? {
          // Where nodes count by place, an address may be one of them.
          key: this.#keyOf(
            `address ${
              universe.nodeClasses.length === 0 ? outside.id : address
            }`,
          ),
          ends: [address],
          pods: new Set(),
          ...(universe.nodeClasses.length === 0 ? { only: outside } : {}),
        }
      : { reason: `${address} is no IP address` };
  }

  #service(
    name: string,
    port: number | string,
    protocol: Protocol,
  ): readonly Target[] | NotFound {
    const [namespace, service] = name.split('/');
    const found = this.snapshot.get('Service', service, namespace);
    if (!found) {
      return { reason: `there is no Service ${name} in the source` };
    }
    const { selector, type, clusterIP, ports = [] } = found.spec ?? {};
    if (type === 'ExternalName' || Object.keys(selector ?? {}).length === 0) {
      return {
        reason: `Service ${name} selects no pods of its own, so where it leads is not in its own object`,
      };
    }
    const pods = podsBehind(this.snapshot, found);
    if (pods.length === 0) {
      return { reason: `Service ${name} selects no pod of the source` };
    }
    const named = ports.find(
      candidate =>
        protocolOf(candidate.protocol) === protocol &&
        (typeof port === 'string'
          ? candidate.name === port
          : candidate.port === port),
    );
    // A headless Service is only a name for its pods: nothing translates the port.
    if (clusterIP === 'None' && typeof port === 'number') {
      return [{ side: this.#sideOf(pods), port }];
    }
    if (!named) {
      return {
        reason: `Service ${name} has no ${protocol} port ${
          typeof port === 'string' ? `"${port}"` : port
        }`,
      };
    }
    const target = named.targetPort ?? named.port;
    if (typeof target === 'number') {
      return [{ side: this.#sideOf(pods), port: target }];
    }
    const targets = this.#named(pods, target, protocol);
    return targets.length > 0
      ? targets
      : {
          reason: `no pod behind Service ${name} calls a ${protocol} port "${target}"`,
        };
  }

  /** Pods may put different numbers behind one name; those without it are not reached by it. */
  #named(pods: readonly PodView[], name: string, protocol: Protocol): Target[] {
    const byPort = new Map<number, PodView[]>();
    for (const pod of pods) {
      const port = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
        .flatMap(({ ports }) => ports ?? [])
        .find(
          candidate =>
            candidate.name === name &&
            protocolOf(candidate.protocol ?? 'TCP') === protocol,
        );
      if (port) {
        const same = byPort.get(port.containerPort) ?? [];
        same.push(pod);
        byPort.set(port.containerPort, same);
      }
    }
    return [...byPort]
      .sort(([left], [right]) => left - right)
      .map(([port, same]) => ({ side: this.#sideOf(same), port }));
  }

  #sideOf(pods: readonly PodView[]): Side {
    const byPlace = new Map<string, PodView[]>();
    for (const pod of pods) {
      const place = this.#placeOf(pod);
      const same = byPlace.get(place) ?? [];
      same.push(pod);
      byPlace.set(place, same);
    }
    const places = [...byPlace].sort(([left], [right]) =>
      left < right ? -1 : 1,
    );
    const { universe } = this.connections;
    const only =
      pods.length === 1 && universe.nodeClasses.length === 0
        ? universe.classOfPod(pods[0])
        : undefined;
    return {
      ...(only ? { only } : {}),
      key: this.#keyOf(
        places
          .map(([place, same]) => `${place}${same.length > 1 ? '+' : ''}`)
          .join(),
      ),
      ends: places.flatMap(([, same]) => same.slice(0, 2)),
      pods: new Set(pods),
    };
  }

  #placeOf(pod: PodView): string {
    const { universe } = this.connections;
    const id = universe.classOfPod(pod)?.id;
    return universe.nodeClasses.length === 0
      ? `${id}`
      : `${id}@${pod.spec.nodeName ?? pod.ips.join()}`;
  }

  #keyOf(identity: string): number {
    let key = this.#keys.get(identity);
    if (key === undefined) {
      key = this.#keys.size;
      this.#keys.set(identity, key);
    }
    return key;
  }
}

function podsBehind(
  snapshot: ClusterSnapshot,
  { metadata: { namespace = 'default' }, spec }: Service,
): PodView[] {
  return snapshot
    .workloadsIn(namespace)
    .flatMap(({ pods }) => pods)
    .filter(({ labels }) => matchesLabels(spec?.selector, labels));
}
