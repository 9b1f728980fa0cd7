/**
 * Calls of ambient pods to Services: through a waypoint, where istiod tells
 * ztunnels of one, and then to the ztunnel of the pod behind it.
 */
import {
  ClusterSnapshot,
  Member,
  ambientMode,
  dataPlaneOf,
  endpointsOf,
  meshConnection,
  peerAuthenticationsOf,
  principalOfPod,
} from '@backstage-zero-trust/posture-engine';
import {
  ZtunnelGateway,
  ZtunnelState,
} from '@backstage-zero-trust/test-servers';
import {
  Comparison,
  applicationServices,
  hasPort,
  nameOf,
  sentOf,
} from './comparison';
import { ConfigDump } from './envoy/ConfigDump';
import { Outcome } from './envoy/connection';
import { waypointOutcome } from './envoy/waypoint';
import type { RandomConnection } from './randomTraffic';
import { WAYPOINT } from './randomWaypoint';
import { addressesOf, ztunnelAdmits } from './ztunnelRules';

type Service = Parameters<typeof endpointsOf>[0];
type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

interface Target {
  service: Service;
  port: ServicePort;
}

interface Call {
  client: Member;
  /** Undefined where the pod's own address is called. */
  target: Target | undefined;
  endpoint: Member;
  /** Of the endpoint. */
  port: number;
  request: RandomConnection['request'];
}

export class WaypointComparison {
  constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly state: ZtunnelState,
    /** Undefined where istiod takes none of its Gateways for a waypoint. */
    private readonly waypoint: ConfigDump | undefined,
  ) {}

  /** Of each connection the client, and by its number what is called: a port of a Service, or of the pod itself. */
  calls(
    connections: readonly RandomConnection[],
    pods: readonly Member[],
  ): Comparison[] {
    const targets: Target[] = applicationServices(this.snapshot).flatMap(
      service => (service.spec?.ports ?? []).map(port => ({ service, port })),
    );
    return connections.flatMap(({ from, to, port, request }) => {
      const client = typeof from === 'number' ? pods[from] : undefined;
      if (!client || !this.#isAmbient(client)) {
        return [];
      }
      const byName = targets[(to + port) % (targets.length + 2)];
      if (!byName) {
        return this.#call({
          client,
          target: undefined,
          endpoint: pods[to],
          port,
          request,
        });
      }
      const endpoint = endpointsOf(byName.service, this.snapshot).find(
        ({ pod }) => hasPort(pod, byName.port.targetPort),
      );
      return endpoint
        ? this.#call({
            client,
            target: byName,
            endpoint,
            port: numberOf(endpoint, byName.port),
            request,
          })
        : [];
    });
  }

  #call(call: Call): Comparison[] {
    const { client, target, endpoint, port, request } = call;
    const { pod } = endpoint;
    if (
      (!request && target && mayBeHttp(target.port)) ||
      !this.#isCertain(endpoint, port)
    ) {
      return [];
    }
    const { verdict, reason } = meshConnection(
      {
        from: client,
        to: endpoint,
        port,
        ...(target ? { service: target } : {}),
        ...(request ? { request } : {}),
      },
      this.snapshot,
    );
    return [
      {
        what: 'call from ztunnel',
        subject: {
          from: nameOf(client.pod),
          ...(target
            ? {
                service: target.service.metadata.name,
                called: target.port.port,
              }
            : {}),
          to: nameOf(pod),
          port,
          request,
        },
        engine: verdict,
        istiod: this.#outcome(call),
        reason,
      },
    ];
  }

  /** What chance decides in istiod is left out, and so is what a waypoint sends to sidecars and gateways. */
  #isCertain({ workload, pod }: Member, port: number): boolean {
    const policies = this.snapshot.derive(peerAuthenticationsOf);
    const { dataPlane, gateway } = dataPlaneOf(workload, pod, this.snapshot);
    return dataPlane === 'ambient'
      ? !ambientMode(pod, port, policies).contested
      : dataPlane === 'none' && !gateway;
  }

  #outcome({ client, target, endpoint, port, request }: Call): Outcome {
    const own = principalOfPod(client.pod, this.snapshot);
    const [sourceAddress] = client.pod.ips;
    const called = this.#called(target, endpoint);
    if (!called.waypoint) {
      return this.#admitted(endpoint, port, own, sourceAddress)
        ? 'allow'
        : 'deny';
    }
    if (!this.waypoint) {
      throw new Error('istiod tells of a waypoint that it does not know');
    }
    const outcome = waypointOutcome(this.waypoint, {
      port: called.port ?? port,
      sourceAddress,
      destinationAddress: called.address,
      principal: own,
      request: request && sentOf(request),
    });
    const proxy = this.state.workloads.find(
      ({ name, namespace }) =>
        name === WAYPOINT.name && namespace === WAYPOINT.namespace,
    );
    const [domain] = own.split('/', 1);
    const admitted =
      proxy &&
      this.#admitted(
        endpoint,
        port,
        `${domain}/ns/${proxy.namespace}/sa/${proxy.serviceAccount}`,
        addressesOf(proxy)[0],
      );
    return admitted ? outcome : 'deny';
  }

  /** ztunnel looks up the address that is called: a Service's, or where that has none, the pod's. */
  #called(
    target: Target | undefined,
    { pod }: Member,
  ): { waypoint?: object; address: string; port?: number } {
    const { clusterIP = 'None' } = target?.service.spec ?? {};
    const [podAddress] = pod.ips;
    if (!target || clusterIP === 'None') {
      const workload = this.state.workloads.find(each =>
        addressesOf(each).includes(podAddress),
      );
      return { ...waypointIn(workload), address: podAddress };
    }
    const { name, namespace } = target.service.metadata;
    const service = this.state.services.find(
      each => each.name === name && each.namespace === namespace,
    );
    return {
      ...waypointIn(service),
      address: clusterIP,
      port: target.port.port,
    };
  }

  /** At the pod that is reached: its ztunnel, if it has one. */
  #admitted(
    { workload, pod }: Member,
    port: number,
    principal: string,
    sourceAddress: string,
  ): boolean {
    const [destinationAddress] = pod.ips;
    const told = this.state.workloads.find(each =>
      addressesOf(each).includes(destinationAddress),
    );
    if (!told || !this.#isAmbient({ workload, pod })) {
      return true;
    }
    return ztunnelAdmits(this.state, told, {
      sourceAddress,
      destinationAddress,
      port,
      principal,
    });
  }

  #isAmbient({ workload, pod }: Member): boolean {
    return dataPlaneOf(workload, pod, this.snapshot).dataPlane === 'ambient';
  }
}

function numberOf(
  { pod }: Member,
  { port, targetPort = port }: ServicePort,
): number {
  return typeof targetPort === 'number'
    ? targetPort
    : pod.spec.containers
        .flatMap(({ ports = [] }) => ports)
        .find(({ name }) => name === targetPort)?.containerPort ?? port;
}

function waypointIn(told: { waypoint?: ZtunnelGateway | null } | undefined): {
  waypoint?: ZtunnelGateway;
} {
  return told?.waypoint ? { waypoint: told.waypoint } : {};
}

function mayBeHttp({ appProtocol, name = '' }: ServicePort): boolean {
  return !/^(?:tcp|mysql|https)/.test(appProtocol ?? name);
}
