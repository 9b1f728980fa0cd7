/** What the engine says of the ambient pods of a mesh, beside what istiod tells ztunnels. */
import {
  ClusterSnapshot,
  Member,
  ambientMode,
  dataPlaneOf,
  endpointsOf,
  meshConnection,
  peerAuthenticationsOf,
  transportToService,
} from '@backstage-zero-trust/posture-engine';
import {
  ZtunnelState,
  ZtunnelWorkload,
} from '@backstage-zero-trust/test-servers';
import {
  Comparison,
  applicationServices,
  describedTransport,
  hasPort,
  nameOf,
  principalOf,
} from './comparison';
import type { RandomConnection } from './randomTraffic';
import { PORTS } from './words';
import { addressesOf, ztunnelAdmits } from './ztunnelRules';

/** Names of policies that istiod made of PeerAuthentications. */
const CONVERTED =
  /^(?:istio_converted_static_strict$|converted_peer_authentication_)/;

export class AmbientComparison {
  static create(
    snapshot: ClusterSnapshot,
    members: ReadonlyMap<string, Member>,
    state: ZtunnelState,
  ): AmbientComparison {
    const ambient = new Map(
      [...members].filter(
        ([, { workload, pod }]) =>
          dataPlaneOf(workload, pod, snapshot).dataPlane === 'ambient',
      ),
    );
    return new AmbientComparison(snapshot, ambient, state);
  }

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly members: ReadonlyMap<string, Member>,
    private readonly state: ZtunnelState,
  ) {}

  /** Whether plaintext is taken on each port of each pod. What chance decides in istiod is left out. */
  modes(): Comparison[] {
    const policies = this.snapshot.derive(peerAuthenticationsOf);
    const converted = {
      ...this.state,
      policies: this.state.policies.filter(({ name }) => CONVERTED.test(name)),
    };
    return [...this.members.values()].flatMap(({ pod }) =>
      PORTS.flatMap(port => {
        const { mode, contested } = ambientMode(pod, port, policies);
        const [address] = pod.ips;
        const takesPlaintext = ztunnelAdmits(converted, this.#told(address), {
          sourceAddress: address,
          destinationAddress: address,
          port,
          principal: undefined,
        });
        return contested
          ? []
          : {
              what: 'mode at ztunnel' as const,
              subject: { pod: nameOf(pod), port },
              engine: mode,
              istiod: takesPlaintext ? 'PERMISSIVE' : 'STRICT',
            };
      }),
    );
  }

  /** What ztunnel sends for each pod to each endpoint of each Service. */
  transports(): Comparison[] {
    return [...this.members.values()].flatMap(client =>
      applicationServices(this.snapshot).flatMap(service =>
        (service.spec?.ports ?? []).flatMap(port =>
          endpointsOf(service, this.snapshot)
            .filter(({ pod }) => hasPort(pod, port.targetPort))
            .map(endpoint => {
              const engine = transportToService(
                client,
                { service, port },
                endpoint,
                this.snapshot,
              );
              const { tunnelProtocol } = this.#told(endpoint.pod.ips[0]);
              return {
                what: 'transport from ztunnel' as const,
                subject: {
                  from: nameOf(client.pod),
                  service: service.metadata.name,
                  port: port.port,
                  to: nameOf(endpoint.pod),
                },
                engine: describedTransport(engine),
                istiod:
                  tunnelProtocol === 'HBONE' ? 'mtls in HBONE' : 'plaintext',
                reason: engine.reason,
              };
            }),
        ),
      ),
    );
  }

  /** Whether ztunnel lets connections through; it sees nothing of the requests in them. */
  connection(
    { from, port, tls, certificate }: RandomConnection,
    pods: readonly Member[],
    to: Member,
  ): Comparison[] {
    if (!this.members.has(nameOf(to.pod))) {
      return [];
    }
    const client = typeof from === 'number' ? pods[from] : undefined;
    const principal = tls === 'mtls' ? principalOf(certificate) : undefined;
    const { verdict, reason } = meshConnection(
      {
        from: client ?? { address: String(from) },
        to,
        port,
        clientTls: tls,
        ...(principal === undefined ? {} : { principal }),
      },
      this.snapshot,
    );
    const policies = this.snapshot.derive(peerAuthenticationsOf);
    if (ambientMode(to.pod, port, policies).contested) {
      return [];
    }
    const [address] = to.pod.ips;
    const workload = this.#told(address);
    const admitted =
      this.#trusts(principal, workload) &&
      ztunnelAdmits(this.state, workload, {
        sourceAddress: client?.pod.ips[0] ?? String(from),
        destinationAddress: address,
        port,
        principal,
      });
    return [
      {
        what: 'connection at ztunnel',
        subject: {
          from: client ? nameOf(client.pod) : from,
          to: nameOf(to.pod),
          port,
          principal,
        },
        engine: verdict,
        istiod: admitted ? 'allow' : 'deny',
        reason,
      },
    ];
  }

  /** ztunnel takes certificates of its own trust domain alone, which is left out where it is the usual one. */
  #trusts(
    principal: string | undefined,
    { trustDomain }: ZtunnelWorkload,
  ): boolean {
    return (
      principal === undefined ||
      principal.startsWith(`${trustDomain || 'cluster.local'}/`)
    );
  }

  #told(address: string): ZtunnelWorkload {
    const found = this.state.workloads.find(workload =>
      addressesOf(workload).includes(address),
    );
    if (!found) {
      throw new Error(`istiod told ztunnels nothing of ${address}`);
    }
    return found;
  }
}
