/** What the engine says of a mesh, beside what istiod computed for it. */
import {
  ClusterSnapshot,
  KubernetesObject,
  Member,
  dataPlaneOf,
  endpointsOf,
  meshConnection,
  peerAuthenticationsOf,
  sidecarMode,
  transportToService,
} from '@backstage-zero-trust/posture-engine';
import { AmbientComparison } from './compareAmbient';
import { ComputedMesh } from './IstiodOracle';
import {
  Comparison,
  applicationServices,
  describedTransport,
  hasPort,
  nameOf,
  principalOf,
  sentOf,
} from './comparison';
import { ConfigDump } from './envoy/ConfigDump';
import { inboundChains, inboundMode, inboundOutcome } from './envoy/inbound';
import { messageOf } from './envoy/json';
import { sentTo } from './envoy/outbound';
import { WaypointComparison } from './compareWaypoint';
import type { RandomMesh } from './randomMesh';
import type { RandomConnection } from './randomTraffic';
import { WAYPOINT } from './randomWaypoint';
import { PORTS } from './words';

export class MeshComparison {
  static create(mesh: RandomMesh, computed: ComputedMesh): MeshComparison {
    const snapshot = ClusterSnapshot.create({
      cluster: 'random',
      objects: [
        ...Object.entries(mesh.namespaces).map(([name, labels]) => ({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name, labels },
        })),
        ...(computed.objects as KubernetesObject[]),
      ],
      settings: { meshConfig: mesh.meshConfig },
    });
    return new MeshComparison(snapshot, computed);
  }

  readonly #members: ReadonlyMap<string, Member>;
  readonly #ambient: AmbientComparison | undefined;

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly computed: ComputedMesh,
  ) {
    this.#members = new Map(
      snapshot.workloads.flatMap(workload =>
        workload.pods
          .filter(({ name }) => name !== WAYPOINT.name)
          .map(pod => [nameOf(pod), { workload, pod }]),
      ),
    );
    this.#ambient =
      computed.ztunnel &&
      AmbientComparison.create(snapshot, this.#members, computed.ztunnel);
  }

  /** The mode of each port of each pod with a sidecar. */
  modes(): Comparison[] {
    const policies = this.snapshot.derive(peerAuthenticationsOf);
    return [
      ...this.#sidecars().flatMap(([{ pod }, config]) =>
        PORTS.map(port => ({
          what: 'mode' as const,
          subject: { pod: nameOf(pod), port },
          engine: sidecarMode(pod, port, policies).mode as string,
          istiod: inboundMode(virtualInbound(config), port) as string,
        })),
      ),
      ...(this.#ambient?.modes() ?? []),
    ];
  }

  /** What each proxy sends to each endpoint of each port of each Service. */
  transports(): Comparison[] {
    return [...this.#envoyTransports(), ...(this.#ambient?.transports() ?? [])];
  }

  #envoyTransports(): Comparison[] {
    return this.#envoys().flatMap(([client, config]) =>
      applicationServices(this.snapshot).flatMap(service =>
        (service.spec?.ports ?? []).flatMap(port =>
          endpointsOf(service, this.snapshot)
            .filter(({ pod }) => hasPort(pod, port.targetPort))
            .map(endpoint => {
              const { namespace, name } = service.metadata;
              const engine = transportToService(
                client,
                { service, port },
                endpoint,
                this.snapshot,
              );
              const sent = sentTo(
                config,
                `${name}.${namespace}.svc.cluster.local`,
                port.port,
                endpoint.pod.ips[0],
              );
              return {
                what: 'transport' as const,
                subject: {
                  from: nameOf(client.pod),
                  service: `${namespace}/${name}`,
                  port: port.port,
                  to: nameOf(endpoint.pod),
                },
                engine: describedTransport(engine),
                istiod: describedTransport(sent),
                reason: engine.reason,
              };
            }),
        ),
      ),
    );
  }

  /** Whether connections and requests pass the proxies that they are sent to. */
  requests(connections: readonly RandomConnection[]): Comparison[] {
    const names = [...this.#members.keys()].sort();
    const pods = names.flatMap(name => this.#members.get(name) ?? []);
    const sidecars = new Map(this.#sidecars());
    const arriving = connections.flatMap(connection => {
      const to = pods[connection.to];
      const config = sidecars.get(to);
      return config
        ? this.#request(connection, pods, to, config)
        : this.#ambient?.connection(connection, pods, to) ?? [];
    });
    const { ztunnel, waypoint } = this.computed;
    return ztunnel
      ? [
          ...arriving,
          ...new WaypointComparison(this.snapshot, ztunnel, waypoint).calls(
            connections,
            pods,
          ),
        ]
      : arriving;
  }

  #request(
    { from, port, tls, certificate, request }: RandomConnection,
    pods: readonly Member[],
    to: Member,
    config: ConfigDump,
  ): Comparison[] {
    const listener = virtualInbound(config);
    if (!request && !inboundChains(listener, port).includes('tcp')) {
      return []; // What a port that reads HTTP does with something else is no question of policies.
    }
    const client = typeof from === 'number' ? pods[from] : undefined;
    const principal = tls === 'mtls' ? principalOf(certificate) : undefined;
    const question = {
      from: client ?? { address: String(from) },
      to,
      port,
      clientTls: tls,
      ...(principal === undefined ? {} : { principal }),
      ...(request === undefined ? {} : { request }),
    };
    const { verdict, reason } = meshConnection(question, this.snapshot);
    return [
      {
        what: 'request',
        subject: {
          from: client ? nameOf(client.pod) : from,
          to: nameOf(to.pod),
          port,
          tls,
          principal,
          request,
        },
        engine: verdict,
        istiod: inboundOutcome(listener, {
          port,
          sourceAddress: client?.pod.ips[0] ?? String(from),
          destinationAddress: to.pod.ips[0],
          principal,
          request: request && sentOf(request),
        }),
        reason,
      },
    ];
  }

  #sidecars(): [Member, ConfigDump][] {
    return this.#envoys().filter(
      ([{ workload, pod }]) =>
        !dataPlaneOf(workload, pod, this.snapshot).gateway,
    );
  }

  /** Sidecars and gateways. */
  #envoys(): [Member, ConfigDump][] {
    return [...this.computed.proxies].flatMap(([name, config]) => {
      const member = this.#members.get(name);
      return member ? [[member, config] as [Member, ConfigDump]] : [];
    });
  }
}

function virtualInbound({ listeners }: ConfigDump) {
  return messageOf(listeners.get('virtualInbound'));
}
