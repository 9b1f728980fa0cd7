/** How the clients of the mesh call a workload: one of each kind, at every Service port that leads to it. */
import { servicesSelecting } from '../../network/services';
import { Member, ServiceTarget } from '../../mesh/client';
import { destinationRuleOf } from '../../mesh/client/destinationRules';
import { serviceHost } from '../../mesh/client/hosts';
import {
  ClientCall,
  ELSEWHERE,
  ambientClient,
  clientCall,
  sidecarClient,
} from '../../mesh/connection/clientCall';
import { dataPlaneOf } from '../../mesh/dataPlane';
import { requireMesh } from '../../mesh/mesh';
import { entryOf } from '../../mesh/podFields';
import { ClusterSnapshot, PodView, Service, Workload } from '../../snapshot';

export interface ServerCall extends ClientCall {
  target: ServiceTarget;
  /** The kinds of clients that fare alike. */
  who: string[];
  /** They are behind ztunnel. */
  ambient: boolean;
}

interface ClientClass {
  who: string;
  client: Member;
  ambient?: true;
}

const AMBIENT: ClientClass = {
  who: 'callers in ambient mode',
  client: ambientClient(ELSEWHERE),
  ambient: true,
};
const OTHERS: ClientClass = {
  who: 'callers in other namespaces',
  client: sidecarClient(ELSEWHERE),
};

const EVERYBODY = ['every caller with a sidecar'];

/** The calls of the mesh's clients to a workload with sidecars. `ambient`: some clients may be in ambient. */
export function serverCalls(
  workload: Workload,
  ambient: boolean,
  snapshot: ClusterSnapshot,
): ServerCall[] {
  return distinctPods(workload).flatMap(pod => {
    const { dataPlane, basis } = dataPlaneOf(workload, pod, snapshot);
    if (dataPlane !== 'sidecar') {
      return []; // ztunnel is reached by HBONE, whatever rules say.
    }
    // The injector marks what takes HBONE, so a manifest does not show it.
    const others = ambient && basis === 'seen' ? [AMBIENT] : [];
    return servicesSelecting(snapshot, pod).flatMap(service => {
      const own = snapshot.deriveIn(pod.namespace, ownClassesOf);
      const sidecars = sidecarClasses(own, service, snapshot);
      return (service.spec?.ports ?? []).flatMap(port => {
        const target = { service, port };
        const ask = (classes: readonly ClientClass[]) =>
          callsOf(classes, target, { workload, pod }, snapshot);
        const calls = ask(sidecars);
        const meant = calls.filter(({ outcome }) => outcome !== 'hidden');
        if (meant.length < calls.length && !sidecars.includes(own[0])) {
          meant.push(...ask(own).filter(({ outcome }) => outcome !== 'hidden'));
        }
        return [
          ...(calls.length === 1 && meant[0] === calls[0]
            ? [{ ...calls[0], who: EVERYBODY }]
            : meant),
          ...ask(others),
        ];
      });
    });
  });
}

/**
 * Calls that a rule makes mTLS although the workload has no proxy to read it.
 * Of themselves the clients of the mesh would call it in plaintext.
 */
export function forcedCalls(
  workload: Workload,
  snapshot: ClusterSnapshot,
): ServerCall[] {
  return distinctPods(workload).flatMap(pod =>
    servicesSelecting(snapshot, pod).flatMap(service => {
      const own = snapshot.deriveIn(pod.namespace, ownClassesOf);
      const classes = sidecarClasses(own, service, snapshot);
      return (service.spec?.ports ?? []).flatMap(port =>
        callsOf(classes, { service, port }, { workload, pod }, snapshot).filter(
          ({ outcome, client }) =>
            outcome === 'broken' &&
            client.decidedBy.some(({ layer }) => layer === 'destination-rule'),
        ),
      );
    }),
  );
}

/** Clients that fare alike are one call. */
function callsOf(
  classes: readonly ClientClass[],
  target: ServiceTarget,
  endpoint: Member,
  snapshot: ClusterSnapshot,
): ServerCall[] {
  const found = new Map<string, ServerCall>();
  for (const { who, client, ambient = false } of classes) {
    const call = clientCall(client, target, endpoint, snapshot);
    if (call && !isClientsOwn(call, client, target)) {
      const key = JSON.stringify([call.outcome, call.reason]);
      const known = found.get(key);
      found.set(
        key,
        known
          ? { ...known, who: [...known.who, who] }
          : { ...call, target, ambient, who: [who] },
      );
    }
  }
  return [...found.values()];
}

/** A rule in the namespace of a client elsewhere is that client's matter. */
function isClientsOwn(
  { client: { decidedBy } }: ClientCall,
  { pod: { namespace } }: Member,
  { service }: ServiceTarget,
): boolean {
  return (
    namespace !== service.metadata.namespace &&
    decidedBy.some(
      ({ layer, object }) =>
        layer === 'destination-rule' && object.namespace === namespace,
    )
  );
}

/** What clients, rules and policies can tell of a pod; of several that are alike, one. */
function distinctPods({ pods }: Workload): PodView[] {
  const found = new Map<string, PodView>();
  for (const pod of pods) {
    const { 'pod-template-hash': _hash, ...labels } = pod.labels;
    const key = JSON.stringify([labels, pod.annotations]);
    if (!found.has(key)) {
      found.set(key, pod);
    }
  }
  return [...found.values()];
}

/**
 * Clients that have no rule of their own for the Service; those that have one
 * are a matter of their own namespace.
 */
function sidecarClasses(
  own: readonly ClientClass[],
  { metadata: { name, namespace = 'default' } }: Service,
  snapshot: ClusterSnapshot,
): ClientClass[] {
  const host = serviceHost(name, namespace);
  const ruled = own.filter(
    ({ client }) =>
      destinationRuleOf(client.pod, host, namespace, snapshot) !== undefined,
  );
  // Without a rule, clients of the same namespace are as all others.
  return ruled.length > 0 ? [...own, OTHERS] : [OTHERS];
}

/** Clients that rules of the Service's namespace, or of the root namespace, can tell apart: by selector, and by whom they are exported to. */
function ownClassesOf(
  snapshot: ClusterSnapshot,
  namespace: string,
): ClientClass[] {
  const { rootNamespace } = requireMesh(snapshot);
  const own = snapshot.inNamespace('DestinationRule', namespace);
  const selectors = own.flatMap(({ spec }) => {
    const labels = spec?.workloadSelector?.matchLabels;
    return labels ? [labels] : [];
  });
  const named = new Set(
    [...own, ...snapshot.inNamespace('DestinationRule', rootNamespace)].flatMap(
      ({ spec }) => (spec?.exportTo ?? []).filter(to => /^[a-z0-9]/.test(to)),
    ),
  );
  named.delete(namespace);
  return [
    {
      who: `callers in namespace ${namespace}`,
      client: sidecarClient(namespace),
    },
    ...selectors.map(labels => ({
      who: `callers in namespace ${namespace} with the labels ${Object.keys(
        labels,
      )
        .map(key => `${key}=${entryOf(labels, key)}`)
        .join(', ')}`,
      client: sidecarClient(namespace, labels),
    })),
    ...[...named].map(other => ({
      who: `callers in namespace ${other}`,
      client: sidecarClient(other),
    })),
  ];
}
