/**
 * The waypoint between a client and an ambient pod. Only clients that know of
 * waypoints pass it (ztunnel's); sidecars, gateways and callers outside go past
 * it, straight to the pod's ztunnel.
 */
import { ClusterSnapshot } from '../../snapshot';
import { accountOf } from '../../identity/serviceAccounts';
import { AuthorizationAnswer, authorize } from '../authorization';
import { ClientTransport } from '../client';
import { dataPlaneOf } from '../dataPlane';
import { requireMesh } from '../mesh';
import { entryOf } from '../podFields';
import { chainsOfServicePort } from '../portProtocol';
import {
  USE_WAYPOINT,
  USE_WAYPOINT_NAMESPACE,
  WAYPOINT_CLASS,
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
  decidedBy: readonly MeshDecidingField[];
}

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';
const WAYPOINT_FOR = 'istio.io/waypoint-for';

export function waypointHop(
  question: MeshQuestion,
  client: ClientTransport,
  principal: string | undefined,
  snapshot: ClusterSnapshot,
): Passed | { answer: MeshAnswer } | undefined {
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
  const gateway = snapshot.get('Gateway', waypoint.name, waypoint.namespace);
  if (gateway?.spec?.gatewayClassName !== WAYPOINT_CLASS) {
    return undefined; // A waypoint that is not there is passed by silently.
  }
  const serves =
    entryOf(gateway.metadata.labels ?? {}, WAYPOINT_FOR) ?? 'service';
  if (serves !== 'all' && serves !== (service ? 'service' : 'workload')) {
    return undefined;
  }
  if (waypoint.namespace !== to.pod.namespace) {
    return {
      answer: unknownAnswer(
        `whether waypoint ${waypoint.namespace}/${waypoint.name} takes Services of namespace ${to.pod.namespace} depends on its listeners, which are not decided here yet`,
      ),
    };
  }
  return passed(question, waypoint, principal, snapshot);
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
  const chains = service ? chainsOfServicePort(service.port) : ['tcp' as const];
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
    decidedBy,
  };
}

function unknownAnswer(reason: string): MeshAnswer {
  return answerWith('unknown', null, [], reason);
}
