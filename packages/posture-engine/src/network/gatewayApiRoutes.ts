/** Routes of the Gateway API: the listeners that a route attaches to say whether they demand TLS. */
import {
  ClusterSnapshot,
  GatewayRoute,
  describeObject,
  referenceTo,
} from '../snapshot';
import { EdgeRoute, fieldIn, missing, transportThrough } from './edgeRoute';
import { hostsOverlap, serviceOfHost } from './hosts';

/** Protocols of the listeners that a kind of route attaches to, per the Gateway API. */
const LISTENERS: Readonly<Record<string, readonly string[]>> = {
  HTTPRoute: ['HTTP', 'HTTPS'],
  GRPCRoute: ['HTTP', 'HTTPS'],
  TLSRoute: ['TLS'],
  TCPRoute: ['TCP', 'TLS'],
  UDPRoute: ['UDP'],
};

export function routesOfGatewayRoute(
  route: GatewayRoute,
  snapshot: ClusterSnapshot,
): EdgeRoute[] {
  const { namespace = 'default' } = route.metadata;
  const { rules = [], parentRefs = [], hostnames } = route.spec ?? {};
  const object = referenceTo(route);
  const services = rules
    .flatMap(({ backendRefs = [], filters = [] }) => [
      ...backendRefs,
      ...filters.flatMap(
        ({ requestMirror }) => requestMirror?.backendRef ?? [],
      ),
    ])
    .flatMap(backend => {
      const { kind = 'Service', group = '' } = backend;
      if (kind === 'Hostname' && group === 'networking.istio.io') {
        return serviceOfHost(backend.name, namespace) ?? [];
      }
      // A ServiceImport has the name and namespace of the Services behind it.
      return (kind === 'Service' && group === '') || kind === 'ServiceImport'
        ? { namespace: backend.namespace ?? namespace, name: backend.name }
        : [];
    });
  return parentRefs
    .map((parent, index) => ({ ...parent, field: `spec.parentRefs[${index}]` }))
    .filter(({ kind }) => kind !== 'Service') // a route of the mesh
    .flatMap(parent => {
      const where = parent.namespace ?? namespace;
      const gateway =
        (parent.kind ?? 'Gateway') === 'Gateway'
          ? snapshot.get('Gateway', parent.name, where)
          : undefined;
      if (gateway?.spec?.gatewayClassName === 'istio-waypoint') {
        return [];
      }
      const listeners = (gateway?.spec?.listeners ?? [])
        .map((listener, index) => ({
          ...listener,
          field: `spec.listeners[${index}].protocol`,
          plain: listener.protocol !== 'HTTPS' && listener.protocol !== 'TLS',
        }))
        .filter(
          ({ name, port, protocol, hostname }) =>
            (parent.sectionName ?? name) === name &&
            (parent.port ?? port) === port &&
            (LISTENERS[route.kind]?.includes(protocol) ?? true) &&
            (!hostname ||
              !hostnames?.length ||
              hostnames.some(host => hostsOverlap(host, hostname))),
        );
      const state = transportThrough(gateway, listeners) ?? {
        transport: 'unknown',
        decidedBy: fieldIn(route, parent.field),
        reason: gateway
          ? `${describeObject(
              referenceTo(gateway),
            )} has no listener for ${describeObject(object)}`
          : missing(snapshot, 'Gateway', parent.kind, where, parent.name),
      };
      return services.map(service => ({ route: object, service, ...state }));
    });
}
