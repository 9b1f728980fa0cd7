/**
 * The authorizations of one namespace, as Linkerd's policy controller indexes
 * them (`inbound/authorization_policy.rs`, `server_authorization.rs`,
 * `meshtls_authentication.rs`, `policy_client_authz` of `inbound/index.rs`).
 * What it cannot make sense of it ignores, which closes and never opens.
 */
import { ClusterSnapshot, groupOf, referenceTo } from '../../snapshot';
import {
  LinkerdAuthorizationPolicy,
  LinkerdReference,
  LinkerdServer,
  ServerAuthorization,
} from '../../snapshot/kinds';
import { matchesSelector } from '../../selectors';
import { ClientAuthorization } from './clientAuthorization';
import { GATEWAY_GROUP, LINKERD_GROUP, named, refersTo } from './references';
import { clientsOf, clientsOfServerAuthorization } from './requiredClients';

/** An object that counts for nothing, and why: a clause. */
export interface IgnoredAuthorization {
  policy: LinkerdAuthorizationPolicy | ServerAuthorization;
  reason: string;
}

type Target =
  | { kind: 'server'; name: string }
  /** Every Server of the namespace. */
  | { kind: 'namespace' }
  | { kind: 'route'; key: string };

interface Targeted {
  target: Target;
  authorization: ClientAuthorization;
}

export interface Authorizations {
  targeted: readonly Targeted[];
  selecting: readonly {
    selects(server: LinkerdServer): boolean;
    authorization: ClientAuthorization;
  }[];
  ignored: readonly IgnoredAuthorization[];
}

/** Use as `snapshot.deriveIn(namespace, authorizationsIn)`. */
export function authorizationsIn(
  snapshot: ClusterSnapshot,
  namespace: string,
): Authorizations {
  const targeted: Targeted[] = [];
  const ignored: IgnoredAuthorization[] = [];
  for (const policy of snapshot.inNamespace(
    'AuthorizationPolicy.policy.linkerd.io',
    namespace,
  )) {
    const target = targetOf(policy.spec?.targetRef);
    const clients = clientsOf(policy, namespace, snapshot);
    if (typeof target === 'string' || typeof clients === 'string') {
      const reason = typeof target === 'string' ? target : String(clients);
      ignored.push({ policy, reason });
    } else {
      targeted.push({
        target,
        authorization: {
          ...clients,
          object: referenceTo(policy),
          field: 'spec.requiredAuthenticationRefs',
          layer: 'linkerd-policy',
        },
      });
    }
  }
  const selecting: Authorizations['selecting'][number][] = [];
  for (const policy of snapshot.inNamespace('ServerAuthorization', namespace)) {
    const clients = clientsOfServerAuthorization(policy, namespace, snapshot);
    if (typeof clients === 'string') {
      ignored.push({ policy, reason: clients });
    } else {
      selecting.push({
        selects: server => selectsServer(policy, server),
        authorization: {
          ...clients,
          object: referenceTo(policy),
          field: 'spec.client',
          layer: 'linkerd-policy',
        },
      });
    }
  }
  return { targeted, selecting, ignored };
}

/** What lets callers in at a Server, on every route of it. */
export function authorizationsOfServer(
  server: LinkerdServer,
  snapshot: ClusterSnapshot,
): ClientAuthorization[] {
  const { name, namespace = 'default' } = server.metadata;
  const { targeted, selecting } = snapshot.deriveIn(
    namespace,
    authorizationsIn,
  );
  return [
    ...targeted.flatMap(({ target, authorization }) =>
      target.kind === 'namespace' ||
      (target.kind === 'server' && target.name === name)
        ? [authorization]
        : [],
    ),
    ...selecting.flatMap(({ selects, authorization }) =>
      selects(server) ? [authorization] : [],
    ),
  ];
}

/** What lets callers in on one route alone. */
export function authorizationsOfRoute(
  route: { apiVersion: string; kind: string; name: string; namespace: string },
  snapshot: ClusterSnapshot,
): ClientAuthorization[] {
  const key = routeKey(route);
  return snapshot
    .deriveIn(route.namespace, authorizationsIn)
    .targeted.flatMap(({ target, authorization }) =>
      target.kind === 'route' && target.key === key ? [authorization] : [],
    );
}

/** One text for each route of a namespace. */
export function routeKey({
  apiVersion,
  kind,
  name,
}: {
  apiVersion: string;
  kind: string;
  name: string;
}): string {
  return `${groupOf(apiVersion)}/${kind}/${name}`.toLowerCase();
}

/** A text says why the target is none. */
function targetOf(reference: LinkerdReference | undefined): Target | string {
  const target = reference && named(reference);
  if (!target) {
    return 'it names no target';
  }
  if (refersTo(target, LINKERD_GROUP, 'Server')) {
    return { kind: 'server', name: target.name };
  }
  if (refersTo(target, '', 'Namespace')) {
    return { kind: 'namespace' };
  }
  const { group = '', kind, name } = target;
  return refersTo(target, LINKERD_GROUP, 'HTTPRoute') ||
    refersTo(target, GATEWAY_GROUP, 'HTTPRoute') ||
    refersTo(target, GATEWAY_GROUP, 'GRPCRoute')
    ? { kind: 'route', key: `${group}/${kind}/${name}`.toLowerCase() }
    : `Linkerd takes no ${kind}${group ? ` of ${group}` : ''} as a target`;
}

/** By name, or else by labels; an absent selector is an empty one, which selects all. */
function selectsServer(
  { spec }: ServerAuthorization,
  { metadata }: LinkerdServer,
): boolean {
  const { name, selector = {} } = spec?.server ?? {};
  return name === undefined
    ? matchesSelector(selector, metadata.labels ?? {})
    : name === metadata.name;
}
