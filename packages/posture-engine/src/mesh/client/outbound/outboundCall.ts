/**
 * What becomes of a connection that leaves an application, before it reaches
 * anybody: whom the client's own proxy takes it for, where it sends it and in
 * which transport, or that it refuses it.
 */
import { ClusterSnapshot, describeObject } from '../../../snapshot';
import { dataPlaneOf } from '../../dataPlane';
import { meshGap } from '../../meshGap';
import { Member, TransportField } from '../transport';
import { Sent, chainFor } from './chainMatch';
import { listenerMet } from './listenerMet';
import { PortListener } from './listeners';
import { OutboundAnswer, direct, unknownOutbound } from './outboundAnswer';
import { HostProtocol } from './protocols';
import { EgressScope, KnownPort } from './scope';
import { sentToHost } from './sentToHost';
import { unknownHost } from './unknownHost';
import { VirtualHosts, routingListener } from './virtualHosts';
import { Diversion, diversionOf, inventedRoute } from './virtualServices';
import { withoutSidecar } from './withoutSidecar';

export interface OutboundCall {
  /** The address that the application connects to. */
  address: string;
  port: number;
  sent: Sent;
}

/** Throws where an object cannot be read. */
export function outboundCall(
  client: Member,
  call: OutboundCall,
  snapshot: ClusterSnapshot,
): OutboundAnswer {
  const own = dataPlaneOf(client.workload, client.pod, snapshot);
  if (own.undecided !== undefined) {
    return unknownOutbound(own.undecided);
  }
  if (own.gateway) {
    return unknownOutbound(
      'a gateway sends where its routes lead, whatever it is asked for',
    );
  }
  if (own.dataPlane !== 'sidecar') {
    return withoutSidecar(client, own, call, snapshot);
  }
  const gap = meshGap(
    ['Sidecar', 'DestinationRule', 'PeerAuthentication'],
    [client.pod.namespace],
    snapshot,
  );
  const missing = (['Service', 'ServiceEntry', 'VirtualService'] as const)
    .map(kind => snapshot.coverage.gap(kind)?.reason)
    .find(reason => reason !== undefined);
  const reason = gap ?? missing;
  return reason === undefined
    ? ofSidecar(client, call, snapshot)
    : unknownOutbound(reason);
}

function ofSidecar(
  client: Member,
  call: OutboundCall,
  snapshot: ClusterSnapshot,
): OutboundAnswer {
  const { address, port, sent } = call;
  const scope = EgressScope.of(client.pod, snapshot);
  const { listener, bypass } = listenerMet(client, call, snapshot);
  if (bypass) {
    return {
      ...direct(address, port),
      outcome: 'uncaptured',
      decidedBy: [{ layer: 'pod', object: bypass.object, field: bypass.field }],
      reason: 'it is sent past the proxy of the client',
    };
  }
  const mixed = scope.listeners
    .map(egress => scope.mixes(egress, port))
    .find(host => host !== undefined);
  if (mixed !== undefined) {
    return unknownOutbound(
      `a Service and a ServiceEntry of the same namespace are both called ${mixed}, and what becomes of port ${port} then is not decided here`,
    );
  }
  const chain = listener && chainFor(listener.chains, address, sent);
  if (!listener || !chain) {
    return unknownHost(client.pod, call, false, snapshot);
  }
  if (chain.to === 'by host') {
    return byHost(client, call, listener, scope, snapshot);
  }
  const { host } = chain.to.host;
  const routing = routingListener(scope, port);
  const routed =
    !chain.plaintextHttp ||
    (routing && VirtualHosts.of(scope, routing, port).has(host));
  return routed
    ? toKnown(
        client,
        call,
        { known: chain.to, listener, http: chain.plaintextHttp === true },
        scope,
        snapshot,
      )
    : {
        outcome: 'refused',
        endpoints: [],
        decidedBy: [],
        reason: `its proxy takes it for ${host}, which it has no routes for`,
      };
}

/** HTTP, which goes by the host that is asked for. */
function byHost(
  client: Member,
  call: OutboundCall,
  listener: PortListener,
  scope: EgressScope,
  snapshot: ClusterSnapshot,
): OutboundAnswer {
  if (call.sent.kind !== 'http') {
    return {
      outcome: 'refused',
      endpoints: [],
      decidedBy: [],
      reason: `its proxy reads what goes to port ${call.port} there as HTTP, and this is none`,
    };
  }
  const { host } = call.sent;
  const routing = routingListener(scope, call.port);
  const hosts = routing && VirtualHosts.of(scope, routing, call.port);
  const known = hosts?.find(host);
  const invented =
    routing && !hosts?.names(host)
      ? inventedRoute({ host, port: call.port }, scope, routing, snapshot)
      : undefined;
  if (invented) {
    return diverted(client, call, invented, 'http', scope, snapshot);
  }
  return known
    ? toKnown(client, call, { known, listener, http: true }, scope, snapshot)
    : unknownHost(client.pod, call, true, snapshot);
}

interface Taken {
  known: KnownPort;
  listener: PortListener;
  /** Its proxy reads HTTP, and routes each request. */
  http: boolean;
}

function connectionRoutes(protocol: HostProtocol): 'tls' | 'tcp' {
  return protocol === 'tls' ? 'tls' : 'tcp';
}

function toKnown(
  client: Member,
  call: OutboundCall,
  { known, listener, http }: Taken,
  scope: EgressScope,
  snapshot: ClusterSnapshot,
): OutboundAnswer {
  const protocol = listener.egress.protocol ?? known.port.protocol;
  const routes = http ? 'http' : connectionRoutes(protocol);
  const diversion = diversionOf(
    { host: known.host.host, port: call.port },
    routes,
    scope,
    listener.egress,
    snapshot,
  );
  return diversion
    ? diverted(client, call, diversion, routes, scope, snapshot)
    : sentToHost(client.pod, call, known, snapshot);
}

/** A VirtualService sends it somewhere else. */
function diverted(
  client: Member,
  call: OutboundCall,
  diversion: Diversion,
  routes: string,
  scope: EgressScope,
  snapshot: ClusterSnapshot,
): OutboundAnswer {
  if ('reason' in diversion) {
    return unknownOutbound(diversion.reason);
  }
  const by: TransportField = {
    layer: 'virtual-service',
    object: diversion.by,
    field: `spec.${routes}`,
  };
  const { host, port } = diversion;
  const target = scope.find(host, port, {
    port: call.port,
    http: routes === 'http',
  });
  if (!target) {
    return {
      outcome: 'host',
      host: { name: host, port: port ?? call.port, object: diversion.by },
      endpoints: [],
      decidedBy: [by],
      reason: `${describeObject(
        diversion.by,
      )} sends it to ${host}, which no Service and no ServiceEntry has on port ${
        port ?? call.port
      }, so that it goes nowhere`,
    };
  }
  const answer = sentToHost(client.pod, call, target, snapshot);
  return { ...answer, decidedBy: [by, ...answer.decidedBy] };
}
