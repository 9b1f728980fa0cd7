/**
 * The waypoint between a client and an ambient pod. Only clients that know of
 * waypoints pass it (ztunnel's); sidecars, gateways and callers outside go past
 * it, straight to the pod's ztunnel.
 */
import { ClusterSnapshot, PodView } from '../../snapshot';
import { accountOf } from '../../identity/serviceAccounts';
import { AuthorizationAnswer, authorize } from '../authorization';
import { ClientTransport } from '../client';
import { dataPlaneOf } from '../dataPlane';
import { describePatch, patchOfWaypoint } from '../envoy';
import { requireMesh } from '../mesh';
import { meshGap } from '../meshGap';
import { entryOf } from '../podFields';
import { chainsOfServicePort } from '../portProtocol';
import {
  USE_WAYPOINT,
  USE_WAYPOINT_NAMESPACE,
  waypointStands,
} from '../waypoint';
import {
  MeshAnswer,
  MeshDecidingField,
  MeshQuestion,
  answer as answerWith,
} from './meshAnswer';

/** The waypoint lets it through, if its conditions hold, and then speaks for itself. */
interface Passed {
  at: AuthorizationAnswer;
  principal: string;
  address: string | undefined;
  /** Its proxy, where that is in the source. */
  proxy: PodView | undefined;
  decidedBy: readonly MeshDecidingField[];
}

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

export function waypointHop(
  asked: MeshQuestion,
  client: ClientTransport,
  principal: string | undefined,
  snapshot: ClusterSnapshot,
): Passed | { answer: MeshAnswer } | undefined {
  const question = asAddressed(asked);
  const { from, to, service } = question;
  if ('address' in from || client.tunnel !== 'HBONE') {
    return undefined;
  }
  const { dataPlane } = dataPlaneOf(from.workload, from.pod, snapshot);
  if (dataPlane !== 'ambient') {
    return undefined;
  }
  const waypoint = waypointOf(question, snapshot);
  if (!waypoint) {
    return undefined;
  }
  const gap = snapshot.coverage.gap('Gateway');
  if (gap) {
    return {
      answer: unknownAnswer(
        `callers may come through waypoint ${waypoint.name}, which is a Gateway, and ${gap.reason}`,
      ),
    };
  }
  const stands = waypointStands(
    waypoint,
    { as: service ? 'service' : 'workload', namespace: to.pod.namespace },
    snapshot,
  );
  if (typeof stands === 'string') {
    return { answer: unknownAnswer(stands) };
  }
  if (!stands) {
    return undefined; // A waypoint that is not there is passed by silently.
  }
  const unread = whyUnread(question, waypoint, snapshot);
  return unread === undefined
    ? passed(question, waypoint, principal, snapshot)
    : { answer: unknownAnswer(unread) };
}

/** ztunnel looks up the address that is called; a Service without one is called by those of its pods. */
function asAddressed(question: MeshQuestion): MeshQuestion {
  const { service, ...called } = question;
  return service?.service.spec?.clusterIP === 'None' ? called : question;
}

/** What of the waypoint's policies is not seen, or not all that its proxy is told. */
function whyUnread(
  { service }: MeshQuestion,
  waypoint: { namespace: string; name: string },
  snapshot: ClusterSnapshot,
): string | undefined {
  const target = service?.service.metadata;
  const gap = meshGap(
    ['AuthorizationPolicy', 'RequestAuthentication', 'EnvoyFilter'],
    [waypoint.namespace],
    snapshot,
  );
  const patch = patchOfWaypoint(
    waypoint,
    target && { namespace: target.namespace ?? 'default', name: target.name },
    snapshot,
  );
  return gap ?? (patch && describePatch(patch));
}

/** The name on the Service, or on the pod where it is called itself, else on the namespace; `none` opts out. */
function waypointOf(
  { to, service }: MeshQuestion,
  snapshot: ClusterSnapshot,
): { namespace: string; name: string } | undefined {
  const { namespace } = to.pod;
  const sources = [
    service ? service.service.metadata.labels ?? {} : to.pod.labels,
    snapshot.namespaceLabels(namespace),
  ];
  const labels = sources.find(
    candidate => entryOf(candidate, USE_WAYPOINT) !== undefined,
  );
  const name = labels && entryOf(labels, USE_WAYPOINT);
  return labels === undefined || name === undefined || name === 'none'
    ? undefined
    : {
        name,
        namespace: entryOf(labels, USE_WAYPOINT_NAMESPACE) ?? namespace,
      };
}

function passed(
  { from, to, port, service, request }: MeshQuestion,
  waypoint: { namespace: string; name: string },
  principal: string | undefined,
  snapshot: ClusterSnapshot,
): Passed | { answer: MeshAnswer } {
  // For a call to the pod itself the waypoint looks at the first bytes.
  const chains = service
    ? chainsOfServicePort(service.port)
    : (['http', 'tcp'] as const);
  const http = chains.includes('http') && (request || chains.length === 1);
  const answer = authorize(
    {
      pod: to.pod,
      port: service?.port.port ?? port,
      enforcer: {
        waypoint,
        ...(service
          ? {
              target: {
                kind: 'Service',
                namespace: service.service.metadata.namespace ?? 'default',
                name: service.service.metadata.name,
              },
            }
          : {}),
      },
      chain: http ? 'http' : 'tcp',
      caller: {
        principal,
        address: 'address' in from ? from.address : from.pod.ips[0],
      },
      ...(http && request && request !== 'any' ? { request } : {}),
    },
    snapshot,
  );
  const decidedBy = answer.decidedBy.map(field => ({
    ...field,
    direction: 'ingress' as const,
  }));
  if (answer.verdict === 'deny' || answer.verdict === 'unknown') {
    return {
      answer: {
        verdict: answer.verdict,
        transport: answer.verdict === 'deny' ? null : 'mtls',
        ...(principal === undefined ? {} : { principal }),
        decidedBy,
        reason: `At waypoint ${waypoint.namespace}/${waypoint.name}: ${answer.reason}.`,
      },
    };
  }
  const proxy = snapshot
    .workloadsIn(waypoint.namespace)
    .flatMap(({ pods }) => pods)
    .find(({ labels }) => entryOf(labels, GATEWAY_NAME) === waypoint.name);
  const account = proxy ? accountOf(proxy) : waypoint.name;
  return {
    at: answer,
    principal: `${requireMesh(snapshot).trustDomain}/ns/${
      waypoint.namespace
    }/sa/${account}`,
    address: proxy?.ips[0],
    proxy,
    decidedBy,
  };
}

function unknownAnswer(reason: string): MeshAnswer {
  return answerWith('unknown', null, [], reason);
}
