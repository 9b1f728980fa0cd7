/** What a pod evidently needs of the cluster, and what network policies make of it. */
import {
  Connections,
  Decision,
  Direction,
  Endpoint,
  PodClass,
  Protocol,
  Question,
  decide,
  explainDecision,
  rulesOf,
} from '../../../decisions';
import type { PodDataPlane } from '../../../mesh/dataPlane';
import { isolationOf } from '../../../network/networkPolicy';
import {
  ClusterSnapshot,
  KubernetesObject,
  PodView,
  Workload,
} from '../../../snapshot';
import type { Evidence, Severity, Witness } from '../../control';
import { evidenceOf } from '../evidenceOfPolicies';

export interface Consumer {
  workload: Workload;
  pod: PodView;
  podClass: PodClass;
  dataPlane: PodDataPlane;
  connections: Connections;
  snapshot: ClusterSnapshot;
}

export type Supply =
  /** `what` as in "keeps …": `the DNS of the cluster`. */
  | { state: 'reached'; what: string }
  | { state: 'cut'; loss: Loss }
  | { state: 'unknown'; message: string; evidence: Evidence[] }
  /** What is needed is not in view, and policies leave a way to somewhere; `note` says what, such as `the DNS of the cluster`. */
  | { state: 'unseen'; note: string };

export interface Loss {
  severity: Severity;
  /** A sentence about what no longer works. */
  message: string;
  because: string;
  evidence: Evidence[];
  witness: Witness;
  fix: string;
  objects?: KubernetesObject[];
}

/** The other end of what is needed, on one port of it. */
export interface Target {
  end: Endpoint;
  protocol: Protocol;
  port: number;
}

export type Answer =
  | { state: 'reached' }
  | { state: 'unknown'; decision: Decision }
  | { state: 'cut'; decision: Decision; question: Question; target: Target };

/** Whether one of the targets is reached, or for `ingress` gets in; undefined where there is none to ask. */
export function askAny(
  { pod, connections }: Consumer,
  direction: Direction,
  targets: readonly Target[],
): Answer | undefined {
  let unknown: Answer | undefined;
  let cut: Answer | undefined;
  for (const target of targets) {
    const { end, protocol, port } = target;
    const ends =
      direction === 'egress'
        ? connections.universe.between(pod, end)
        : connections.universe.between(end, pod);
    if (ends) {
      const question: Question = { ...ends, protocol, port };
      const decision = decide(connections, question);
      switch (decision.verdict) {
        case 'allow':
          return { state: 'reached' };
        case 'unknown':
          unknown ??= { state: 'unknown', decision };
          break;
        default:
          cut ??= { state: 'cut', decision, question, target };
      }
    }
  }
  return unknown ?? cut;
}

/** The words of a refusal, and the objects that refuse. */
export function refusal(
  { connections, snapshot }: Consumer,
  { decision, question }: Extract<Answer, { state: 'cut' }>,
): Pick<Loss, 'because' | 'evidence'> {
  return {
    because: explainDecision(connections, question, decision),
    evidence: evidenceOf(
      snapshot,
      decision.decidedBy.filter(({ effect }) => effect === 'deny'),
    ),
  };
}

/** An address of examples, which is nobody's. */
const ANYBODY = '192.0.2.1';

/** The words for a port that no rule opens to anybody. */
export function refusalAnywhere(
  consumer: Consumer,
  protocol: Protocol,
  port: number,
): Pick<Loss, 'because' | 'evidence'> {
  const answer = askAny(consumer, 'egress', [{ end: ANYBODY, protocol, port }]);
  return answer?.state === 'cut'
    ? refusal(consumer, answer)
    : { because: `No rule opens ${protocol} port ${port}.`, evidence: [] };
}

export function doubt(
  { snapshot }: Consumer,
  what: string,
  { reason, decidedBy }: Decision,
): Supply {
  return {
    state: 'unknown',
    message: `${what} cannot be told: ${reason ?? 'nobody can tell'}.`,
    evidence: evidenceOf(snapshot, decidedBy),
  };
}

/**
 * Whether some rule lets the pod send to a port, whoever is there. Where the
 * other end is not in view, a port that no rule opens is closed all the same.
 */
export function opensSomewhere(
  { pod, podClass, connections, snapshot }: Consumer,
  protocol: Protocol,
  ports: readonly number[],
): boolean {
  const answers = connections.answers(podClass, 'egress');
  return (
    answers.every(({ otherwise }) => otherwise.effect === 'next') ||
    answers.some(answer =>
      rulesOf(answer).some(
        rule =>
          rule.effect !== 'deny' &&
          ports.some(port => rule.ports.has(protocol, port)),
      ),
    ) ||
    // What a name means is known of destinations in view only.
    isolationOf(snapshot, pod, 'egress').rules.some(rule =>
      rule.ports?.some(({ port }) => typeof port === 'string'),
    )
  );
}

/** A decision of the pod's own NetworkPolicies, which another policy of its own can mend. */
export function isMendable(
  { decision }: Extract<Answer, { state: 'cut' }>,
  direction: Direction,
): boolean {
  return decision.decidedBy.every(
    field =>
      field.effect !== 'deny' ||
      (field.layer === 'network-policy' && field.direction === direction),
  );
}

type NetworkPolicyRule = {
  peer: Record<string, unknown>;
  ports: readonly { protocol: Protocol; port: number }[];
};

/** A policy that only adds a rule; none where the workload has no labels to select it by. */
export function addedPolicy(
  { template, pods, reference }: Workload,
  suffix: string,
  direction: Direction,
  { peer, ports }: NetworkPolicyRule,
): KubernetesObject[] {
  const { labels } = template ?? pods[0];
  const end = direction === 'egress' ? 'to' : 'from';
  return Object.keys(labels).length === 0
    ? []
    : [
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: {
            name: `${reference.name}-${suffix}`,
            namespace: reference.namespace,
          },
          spec: {
            podSelector: { matchLabels: { ...labels } },
            policyTypes: [direction === 'egress' ? 'Egress' : 'Ingress'],
            [direction]: [{ [end]: [peer], ports: [...ports] }],
          },
        },
      ];
}

/** Labels by which people select pods, before those that come and go with a release. */
const USUAL_LABELS = ['k8s-app', 'app', 'app.kubernetes.io/name'];

/** A peer of a NetworkPolicy that selects a pod and its kind. */
export function peerOf({
  namespace,
  labels,
}: PodView): Record<string, unknown> {
  const usual = USUAL_LABELS.find(key => Object.hasOwn(labels, key));
  return {
    namespaceSelector: {
      matchLabels: { 'kubernetes.io/metadata.name': namespace },
    },
    podSelector: {
      matchLabels:
        usual === undefined ? { ...labels } : { [usual]: labels[usual] },
    },
  };
}

/** `namespace/name` of what people run, rather than of one of its pods. */
export function nameOfPod({ namespace, name, template }: PodView): string {
  return `${namespace}/${template?.name ?? name}`;
}
