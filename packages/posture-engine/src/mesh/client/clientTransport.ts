/**
 * How a client's side speaks to one pod behind a Service, or to a pod by its
 * address: mTLS, plaintext, a TLS of its own, or not at all. What the server
 * makes of it is another question (`connection/`).
 */
import {
  ClusterSnapshot,
  KindName,
  PodView,
  describeObject,
} from '../../snapshot';
import { servicesSelecting } from '../../network/services';
import { PodDataPlane, dataPlaneOf } from '../dataPlane';
import { linkerdTransport } from '../linkerd/linkerdTransport';
import { meshGap } from '../meshGap';
import { outboundBypass } from '../outboundBypass';
import { FieldValue } from '../podFields';
import { chainsOfServicePort, endpointPort } from '../portProtocol';
import { egressField, hidingField, outboundPolicyOf } from './egressScope';
import { ambientTransport } from './hbone';
import { Sender, serviceTransport } from './hostTransport';
import { serviceHost } from './hosts';
import { outboundCall } from './outbound';

import {
  ClientTransport,
  Member,
  ServiceTarget,
  TransportField,
} from './transport';

/** As {@link transportToService}; what cannot be read, such as the MeshConfig, makes the answer `unknown`. */
export function tellTransport(
  client: Member,
  target: ServiceTarget,
  endpoint: Member,
  snapshot: ClusterSnapshot,
): ClientTransport {
  try {
    return transportToService(client, target, endpoint, snapshot);
  } catch (error) {
    return unknownTransport(
      error instanceof Error ? error.message : String(error),
    );
  }
}

/** How a client reaches one endpoint of a port of a Service. Throws where objects cannot be read. */
export function transportToService(
  client: Member,
  target: ServiceTarget,
  endpoint: Member,
  snapshot: ClusterSnapshot,
): ClientTransport {
  const own = dataPlaneOf(client.workload, client.pod, snapshot);
  const { namespace: serviceNamespace = 'default' } = target.service.metadata;
  const before =
    withoutProxy(own) ??
    linkerdTransport(
      own,
      client,
      endpoint,
      {
        dialled: target.port.port,
        port: endpointPort(endpoint.pod, target.port) ?? target.port.port,
      },
      snapshot,
    ) ??
    ambientTransport(own, endpoint, snapshot) ??
    unseen(
      ['DestinationRule', 'PeerAuthentication', 'Sidecar'],
      [client.pod.namespace, serviceNamespace],
      snapshot,
    );
  if (before) {
    return before;
  }
  const address = target.service.spec?.clusterIP;
  const bypass = own.gateway
    ? undefined
    : outboundBypass(client, target.port.port, address, snapshot);
  if (bypass) {
    return bypassed(bypass);
  }
  const hidden = hidingField(
    client.pod,
    target.service,
    target.port.port,
    snapshot,
    !own.gateway,
  );
  if (hidden?.object.kind === 'ServiceEntry') {
    return takenOver(client, target, endpoint, hidden, snapshot);
  }
  return hidden
    ? unknownToProxy(
        { client: client.pod, gateway: own.gateway },
        snapshot,
        [egressField(hidden)],
        'its proxy does not know the Service',
      )
    : serviceTransport(
        { client: client.pod, gateway: own.gateway },
        target,
        endpoint,
        snapshot,
      );
}

/** A ServiceEntry has the Service's name, so that the proxy sends it to whom that one means. */
function takenOver(
  client: Member,
  { service, port }: ServiceTarget,
  { pod }: Member,
  by: FieldValue,
  snapshot: ClusterSnapshot,
): ClientTransport {
  const { namespace = 'default', name } = service.metadata;
  const host = serviceHost(name, namespace);
  const http = chainsOfServicePort(port).includes('http');
  const { outcome, endpoints } = outboundCall(
    client,
    {
      address: service.spec?.clusterIP ?? '',
      port: port.port,
      sent: http ? { kind: 'http', host } : { kind: 'tcp' },
    },
    snapshot,
  );
  const own = endpoints.find(({ address }) => pod.ips.includes(address));
  const field = egressField(by);
  const why = `${describeObject(by.object)} takes the name of the Service`;
  if (outcome !== 'host') {
    const { gateway } = dataPlaneOf(client.workload, client.pod, snapshot);
    return unknownToProxy(
      { client: client.pod, gateway },
      snapshot,
      [field],
      why,
    );
  }
  return own
    ? { ...own, decidedBy: [field], reason: why }
    : {
        transport: 'blocked',
        decidedBy: [field],
        reason: `${why}, and sends what is meant for it to ${endpoints
          .map(({ address }) => address)
          .join(', ')}`,
      };
}

/**
 * How a client reaches a pod by its address. Its proxy takes a connection that
 * is no HTTP to a port of a Service without an address of its own for that
 * Service; HTTP it goes by the host that is asked for.
 */
export function transportToPod(
  client: Member,
  endpoint: Member,
  port: number,
  snapshot: ClusterSnapshot,
  http: boolean,
): ClientTransport {
  const headless = http
    ? undefined
    : headlessTarget(endpoint.pod, port, snapshot);
  if (headless) {
    return transportToService(client, headless, endpoint, snapshot);
  }
  const own = dataPlaneOf(client.workload, client.pod, snapshot);
  const before =
    withoutProxy(own) ??
    linkerdTransport(
      own,
      client,
      endpoint,
      { dialled: port, port },
      snapshot,
    ) ??
    ambientTransport(own, endpoint, snapshot) ??
    unseen(['Sidecar'], [client.pod.namespace], snapshot);
  if (before) {
    return before;
  }
  const bypass = own.gateway
    ? undefined
    : outboundBypass(client, port, endpoint.pod.ips[0], snapshot);
  return bypass
    ? bypassed(bypass)
    : unknownToProxy(
        { client: client.pod, gateway: own.gateway },
        snapshot,
        [],
        'its proxy knows Services, and no addresses of pods',
      );
}

function headlessTarget(
  pod: PodView,
  port: number,
  snapshot: ClusterSnapshot,
): ServiceTarget | undefined {
  for (const service of servicesSelecting(snapshot, pod)) {
    const found =
      service.spec?.clusterIP === 'None'
        ? service.spec.ports?.find(
            candidate =>
              candidate.port === port &&
              chainsOfServicePort(candidate).includes('tcp'),
          )
        : undefined;
    if (found) {
      return { service, port: found };
    }
  }
  return undefined;
}

function unseen(
  kinds: readonly KindName[],
  namespaces: readonly string[],
  snapshot: ClusterSnapshot,
): ClientTransport | undefined {
  const reason = meshGap(kinds, namespaces, snapshot);
  return reason === undefined ? undefined : unknownTransport(reason);
}

function withoutProxy(own: PodDataPlane): ClientTransport | undefined {
  if (own.undecided !== undefined) {
    return unknownTransport(own.undecided);
  }
  return own.dataPlane === 'none' && !own.gateway
    ? {
        transport: 'plaintext',
        decidedBy: [],
        reason: `it is in no mesh (${own.reason})`,
      }
    : undefined;
}

function bypassed({ object, field }: FieldValue): ClientTransport {
  return {
    transport: 'plaintext',
    decidedBy: [{ layer: 'pod', object, field }],
    reason: 'it is sent past the proxy of the client',
  };
}

/** Passthrough to the address as it is, which never adds TLS, or refused. */
function unknownToProxy(
  { client, gateway }: Sender,
  snapshot: ClusterSnapshot,
  hiddenBy: readonly TransportField[],
  why: string,
): ClientTransport {
  if (gateway) {
    return {
      transport: 'blocked',
      decidedBy: hiddenBy,
      reason: `${why}, and a gateway has no way to what it does not know`,
    };
  }
  const { mode, decidedBy } = outboundPolicyOf(client, snapshot);
  const refuses = mode === 'REGISTRY_ONLY';
  return {
    transport: refuses ? 'blocked' : 'plaintext',
    decidedBy: [...hiddenBy, ...decidedBy.map(egressField)],
    reason: refuses
      ? `${why}, and refuses what it does not know`
      : `${why}, and passes on what it does not know as it is`,
  };
}

function unknownTransport(reason: string): ClientTransport {
  return { transport: 'unknown', decidedBy: [], reason };
}
