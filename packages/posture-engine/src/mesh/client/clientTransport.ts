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
  referenceTo,
} from '../../snapshot';
import { servicesSelecting } from '../../network/services';
import { PodDataPlane, dataPlaneOf } from '../dataPlane';
import { meshGap } from '../meshGap';
import { FieldValue } from '../podFields';
import { chainsOfServicePort } from '../portProtocol';
import { autoTransport, modeOfClient } from './autoMtls';
import {
  contestReason,
  destinationRuleOf,
  tlsSettingsOf,
} from './destinationRules';
import { hidingField, outboundPolicyOf } from './egressScope';
import { ambientTransport, hbone, takesHbone } from './hbone';
import { serviceHost } from './hosts';
import { outboundBypass } from './outboundCapture';
import { subsetRouteReason } from './subsetRoutes';
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
  return hidden
    ? unknownToProxy(
        client.pod,
        snapshot,
        [layered(hidden)],
        'its proxy does not know the Service',
      )
    : proxyTransport(
        { client: client.pod, gateway: own.gateway },
        target,
        endpoint,
        snapshot,
      );
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
        client.pod,
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
  if (own.dataPlane === 'linkerd') {
    return unknownTransport(
      'a Linkerd proxy decides what it sends, which is not modelled here yet',
    );
  }
  return own.dataPlane === 'none' && !own.gateway
    ? {
        transport: 'plaintext',
        decidedBy: [],
        reason: `it is in no mesh (${own.reason})`,
      }
    : undefined;
}

function proxyTransport(
  { client, gateway }: { client: PodView; gateway: boolean },
  { service, port }: ServiceTarget,
  endpoint: Member,
  snapshot: ClusterSnapshot,
): ClientTransport {
  const { namespace = 'default', name } = service.metadata;
  const merged = destinationRuleOf(
    client,
    serviceHost(name, namespace),
    namespace,
    snapshot,
  );
  const undecided =
    merged &&
    (contestReason(merged) ??
      subsetRouteReason(
        client,
        serviceHost(name, namespace),
        merged,
        snapshot,
      ));
  if (undecided !== undefined) {
    return unknownTransport(undecided);
  }
  const rule = merged?.deciding;
  const {
    cluster,
    endpoint: marked,
    field,
  } = tlsSettingsOf(rule?.spec?.trafficPolicy, port.port);
  const decidedBy: TransportField[] = rule
    ? [{ layer: 'destination-rule', object: referenceTo(rule), field }]
    : [];
  const tunnelled = takesHbone(endpoint, snapshot);
  const mode = cluster && modeOfClient(cluster.mode);
  const named = rule && describeObject(referenceTo(rule));
  if (mode === 'SIMPLE' || mode === 'MUTUAL') {
    // istiod gives a sidecar no secret that is not meant for it alone, and the connection then has no TLS.
    return cluster?.credentialName && !merged?.selector && !gateway
      ? {
          transport: 'plaintext',
          decidedBy,
          reason: `${named} names a credential, which counts only in a rule with a workloadSelector, so it is sent without TLS`,
        }
      : {
          transport: 'tls',
          ...(tunnelled ? { tunnel: 'HBONE' } : {}),
          decidedBy,
          reason: `${named} makes it speak TLS of its own`,
        };
  }
  if (tunnelled) {
    return hbone('sidecars send HBONE to pods of ambient, whatever rules say');
  }
  if (mode === 'DISABLE') {
    return {
      transport: 'plaintext',
      decidedBy,
      reason: `${named} switches TLS off`,
    };
  }
  if (mode === 'ISTIO_MUTUAL') {
    return {
      transport: 'mtls',
      decidedBy,
      reason: `${named} asks for mTLS`,
    };
  }
  return autoTransport(
    { service, port },
    endpoint,
    rule && marked ? { mode: modeOfClient(marked.mode), decidedBy } : undefined,
    snapshot,
  );
}

function layered({ object, field }: FieldValue): TransportField {
  return {
    layer: object.kind === 'Sidecar' ? 'sidecar' : 'service',
    object,
    field,
  };
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
  client: PodView,
  snapshot: ClusterSnapshot,
  hiddenBy: readonly TransportField[],
  why: string,
): ClientTransport {
  const { refuses, decidedBy } = outboundPolicyOf(client, snapshot);
  return {
    transport: refuses ? 'blocked' : 'plaintext',
    decidedBy: [...hiddenBy, ...decidedBy.map(layered)],
    reason: refuses
      ? `${why}, and refuses what it does not know`
      : `${why}, and passes on what it does not know as it is`,
  };
}

function unknownTransport(reason: string): ClientTransport {
  return { transport: 'unknown', decidedBy: [], reason };
}
