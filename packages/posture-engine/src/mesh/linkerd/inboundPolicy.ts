/**
 * What Linkerd's policy controller tells the proxy of a pod about one port
 * (`inbound_server` and `default_inbound_server` of `inbound/index.rs`): what
 * is spoken there, who is let in, and on which routes. Several Servers may
 * claim a port; which one counts nobody can say.
 */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  referenceTo,
} from '../../snapshot';
import { LinkerdServer } from '../../snapshot/kinds';
import { SelectorIndex } from '../../selectors';
import { FieldValue } from '../podFields';
import { ClientAuthorization, networksOf } from './clientAuthorization';
import { authorizationsOfServer } from './authorizations';
import {
  authorizationsOf,
  defaultPolicyNamed,
  defaultPolicyOf,
  withRequiredIdentity,
} from './defaultPolicy';
import { requireLinkerd } from './linkerdMesh';
import { holdsPort, settingOf } from './podSettings';
import { anyRequest, hostMatches, httpMatch } from './requestMatch';
import { InboundRoute, serverRoutesIn } from './routes';

/** `detect` finds out by the first bytes; `http` and `grpc` take nothing else; `opaque` looks at nothing. */
export type InboundProtocol = 'detect' | 'http' | 'grpc' | 'opaque';

export interface InboundPolicy {
  /** Undefined: the default policy. */
  server?: LinkerdServer;
  /** The Server, or the field that sets the default policy. */
  decidedBy: FieldValue & {
    layer: 'linkerd-policy' | 'linkerd-config' | 'pod';
  };
  protocol: InboundProtocol;
  /** For every connection and on every route. */
  authorizations: readonly ClientAuthorization[];
  /** By the protocol: of HTTP or of gRPC; one request that no route takes is refused. */
  routes: readonly InboundRoute[];
}

type PolicyMember = { workload: Workload; pod: PodView };

/** One policy, or one for each Server that claims the port; null asks for a port that nothing names. */
export function inboundPoliciesOf(
  member: PolicyMember,
  port: number | null,
  snapshot: ClusterSnapshot,
): readonly InboundPolicy[] {
  const found = snapshot.derive(foundOf);
  let byPort = found.get(member.pod);
  if (!byPort) {
    byPort = new Map();
    found.set(member.pod, byPort);
  }
  let policies = byPort.get(port);
  if (!policies) {
    policies = findPolicies(member, port, snapshot);
    byPort.set(port, policies);
  }
  return policies;
}

function foundOf(): WeakMap<
  PodView,
  Map<number | null, readonly InboundPolicy[]>
> {
  return new WeakMap();
}

function findPolicies(
  member: PolicyMember,
  port: number | null,
  snapshot: ClusterSnapshot,
): InboundPolicy[] {
  const servers = serversOf(member.pod, port, snapshot);
  return servers.length === 0
    ? [defaultServer(member, port, snapshot)]
    : servers.map(server => namedServer(server, member.pod, port, snapshot));
}

function serverIndexOf(
  snapshot: ClusterSnapshot,
  namespace: string,
): SelectorIndex<LinkerdServer> {
  return SelectorIndex.create(
    snapshot
      .inNamespace('Server', namespace)
      .filter(({ spec }) => spec?.podSelector && spec.port !== undefined),
    ({ spec }) => spec?.podSelector ?? {},
  );
}

/** The Servers that select a pod, whatever port they are about. */
export function serversSelecting(
  { namespace, labels }: PodView,
  snapshot: ClusterSnapshot,
): readonly LinkerdServer[] {
  return snapshot.deriveIn(namespace, serverIndexOf).matching(labels);
}

function serversOf(
  pod: PodView,
  port: number | null,
  snapshot: ClusterSnapshot,
): LinkerdServer[] {
  return port === null
    ? []
    : serversSelecting(pod, snapshot).filter(server =>
        portsOfServer(server, pod).includes(port),
      );
}

/** The ports of a pod that a Server means: its number, or all that carry its name. */
export function portsOfServer(
  { spec }: LinkerdServer,
  { spec: { containers, initContainers = [] } }: PodView,
): number[] {
  const port = spec?.port;
  if (typeof port === 'number') {
    return [port];
  }
  return [...containers, ...initContainers].flatMap(({ ports = [] }) =>
    ports.flatMap(({ name, protocol, containerPort }) =>
      name === port && protocol.toUpperCase() === 'TCP' ? [containerPort] : [],
    ),
  );
}

const PROTOCOLS: Readonly<Record<string, InboundProtocol>> = {
  'HTTP/1': 'http',
  'HTTP/2': 'http',
  gRPC: 'grpc',
  opaque: 'opaque',
  TLS: 'opaque',
};

function namedServer(
  server: LinkerdServer,
  pod: PodView,
  port: number | null,
  snapshot: ClusterSnapshot,
): InboundPolicy {
  const { name, namespace = 'default' } = server.metadata;
  const { proxyProtocol = 'unknown', accessPolicy } = server.spec ?? {};
  const protocol = Object.hasOwn(PROTOCOLS, proxyProtocol)
    ? PROTOCOLS[proxyProtocol]
    : 'detect';
  const object = referenceTo(server);
  const access = defaultPolicyNamed(accessPolicy);
  const { http, grpc } = snapshot.deriveIn(namespace, serverRoutesIn);
  const routes =
    protocol === 'grpc'
      ? grpc.get(name) ?? [madeUp('grpc')]
      : http.get(name) ?? defaultRoutes(pod, port, snapshot);
  return {
    server,
    decidedBy: {
      object,
      field: 'spec.port',
      value: server.spec?.port ?? null,
      layer: 'linkerd-policy',
    },
    protocol,
    authorizations: [
      ...authorizationsOfServer(server, snapshot),
      ...(access
        ? authorizationsOf(
            access,
            { object, field: 'spec.accessPolicy', layer: 'linkerd-policy' },
            snapshot,
          )
        : []),
    ],
    routes,
  };
}

function defaultServer(
  { workload, pod }: PolicyMember,
  port: number | null,
  snapshot: ClusterSnapshot,
): InboundPolicy {
  const { policy, decidedBy } = withRequiredIdentity(
    defaultPolicyOf(workload, pod, snapshot),
    { workload, pod },
    port,
    snapshot,
  );
  const opaque = settingOf(workload, pod, 'opaque-ports', snapshot);
  const layer =
    decidedBy.object.kind === 'ConfigMap' ||
    decidedBy.object.kind === 'Namespace'
      ? 'linkerd-config'
      : 'pod';
  return {
    decidedBy: { ...decidedBy, layer },
    protocol:
      opaque && holdsPort(String(opaque.value), port) ? 'opaque' : 'detect',
    authorizations: authorizationsOf(
      policy,
      { object: decidedBy.object, field: decidedBy.field, layer },
      snapshot,
    ),
    routes: defaultRoutes(pod, port, snapshot),
  };
}

function madeUp(protocol: 'http' | 'grpc'): InboundRoute {
  return {
    matches: hostMatches([]).map(host => ({
      ...anyRequest(host, protocol),
      redirects: false,
    })),
    authorizations: [],
  };
}

/** A route for everything, and one that lets the HTTP probes of the kubelet through (`default_inbound_http_routes`). */
function defaultRoutes(
  pod: PodView,
  port: number | null,
  snapshot: ClusterSnapshot,
): InboundRoute[] {
  const { probeNetworks, config } = requireLinkerd(snapshot);
  const paths = probeNetworks.length > 0 ? probePathsOf(pod, port) : [];
  return paths.length === 0
    ? [madeUp('http')]
    : [
        madeUp('http'),
        {
          matches: paths.flatMap(value =>
            hostMatches([]).flatMap(host => {
              const match = httpMatch(host, {
                path: { type: 'Exact', value },
                method: 'GET',
              });
              return typeof match === 'string'
                ? []
                : [{ ...match, redirects: false }];
            }),
          ),
          authorizations: [
            {
              clients: 'anybody',
              networks: networksOf(probeNetworks.map(cidr => ({ cidr }))),
              object: config,
              field: 'data.values (policyController.probeNetworks)',
              layer: 'linkerd-config',
            },
          ],
        },
      ];
}

/** The paths of the HTTP probes of a port, as `pod_http_probes` collects them. */
export function probePathsOf(pod: PodView, port: number | null): string[] {
  const paths = probesOf(pod).flatMap(probe =>
    probe.port === port ? [probe.path] : [],
  );
  return [...new Set(paths)].sort();
}

export function probePortsOf(pod: PodView): number[] {
  return probesOf(pod).map(({ port }) => port);
}

function probesOf({
  spec: { containers, initContainers = [] },
}: PodView): { port: number; path: string }[] {
  return [...containers, ...initContainers].flatMap(container =>
    [
      container.livenessProbe,
      container.readinessProbe,
      container.startupProbe,
    ].flatMap(probe => {
      const { port: asked, path = '/' } = probe?.httpGet ?? {};
      const number =
        typeof asked === 'string'
          ? container.ports?.find(
              ({ name, protocol }) =>
                protocol.toUpperCase() === 'TCP' &&
                name?.toLowerCase() === asked.toLowerCase(),
            )?.containerPort
          : asked;
      return probe?.httpGet && number !== undefined
        ? [{ port: number, path: (path || '/').split('?', 1)[0] }]
        : [];
    }),
  );
}
