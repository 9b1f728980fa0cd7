/** Where traffic goes that a proxy takes for a host of the registry, and in which transport. */
import { ClusterSnapshot, PodView, describeObject } from '../../../snapshot';
import { accountOf } from '../../../identity/serviceAccounts';
import { requireMesh } from '../../mesh';
import { peerAuthenticationsOf, sidecarMode } from '../../peerAuthentication';
import { hasTlsLabel, podAutoEndpoint } from '../autoMtls';
import { destinationRuleOf, tlsSettingsOf } from '../destinationRules';
import { takesHbone } from '../hbone';
import { HostTarget, TargetEndpoint, hostTransport } from '../hostTransport';
import { HostEndpoint, endpointsBehind, takesMutualTls } from './hostEndpoints';
import { OutboundAnswer, OutboundEndpoint } from './outboundAnswer';
import type { OutboundCall } from './outboundCall';
import { EgressScope, KnownPort } from './scope';

/** The other end where nobody is known: it takes no mTLS. */
const NOBODY: TargetEndpoint = {
  tunnelled: false,
  saysMutualTls: false,
  mode: () => ({ mode: 'PERMISSIVE', decidedBy: [] }),
};

export function sentToHost(
  client: PodView,
  call: OutboundCall,
  known: KnownPort,
  snapshot: ClusterSnapshot,
): OutboundAnswer {
  const leading = EgressScope.of(client, snapshot).leading(known);
  if (!leading) {
    return {
      outcome: 'host',
      host: {
        name: known.host.host,
        port: known.port.number,
        object: known.host.object,
      },
      endpoints: [],
      decidedBy: [],
      reason: `its proxy takes it for ${known.host.host}, which another object of that name has without port ${known.port.number}, so that it goes nowhere`,
    };
  }
  const { host, port } = leading;
  const behind = endpointsBehind(host, port, snapshot);
  const target = targetOf(leading, behind, snapshot);
  const transportTo = (endpoint: TargetEndpoint) =>
    hostTransport({ client, gateway: false }, target, endpoint, snapshot);
  const whom = { name: host.host, port: port.number, object: host.object };
  const named = `its proxy takes it for ${host.host} (${describeObject(
    host.object,
  )})`;
  if (host.resolution === 'dynamic-dns' && host.host.startsWith('*')) {
    const { decidedBy, reason } = transportTo(NOBODY);
    return {
      outcome: 'by-name',
      host: whom,
      endpoints: [],
      decidedBy,
      reason: `${named} and looks up the name that is asked for; ${reason}`,
    };
  }
  const keeps = host.resolution === 'none';
  const ends = keeps
    ? [{ address: call.address, port: keptPort(leading, call), side: NOBODY }]
    : behind.map(endpoint => ({
        ...endpoint,
        side: sideOf(endpoint, snapshot),
      }));
  const sent = ends.map(({ address, port: number, side }) => ({
    address,
    port: number,
    ...transportTo(side),
  }));
  const doubt = sent.find(({ transport }) => transport === 'unknown');
  if (doubt) {
    return {
      outcome: 'unknown',
      host: whom,
      endpoints: [],
      decidedBy: [],
      reason: doubt.reason,
    };
  }
  const [first] = sent;
  return {
    outcome: keeps ? 'original-address' : 'host',
    host: whom,
    endpoints: sent.map(endpointOf),
    ...(sent.some(({ transport }) => transport === 'mtls')
      ? { peers: peersOf(client, target, behind, snapshot) }
      : {}),
    decidedBy: [
      {
        layer: 'service' in host.source ? 'service' : 'service-entry',
        object: host.object,
        field: 'spec.ports',
      },
      ...(first?.decidedBy ?? []),
    ],
    reason: first
      ? `${named}; ${first.reason}`
      : `${named}, and no endpoint of it is known here`,
  };
}

function endpointOf({
  address,
  port,
  transport,
  tunnel,
  origination,
}: OutboundEndpoint): OutboundEndpoint {
  return {
    address,
    port,
    transport,
    ...(tunnel ? { tunnel } : {}),
    ...(origination ? { origination } : {}),
  };
}

/** A ServiceEntry that keeps the address may still change the port. */
function keptPort({ host, port }: KnownPort, call: OutboundCall): number {
  const written =
    'entry' in host.source
      ? host.source.entry.spec?.ports?.find(
          ({ number }) => number === port.number,
        )
      : undefined;
  return written?.targetPort ?? call.port;
}

function targetOf(
  { host, port }: KnownPort,
  behind: readonly HostEndpoint[],
  snapshot: ClusterSnapshot,
): HostTarget {
  const { namespace, external, resolution, source } = host;
  const names =
    'entry' in source ? source.entry.spec?.subjectAltNames ?? [] : [];
  return {
    host: host.host,
    port: port.number,
    namespace,
    external,
    ...(names.length > 0 ? { subjectAltNames: names } : {}),
    ...(resolution === 'none'
      ? {
          keepsAddress: () => {
            const bare = behind.find(({ of }) =>
              'pod' in of
                ? !hasTlsLabel(of, snapshot)
                : !takesMutualTls(of.written),
            );
            return bare || behind.length === 0
              ? 'its connections keep their address, and not everybody behind it is known to take mTLS'
              : undefined;
          },
        }
      : {}),
  };
}

function sideOf(
  { of, port }: HostEndpoint,
  snapshot: ClusterSnapshot,
): TargetEndpoint {
  if ('pod' in of) {
    return {
      ...podAutoEndpoint(of, port, snapshot),
      tunnelled: takesHbone(of, snapshot),
    };
  }
  const { written, namespace } = of;
  return {
    saysMutualTls: takesMutualTls(written),
    mode: () =>
      sidecarMode(
        { namespace, labels: written.labels ?? {} },
        port,
        snapshot.derive(peerAuthenticationsOf),
      ),
    tunnelled: false,
  };
}

/** What the rule names, else what the host names and the accounts of its endpoints. */
function peersOf(
  client: PodView,
  { host, namespace, port, subjectAltNames = [] }: HostTarget,
  behind: readonly HostEndpoint[],
  snapshot: ClusterSnapshot,
): string[] {
  const rule = destinationRuleOf(client, host, namespace, snapshot)?.deciding;
  const written = tlsSettingsOf(rule?.spec?.trafficPolicy, port).cluster
    ?.subjectAltNames;
  if (written?.length) {
    return [...written];
  }
  const { trustDomain, trustDomainAliases } = requireMesh(snapshot);
  const accounts = behind.flatMap(({ of }) => {
    const account = 'pod' in of ? accountOf(of.pod) : of.written.serviceAccount;
    const where = 'pod' in of ? of.pod.namespace : of.namespace;
    return account
      ? [trustDomain, ...trustDomainAliases].map(
          domain => `spiffe://${domain}/ns/${where}/sa/${account}`,
        )
      : [];
  });
  return [...new Set([...subjectAltNames, ...accounts])].sort();
}
