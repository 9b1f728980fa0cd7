/**
 * The kubelet's probes. From a pod's own node everything gets in, per the
 * NetworkPolicy API, unless another kind of policy denies the node; in Istio's
 * ambient mode they come from a link-local address that policies see.
 */
import { portNamed } from '../../../network/services';
import type { PodView } from '../../../snapshot';
import { enumerate } from '../../wording';
import { decide } from '../../../decisions';
import {
  Answer,
  Consumer,
  Supply,
  addedPolicy,
  askAny,
  doubt,
  isMendable,
  refusal,
} from './supply';

/** istio-cni gives probes this source, so that the mesh can tell them from other plaintext. */
const AMBIENT_PROBES = '169.254.7.127';

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;

export function suppliesOfProbes(consumer: Consumer): Supply[] {
  const ports = probedPorts(consumer.pod);
  if (ports.length === 0) {
    return [];
  }
  const isAmbient = consumer.dataPlane.dataPlane === 'ambient';
  const answers = ports.map(
    port =>
      [
        port,
        isAmbient
          ? askAny(consumer, 'ingress', [
              { end: AMBIENT_PROBES, protocol: 'TCP', port },
            ])
          : askNode(consumer, port),
      ] as const,
  );
  const refused = answers.flatMap(([port, answer]) =>
    answer?.state === 'cut' ? [{ port, answer }] : [],
  );
  if (refused.length > 0) {
    return [cut(consumer, refused, isAmbient)];
  }
  for (const [port, answer] of answers) {
    if (answer?.state === 'unknown') {
      return [
        doubt(
          consumer,
          `Whether the probes of ${consumer.workload.reference.name} reach port ${port}`,
          answer.decision,
        ),
      ];
    }
  }
  return [{ state: 'reached', what: "the kubelet's probes" }];
}

/** Only where policies can name the pod's own node is there anything to ask. */
function askNode(
  { connections, podClass }: Consumer,
  port: number,
): Answer | undefined {
  const node = connections.universe.nodeClasses.find(
    ({ own, apiServer }) => own && !apiServer,
  );
  if (!node) {
    return undefined;
  }
  const question = {
    source: node,
    destination: podClass,
    protocol: 'TCP' as const,
    port,
  };
  const decision = decide(connections, question);
  switch (decision.verdict) {
    case 'allow':
      return { state: 'reached' };
    case 'unknown':
      return { state: 'unknown', decision };
    default:
      return {
        state: 'cut',
        decision,
        question,
        target: { end: '', protocol: 'TCP', port },
      };
  }
}

/** By number; probes that look elsewhere, or run a command in the pod, need no way in. */
function probedPorts(pod: PodView): number[] {
  const { containers, initContainers = [] } = pod.spec;
  const ports = [
    ...containers,
    ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ].flatMap(container =>
    PROBES.flatMap(name => {
      const probe = container[name];
      return [probe?.httpGet, probe?.tcpSocket, probe?.grpc].flatMap(
        handler => {
          if (!handler || ('host' in handler && handler.host)) {
            return [];
          }
          const { port } = handler;
          return typeof port === 'string'
            ? portNamed(pod, port, 'TCP') ?? []
            : port ?? [];
        },
      );
    }),
  );
  return [...new Set(ports)];
}

function cut(
  consumer: Consumer,
  refused: readonly {
    port: number;
    answer: Extract<Answer, { state: 'cut' }>;
  }[],
  isAmbient: boolean,
): Supply {
  const { workload } = consumer;
  const { name } = workload.reference;
  const ports = refused.map(({ port }) => port);
  const [{ answer }] = refused;
  const where = `${ports.length === 1 ? 'port' : 'ports'} ${enumerate(
    ports.map(String),
  )}`;
  const own = isMendable(answer, 'ingress');
  return {
    state: 'cut',
    loss: {
      severity: 'medium',
      message: isAmbient
        ? `The probes of ${name} fail on ${where}, so its pods are taken out of service or restarted: in the mesh's ambient mode probes come from ${AMBIENT_PROBES}, which no policy lets in.`
        : `The probes of ${name} fail on ${where}, so its pods are taken out of service or restarted: their own node does not get in.`,
      ...refusal(consumer, answer),
      witness: {
        from: isAmbient ? AMBIENT_PROBES : "the kubelet of the pod's node",
        to: name,
        port: ports[0],
        protocol: 'TCP',
        action: 'probe',
      },
      fix: isAmbient
        ? `Let ${AMBIENT_PROBES}/32 reach ${name} on ${where}. That address is known to no other machine, so it opens nothing else.`
        : `Take the pods' own node out of what denies it.`,
      ...(isAmbient && own
        ? {
            objects: addedPolicy(workload, 'probes', 'ingress', {
              peer: { ipBlock: { cidr: `${AMBIENT_PROBES}/32` } },
              ports: ports.map(port => ({ protocol: 'TCP', port })),
            }),
          }
        : {}),
    },
  };
}
