/** What is wrong with one way in through the edge, for ED-1. */
import { EdgeField, EdgeRoute } from '../../network/edgeRoutes';
import { ServerDoor } from '../../network/istioServers';
import { enforcedAuthentications } from '../../mesh/authorization';
import { EdgeAccess } from '../../mesh/connection';
import { gatewaysBehind } from '../../mesh/gateway';
import {
  ClusterSnapshot,
  Service,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { Evidence, Severity, Witness } from '../control';

/** A route that leads to the workload, and who gets in by it. */
export interface Entry {
  /** Of the workload. */
  name: string;
  route: EdgeRoute;
  access: EdgeAccess;
}

export interface EdgeFault {
  severity: Severity;
  message: string;
  because: string;
  evidence: Evidence[];
  witness: Witness;
  fix: string;
}

const OUTSIDE = 'anyone who reaches the edge';

export function faultsOf(entry: Entry, snapshot: ClusterSnapshot): EdgeFault[] {
  return [
    plaintext(entry),
    oldTls(entry),
    optionalCertificate(entry),
    optionalToken(entry, snapshot),
    everyHost(entry),
    everyNamespace(entry),
  ].flatMap(fault => fault ?? []);
}

/** Such as `http://shop.example/orders through Gateway edge/public`. */
export function wordsFor({ route, access: { request } }: Entry): string {
  const { door } = route;
  const scheme = door && door.tls !== 'none' ? 'https' : 'http';
  const port =
    door?.port === undefined || door.port === (scheme === 'http' ? 80 : 443)
      ? ''
      : `:${door.port}`;
  return door?.reads === 'requests'
    ? `${scheme}://${request.host}${port}${request.path ?? '/'}`
    : `a connection to port ${door?.port ?? 'of the edge'} for ${request.host}`;
}

function witnessOf(entry: Entry, action: string): Witness {
  const { port } = entry.route.door ?? {};
  return {
    from: OUTSIDE,
    to: entry.name,
    ...(port === undefined ? {} : { port }),
    action,
  };
}

function namesOf({ route: { hosts } }: Entry): string {
  return hosts.includes('*') ? 'any name' : hosts.join(', ');
}

function throughOf({ route: { route, door } }: Entry): string {
  const described = describeObject(route);
  const gateway = door && describeObject(door.object);
  return gateway === undefined || gateway === described
    ? described
    : `${described} and ${gateway}`;
}

/** Said for each name, since redirects hold for the names of their server only. */
function plaintext(entry: Entry): EdgeFault | undefined {
  const { route } = entry;
  if (route.transport !== 'plaintext') {
    return undefined;
  }
  const { object, field } = route.decidedBy;
  return {
    severity: 'medium',
    message: `Requests for ${namesOf(entry)} reach ${
      entry.name
    } without TLS: whoever is on their way reads and changes them.`,
    because: `${describeObject(
      object,
    )} takes them as they come and does not redirect them (${field}).`,
    evidence: [route.decidedBy, hostEvidence(route)],
    witness: witnessOf(entry, `sends ${wordsFor(entry)}, and it is served`),
    fix: `Serve ${namesOf(
      entry,
    )} by HTTPS, and redirect what comes without. Clients that follow no redirect are cut off.`,
  };
}

/** Envoy's own default is 1.2, so only what somebody wrote is lower. */
const OLD = new Set(['TLSV1_0', 'TLSV1_1']);

function oldTls(entry: Entry): EdgeFault | undefined {
  const { minimumTls } = entry.route.door ?? {};
  if (!minimumTls || !OLD.has(String(minimumTls.value))) {
    return undefined;
  }
  const version = String(minimumTls.value)
    .replace('TLSV', '')
    .replace('_', '.');
  return {
    severity: 'medium',
    message: `Callers of ${
      entry.name
    } may use TLS ${version}, which is broken: what they send for ${namesOf(
      entry,
    )} can be read.`,
    because: `${describeObject(minimumTls.object)} sets ${
      minimumTls.field
    } to ${minimumTls.value}.`,
    evidence: [minimumTls],
    witness: witnessOf(
      entry,
      `asks for TLS ${version} for ${wordsFor(entry)}, and gets it`,
    ),
    fix: `Remove the field, which leaves TLS 1.2 as the lowest, or set it to TLSV1_2 or TLSV1_3. Very old clients are cut off.`,
  };
}

function optionalCertificate(entry: Entry): EdgeFault | undefined {
  const { route, access } = entry;
  if (
    route.door?.clientCertificate !== 'asked for' ||
    access.to === 'somebody'
  ) {
    return undefined;
  }
  return {
    severity: 'medium',
    message: `Callers without a certificate reach ${entry.name} all the same: the edge asks for one and demands none.`,
    because: `${describeObject(
      route.door.object,
    )} takes certificates as an option for ${namesOf(entry)}.`,
    evidence: [route.door.decidedBy],
    witness: witnessOf(
      entry,
      `asks for ${wordsFor(entry)} without a certificate, and is served`,
    ),
    fix: `Demand the certificate (mode MUTUAL), or refuse requests without one by a policy. Clients that have none are cut off.`,
  };
}

/** Tokens that are checked where they come, and not demanded. */
function optionalToken(
  entry: Entry,
  snapshot: ClusterSnapshot,
): EdgeFault | undefined {
  const { route, access, name } = entry;
  if (access.to !== 'anybody' || !route.door) {
    return undefined;
  }
  const [checking] = gatewaysBehind(route.door, snapshot)
    .flatMap(({ member }) =>
      enforcedAuthentications(member.pod, 'gateway', snapshot),
    )
    .filter(({ spec }) => (spec?.jwtRules ?? []).length > 0);
  if (!checking || route.door.reads !== 'requests') {
    return undefined;
  }
  const described = describeObject(referenceTo(checking));
  return {
    severity: 'medium',
    message: `A request without a token reaches ${name} through the edge, which checks tokens and demands none.`,
    because: `${described} refuses bad tokens alone, and no policy at the gateway or before ${name} asks for a good one.`,
    evidence: [
      { object: referenceTo(checking), field: 'spec.jwtRules', value: null },
    ],
    witness: witnessOf(
      entry,
      `asks for ${wordsFor(entry)} without a token, and is served`,
    ),
    fix: `Let an AuthorizationPolicy for the gateway allow only requests with a request principal, for the paths that need one. Callers without a token are refused there from then on.`,
  };
}

function everyHost(entry: Entry): EdgeFault | undefined {
  const { route, name } = entry;
  if (!route.hosts.includes('*') || route.door?.reads === 'connections') {
    return undefined;
  }
  return {
    severity: 'low',
    message: `Requests for any name at all reach ${name} through ${throughOf(
      entry,
    )}, also for names that are nobody's.`,
    because: `Neither the route nor the gateway says for which names it is.`,
    evidence: [hostEvidence(route)],
    witness: witnessOf(
      entry,
      `asks for a name of his own choice, such as ${wordsFor(
        entry,
      )}, and is served`,
    ),
    fix: `Name the hosts in ${describeObject(
      route.route,
    )}. Requests by address, or for other names, get 404.`,
  };
}

/** Whoever may write a route anywhere takes requests from this one. */
function everyNamespace(entry: Entry): EdgeFault | undefined {
  const { route, name } = entry;
  const open = route.door?.openToRoutes;
  if (!open) {
    return undefined;
  }
  return {
    severity: 'low',
    message: `Whoever may create a route in any namespace can draw requests for ${namesOf(
      entry,
    )} away from ${name}, and read them.`,
    because: `${describeObject(
      open.object,
    )} lets routes of all namespaces attach (${open.field}).`,
    evidence: [open],
    witness: {
      from: 'anyone who may create an HTTPRoute in some namespace',
      to: name,
      action: `attaches a route for ${namesOf(
        entry,
      )} with a longer path, and gets its requests`,
    },
    fix: `Let only the namespaces attach that are meant to: allowedRoutes.namespaces.from Selector, with a label that the platform team sets. Routes of other namespaces fall off.`,
  };
}

const FIELD_OF_HOSTS: Readonly<Record<string, string>> = {
  VirtualService: 'spec.hosts',
  Ingress: 'spec.rules',
  Route: 'spec.host',
};

function hostEvidence({ route, hosts }: EdgeRoute): EdgeField {
  return {
    object: route,
    field: FIELD_OF_HOSTS[route.kind] ?? 'spec.hostnames',
    value: [...hosts],
  };
}

/** A gateway between clusters leads on everybody with a certificate of the mesh, past every policy of its own. */
export function automaticFault(
  name: string,
  service: Service,
  { door, host }: ServerDoor,
): EdgeFault {
  const described = describeObject(door.object);
  return {
    severity: 'medium',
    message: `Every client of the mesh, in whatever cluster, reaches all of ${name} through ${described}, where no policy applies, and ${name} refuses none of them.`,
    because: `${described} passes on by name (AUTO_PASSTHROUGH for ${host}), which no AuthorizationPolicy of the gateway concerns, and no policy before ${name} denies by default.`,
    evidence: [door.decidedBy],
    witness: {
      from: 'any workload with a certificate of the mesh, in any cluster',
      to: name,
      ...(door.port === undefined ? {} : { port: door.port }),
      transport: 'mtls',
      action: `asks for ${service.metadata.name}.${service.metadata.namespace} by its name in the mesh, and is led to it`,
    },
    fix: `Write an ALLOW policy for ${name} that names its callers, or name in the gateway's hosts only the Services that other clusters need. Callers from there that nobody names are cut off.`,
  };
}
