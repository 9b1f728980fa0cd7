/**
 * What a proxy sends to one endpoint of a host that it knows: what the
 * DestinationRule in force says, else what automatic mTLS makes of it. Per
 * istiod's `cluster_tls.go`.
 */
import {
  ClusterSnapshot,
  PodView,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { endpointPort } from '../portProtocol';
import {
  AutoEndpoint,
  AutoTarget,
  autoTransport,
  modeOfClient,
  podAutoEndpoint,
  serviceAutoTarget,
} from './autoMtls';
import {
  MergedRule,
  contestReason,
  destinationRuleOf,
  tlsSettingsOf,
} from './destinationRules';
import { hbone, takesHbone } from './hbone';
import { serviceHost } from './hosts';
import { subsetRouteReason } from './subsetRoutes';
import {
  ClientTransport,
  Member,
  ServiceTarget,
  TransportField,
} from './transport';

export interface Sender {
  client: PodView;
  gateway: boolean;
}

export interface HostTarget extends AutoTarget {
  host: string;
  port: number;
  /** Whom the host says its servers are; counts where the rule names nobody. */
  subjectAltNames?: readonly string[];
}

export interface TargetEndpoint extends AutoEndpoint {
  /** It takes HBONE. */
  tunnelled: boolean;
}

/** A pod behind a Service. */
export function serviceTransport(
  sender: Sender,
  { service, port }: ServiceTarget,
  endpoint: Member,
  snapshot: ClusterSnapshot,
): ClientTransport {
  const { namespace = 'default', name } = service.metadata;
  return hostTransport(
    sender,
    {
      ...serviceAutoTarget({ service, port }, sender.gateway, snapshot),
      host: serviceHost(name, namespace),
      port: port.port,
    },
    {
      ...podAutoEndpoint(endpoint, endpointPort(endpoint.pod, port), snapshot),
      tunnelled: takesHbone(endpoint, snapshot),
    },
    snapshot,
  );
}

export function hostTransport(
  sender: Sender,
  target: HostTarget,
  endpoint: TargetEndpoint,
  snapshot: ClusterSnapshot,
): ClientTransport {
  const { host, namespace, port } = target;
  const merged = destinationRuleOf(sender.client, host, namespace, snapshot);
  const undecided =
    merged &&
    (contestReason(merged) ??
      subsetRouteReason(sender.client, host, merged, snapshot));
  if (undecided !== undefined) {
    return { transport: 'unknown', decidedBy: [], reason: undecided };
  }
  const rule = merged?.deciding;
  const settings = tlsSettingsOf(rule?.spec?.trafficPolicy, port);
  const decidedBy: TransportField[] = rule
    ? [
        {
          layer: 'destination-rule',
          object: referenceTo(rule),
          field: settings.field,
        },
      ]
    : [];
  const named = rule ? describeObject(referenceTo(rule)) : '';
  const mode = settings.cluster && modeOfClient(settings.cluster.mode);
  // To a proxy that takes the mTLS of sidecars they prefer that (`PILOT_PREFER_HBONE_SEND` is off); and a client that does not know the endpoints does not know either who takes HBONE.
  const tunnelled =
    endpoint.tunnelled &&
    !endpoint.saysMutualTls &&
    (!target.keepsAddress || target.knowsEndpoints === true);
  if (merged && (mode === 'SIMPLE' || mode === 'MUTUAL')) {
    return ownTls(sender, merged, mode, target, tunnelled, {
      decidedBy,
      named,
    });
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
    target,
    endpoint,
    rule && settings.endpoint
      ? { mode: modeOfClient(settings.endpoint.mode), decidedBy }
      : undefined,
    snapshot,
  );
}

/** These need no secret of the cluster. */
const PUBLIC_CREDENTIAL = 'configmap://';

/** istiod gives a sidecar no secret that is not meant for it alone, and the connection then has no TLS. */
export function needsSelector({
  credentialName = '',
}: {
  credentialName?: string;
}): boolean {
  return credentialName !== '' && !credentialName.startsWith(PUBLIC_CREDENTIAL);
}

/** TLS that a rule makes the proxy speak of its own. */
function ownTls(
  { gateway }: Sender,
  { deciding, selector }: MergedRule,
  mode: 'SIMPLE' | 'MUTUAL',
  { port, subjectAltNames = [] }: HostTarget,
  tunnelled: boolean,
  { decidedBy, named }: { decidedBy: readonly TransportField[]; named: string },
): ClientTransport {
  const { cluster = {} } = tlsSettingsOf(deciding?.spec?.trafficPolicy, port);
  const { sni, insecureSkipVerify } = cluster;
  if (needsSelector(cluster) && !selector && !gateway) {
    const why = `${named} names a credential, which counts only in a rule with a workloadSelector`;
    return tunnelled
      ? hbone(`${why}, so that HBONE alone is left`)
      : {
          transport: 'plaintext',
          decidedBy,
          reason: `${why}, so it is sent without TLS`,
        };
  }
  return {
    transport: 'tls',
    ...(tunnelled ? { tunnel: 'HBONE' as const } : {}),
    decidedBy,
    reason: `${named} makes it speak TLS of its own`,
    origination: {
      mode,
      ...(sni ? { serverName: sni } : {}),
      subjectAltNames: cluster.subjectAltNames?.length
        ? cluster.subjectAltNames
        : subjectAltNames,
      verifies: insecureSkipVerify !== true,
    },
  };
}
