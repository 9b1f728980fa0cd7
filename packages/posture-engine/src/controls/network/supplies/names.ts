/** Name lookups: without them, hardly anything that a service calls is found. */
import { rulesOf } from '../../../decisions';
import { dnsOf } from '../../../network/dns';
import {
  Answer,
  Consumer,
  Supply,
  Target,
  addedPolicy,
  askAny,
  doubt,
  isMendable,
  nameOfPod,
  opensSomewhere,
  peerOf,
  refusal,
  refusalAnywhere,
} from './supply';

const DNS = 'the DNS of the cluster';
/** Behind the Service of OpenShift, its pods listen on another. */
const USUAL_PORTS = [53, 5353];

/** `calls` where something else than rules shows that the pod calls others by name. */
export function suppliesOfNames(consumer: Consumer, calls: boolean): Supply[] {
  if (!calls && !maySend(consumer)) {
    return [];
  }
  const { servers } = consumer.snapshot.derive(dnsOf);
  if (servers.length === 0) {
    return [unseen(consumer)];
  }
  const short = lookup(consumer, 'UDP');
  if (short?.state !== 'reached') {
    return short ? [short] : [];
  }
  const long = lookup(consumer, 'TCP');
  return long?.state === 'cut' ? [long] : [short];
}

/** Whoever may call nobody needs no names. */
function maySend({ podClass, connections }: Consumer): boolean {
  const answers = connections.answers(podClass, 'egress');
  return (
    answers.every(({ otherwise }) => otherwise.effect === 'next') ||
    answers.some(answer =>
      rulesOf(answer).some(({ effect }) => effect !== 'deny'),
    )
  );
}

function lookup(
  consumer: Consumer,
  protocol: 'UDP' | 'TCP',
): Supply | undefined {
  const { workload, snapshot } = consumer;
  const { name } = workload.reference;
  const { servers, cacheAddresses } = snapshot.derive(dnsOf);
  const atServers = askAny(
    consumer,
    'egress',
    servers.flatMap(({ pod, ports }) =>
      ports
        .filter(port => port.protocol === protocol)
        .map((port): Target => ({ end: pod, ...port })),
    ),
  );
  const atCaches = askAny(
    consumer,
    'egress',
    cacheAddresses.map((end): Target => ({ end, protocol, port: 53 })),
  );
  if (atCaches?.state === 'cut' && atServers?.state === 'reached') {
    return {
      state: 'unknown',
      message: `Whether name lookups of ${name} get through cannot be told: caches run on the nodes, no policy lets ${name} reach them at ${cacheAddresses.join(
        ' or ',
      )}, and whether its lookups go there or to the pods of the DNS is a setting of the nodes.`,
      evidence: refusal(consumer, atCaches).evidence,
    };
  }
  const answer =
    atCaches?.state === 'reached' ? atCaches : atServers ?? atCaches;
  switch (answer?.state) {
    case 'reached':
      return { state: 'reached', what: DNS };
    case 'unknown':
      return doubt(consumer, `Whether ${name} reaches ${DNS}`, answer.decision);
    case 'cut':
      return cut(consumer, protocol, answer);
    default:
      return undefined;
  }
}

function cut(
  consumer: Consumer,
  protocol: 'UDP' | 'TCP',
  answer: Extract<Answer, { state: 'cut' }>,
): Supply {
  const { workload, snapshot } = consumer;
  const { name } = workload.reference;
  const [server] = snapshot.derive(dnsOf).servers;
  const { end, port } = answer.target;
  const where = typeof end === 'string' ? end : nameOfPod(end);
  const own = isMendable(answer, 'egress');
  return {
    state: 'cut',
    loss: {
      severity: protocol === 'UDP' ? 'medium' : 'low',
      message:
        protocol === 'UDP'
          ? `${name} cannot look up any name: it does not reach ${DNS}.`
          : `Answers to lookups of ${name} that are too long for UDP are lost: it does not reach ${DNS} by TCP.`,
      ...refusal(consumer, answer),
      witness: {
        from: name,
        to: where,
        protocol,
        port,
        action: 'look up a name',
      },
      fix: own
        ? `Add a rule that lets ${name} reach ${where} on port ${port}, UDP and TCP. It opens nothing else.`
        : `Let ${name} reach ${where} on port ${port}, UDP and TCP, in the policy that refuses it.`,
      ...(own
        ? {
            objects: addedPolicy(workload, 'lookups', 'egress', {
              peer: peerOf(server.pod),
              ports: server.ports,
            }),
          }
        : {}),
    },
  };
}

function unseen(consumer: Consumer): Supply {
  const { workload, pod } = consumer;
  const { name } = workload.reference;
  if (opensSomewhere(consumer, 'UDP', USUAL_PORTS)) {
    return { state: 'unseen', note: DNS };
  }
  return {
    state: 'cut',
    loss: {
      severity: 'medium',
      message: `${name} cannot look up any name: no rule lets it send to port 53 of anybody.`,
      ...refusalAnywhere(consumer, 'UDP', 53),
      witness: {
        from: name,
        to: DNS,
        protocol: 'UDP',
        port: 53,
        action: 'look up a name',
      },
      fix: `Add a rule that lets ${name} reach the pods of ${DNS} on port 53, UDP and TCP. In most clusters they are those of namespace kube-system with the label k8s-app=kube-dns.`,
      objects: addedPolicy(workload, 'lookups', 'egress', {
        peer: peerOf({
          ...pod,
          namespace: 'kube-system',
          labels: { 'k8s-app': 'kube-dns' },
        }),
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      }),
    },
  };
}
