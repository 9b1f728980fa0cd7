/** Whom the authorizations of Linkerd let in: the authentications that they name, read together. */
import { ClusterSnapshot, describeObject, referenceTo } from '../../snapshot';
import {
  LinkerdAuthorizationPolicy,
  LinkerdReference,
  ServerAuthorization,
} from '../../snapshot/kinds';
import {
  ClientAuthorization,
  Networks,
  networksOf,
} from './clientAuthorization';
import { identityOfAccount } from './identities';
import { requireLinkerd } from './linkerdMesh';
import { LINKERD_GROUP, named, refersTo } from './references';

/** Whom an object lets in, and from where. */
export type WhoAndWhence = Pick<ClientAuthorization, 'clients' | 'networks'>;

/** All references must hold; without any, everybody is let in. A text says why the policy counts for nothing. */
export function clientsOf(
  { spec }: LinkerdAuthorizationPolicy,
  namespace: string,
  snapshot: ClusterSnapshot,
): WhoAndWhence | string {
  if (!spec?.requiredAuthenticationRefs) {
    return 'it says nothing of who is let in';
  }
  let identities: readonly string[] | undefined;
  let networks: Networks | undefined;
  for (const written of spec.requiredAuthenticationRefs) {
    const reference = named(written);
    const where = written.namespace || namespace;
    if (!reference) {
      return 'a reference to an authentication has no name';
    }
    if (refersTo(reference, LINKERD_GROUP, 'NetworkAuthentication')) {
      const found = networksOfAuthentication(reference.name, where, snapshot);
      if (typeof found === 'string' || networks) {
        return typeof found === 'string' ? found : 'it names several networks';
      }
      networks = found;
      continue;
    }
    const found = identitiesOf(reference, where, snapshot);
    if (typeof found === 'string' || identities) {
      return typeof found === 'string'
        ? found
        : 'it names several authentications of one kind';
    }
    identities = found;
  }
  return {
    clients: identities ?? 'anybody',
    ...(networks ? { networks } : {}),
  };
}

function identitiesOf(
  reference: LinkerdReference & { name: string },
  namespace: string,
  snapshot: ClusterSnapshot,
): readonly string[] | string {
  if (refersTo(reference, '', 'ServiceAccount')) {
    return [
      identityOfAccount(namespace, reference.name, requireLinkerd(snapshot)),
    ];
  }
  return refersTo(reference, LINKERD_GROUP, 'MeshTLSAuthentication')
    ? identitiesOfAuthentication(reference.name, namespace, snapshot)
    : `Linkerd takes no ${reference.kind} as an authentication`;
}

function identitiesOfAuthentication(
  name: string,
  namespace: string,
  snapshot: ClusterSnapshot,
): readonly string[] | string {
  const authentication = snapshot.get('MeshTLSAuthentication', name, namespace);
  if (!authentication) {
    return `there is no MeshTLSAuthentication ${namespace}/${name}`;
  }
  const { identities = [], identityRefs = [] } = authentication.spec ?? {};
  const linkerd = requireLinkerd(snapshot);
  const referred = identityRefs.map(reference => {
    const { name: own, namespace: where } = reference;
    if (own && refersTo(reference, '', 'ServiceAccount')) {
      return identityOfAccount(where || namespace, own, linkerd);
    }
    return own && refersTo(reference, '', 'Namespace')
      ? identityOfAccount(own, '*', linkerd)
      : undefined;
  });
  const unread = referred.includes(undefined);
  const found = [...identities, ...referred.flatMap(one => one ?? [])];
  if (unread || found.length === 0) {
    return `${describeObject(referenceTo(authentication))} ${
      unread ? 'names what is no account and no namespace' : 'names nobody'
    }`;
  }
  return found;
}

function networksOfAuthentication(
  name: string,
  namespace: string,
  snapshot: ClusterSnapshot,
): Networks | string {
  const authentication = snapshot.get('NetworkAuthentication', name, namespace);
  if (!authentication) {
    return `there is no NetworkAuthentication ${namespace}/${name}`;
  }
  const { networks = [] } = authentication.spec ?? {};
  return networks.length === 0
    ? `NetworkAuthentication ${namespace}/${name} names no network`
    : networksOf(networks);
}

/** Without networks it counts for those of the cluster (`to_authz`). */
export function clientsOfServerAuthorization(
  { spec }: ServerAuthorization,
  namespace: string,
  snapshot: ClusterSnapshot,
): WhoAndWhence | string {
  const {
    networks: written = [],
    unauthenticated,
    meshTLS,
  } = spec?.client ?? {};
  const linkerd = requireLinkerd(snapshot);
  const networks =
    written.length > 0 ? networksOf(written) : clusterNetworksOf(linkerd);
  if (unauthenticated) {
    return { clients: 'anybody', networks };
  }
  if (!meshTLS) {
    return 'it says nothing of who is let in';
  }
  if (meshTLS.unauthenticatedTLS) {
    return { clients: 'any-tls', networks };
  }
  const clients = [
    ...(meshTLS.identities ?? []),
    ...(meshTLS.serviceAccounts ?? []).map(account =>
      identityOfAccount(account.namespace || namespace, account.name, linkerd),
    ),
  ];
  return clients.length === 0 ? 'it names nobody' : { clients, networks };
}

export function clusterNetworksOf({
  clusterNetworks,
}: {
  clusterNetworks: readonly string[];
}): Networks {
  return networksOf(
    clusterNetworks.map(cidr => ({ cidr })),
    true,
  );
}
