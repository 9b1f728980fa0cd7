/** Linkerd's policies that change nothing: its controller ignores them, what they are for is not there, or nothing names them. */
import {
  ClusterSnapshot,
  ObjectReference,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { matchesSelector } from '../../selectors';
import type { IneffectivePolicy } from '../../network/ineffective';
import { dataPlaneOf } from '../dataPlane';
import {
  LINKERD_AUTHENTICATIONS,
  LINKERD_POLICIES,
  authorizationsIn,
  linkerdGap,
  portsOfServer,
  routeKey,
  serverRoutesIn,
} from '../linkerd';
import { LINKERD_GROUP, refersTo } from '../linkerd/references';

export function ineffectiveLinkerdObjects(
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  const kinds = [...LINKERD_POLICIES, ...LINKERD_AUTHENTICATIONS];
  const namespaces = new Set(
    kinds.flatMap(kind =>
      snapshot
        .all(kind)
        .map(({ metadata: { namespace = 'default' } }) => namespace),
    ),
  );
  return [...namespaces]
    .filter(namespace => !linkerdGap(namespace, snapshot))
    .sort()
    .flatMap(namespace => [
      ...idleServers(namespace, snapshot),
      ...ignoredObjects(namespace, snapshot),
      ...aimless(namespace, snapshot),
      ...unnamed(namespace, snapshot),
    ]);
}

function said(
  object: ObjectReference,
  field: string,
  because: string,
): IneffectivePolicy {
  return {
    object,
    field: 'spec',
    because,
    provenBy: [{ object, field }],
  };
}

function ignoredObjects(
  namespace: string,
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  const { ignored } = snapshot.deriveIn(namespace, authorizationsIn);
  const routes = snapshot.deriveIn(namespace, serverRoutesIn).ignored;
  return [
    ...ignored.map(({ policy, reason }) =>
      said(referenceTo(policy), 'spec', `Linkerd ignores it: ${reason}`),
    ),
    ...routes.map(({ route, reason }) =>
      said(
        referenceTo(route),
        'spec',
        `Linkerd ignores it for all Servers: ${reason}`,
      ),
    ),
  ];
}

function idleServers(
  namespace: string,
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  const pods = snapshot
    .workloadsIn(namespace)
    .flatMap(workload => podsInLinkerd(workload, snapshot));
  return snapshot.inNamespace('Server', namespace).flatMap(server => {
    const { podSelector, port } = server.spec ?? {};
    if (!podSelector) {
      return []; // It is about workloads outside of the cluster.
    }
    const selected = pods.filter(({ labels }) =>
      matchesSelector(podSelector, labels),
    );
    const object = referenceTo(server);
    if (selected.length === 0) {
      return [
        said(
          object,
          'spec.podSelector',
          `it selects no pod of namespace ${namespace} that has a proxy of Linkerd`,
        ),
      ];
    }
    return selected.some(pod => portsOfServer(server, pod).length > 0)
      ? []
      : [
          said(
            object,
            'spec.port',
            `no port of the pods that it selects is called ${port}`,
          ),
        ];
  });
}

function podsInLinkerd(workload: Workload, snapshot: ClusterSnapshot) {
  return workload.pods.filter(
    pod => dataPlaneOf(workload, pod, snapshot).dataPlane === 'linkerd',
  );
}

/** Authorizations for what is not there. */
function aimless(
  namespace: string,
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  const servers = snapshot.inNamespace('Server', namespace);
  const { targeted, selecting } = snapshot.deriveIn(
    namespace,
    authorizationsIn,
  );
  const { http, grpc } = snapshot.deriveIn(namespace, serverRoutesIn);
  const routes = new Set(
    [...http.entries(), ...grpc.entries()].flatMap(([server, list]) =>
      servers.some(({ metadata }) => metadata.name === server)
        ? list.flatMap(({ object }) => (object ? [routeKey(object)] : []))
        : [],
    ),
  );
  return [
    ...targeted.flatMap(({ target, authorization: { object } }) => {
      switch (target.kind) {
        case 'namespace':
          return servers.length > 0
            ? []
            : [
                said(
                  object,
                  'spec.targetRef',
                  `namespace ${namespace} has no Server, and ports without one follow the default policy alone`,
                ),
              ];
        case 'server':
          return servers.some(({ metadata }) => metadata.name === target.name)
            ? []
            : [
                said(
                  object,
                  'spec.targetRef.name',
                  `there is no Server ${namespace}/${target.name}`,
                ),
              ];
        default:
          return routes.has(target.key)
            ? []
            : [
                said(
                  object,
                  'spec.targetRef',
                  'no Server has the route that it is for',
                ),
              ];
      }
    }),
    ...selecting.flatMap(({ selects, authorization: { object } }) =>
      servers.some(selects)
        ? []
        : [said(object, 'spec.server', 'it selects no Server')],
    ),
  ];
}

/** Authentications that no AuthorizationPolicy names, in whatever namespace. */
function unnamed(
  namespace: string,
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  const kind = 'AuthorizationPolicy.policy.linkerd.io';
  if (snapshot.coverage.gap(kind)) {
    return [];
  }
  const references = snapshot.all(kind).flatMap(({ metadata, spec }) =>
    (spec?.requiredAuthenticationRefs ?? []).map(reference => ({
      ...reference,
      namespace: reference.namespace || metadata.namespace,
    })),
  );
  return LINKERD_AUTHENTICATIONS.flatMap(authentication =>
    snapshot
      .inNamespace(authentication, namespace)
      .filter(
        ({ metadata }) =>
          !references.some(
            reference =>
              refersTo(reference, LINKERD_GROUP, authentication) &&
              reference.name === metadata.name &&
              reference.namespace === namespace,
          ),
      )
      .map(object => {
        const own = referenceTo(object);
        return said(
          own,
          'metadata.name',
          `no AuthorizationPolicy of Linkerd names ${describeObject(own)}`,
        );
      }),
  );
}
