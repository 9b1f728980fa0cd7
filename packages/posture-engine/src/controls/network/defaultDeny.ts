/** NW-1: nothing reaches the workload, and nothing leaves it, unless a network policy lets it. */
import {
  DIRECTIONS,
  Direction,
  Isolation,
  PolicyRule,
  describePolicy,
  isolationOf,
  policiesSelecting,
} from '../../network/networkPolicy';
import {
  OpenTo,
  coverAll,
  limitedPorts,
  opennessOf,
} from '../../network/breadth';
import {
  OTHER_POLICY_KINDS,
  policiesThatMayOverrule,
} from '../../network/otherPolicies';
import {
  ClusterSnapshot,
  JsonValue,
  KubernetesObject,
  PodView,
  Workload,
  describeObject,
  referenceTo,
  shownView,
  valueAt,
} from '../../snapshot';
import { Control, Evidence, Judgement, Severity, Witness } from '../control';
import { enumerate, locateForPeople, sentence, worstFirst } from '../wording';

/** One direction of one pod that is open. */
interface Hole {
  direction: Direction;
  severity: Severity;
  message: string;
  because: string;
  evidence: Evidence[];
  witness: Witness;
  fix: string;
  /** Whether a policy that selects the workload would close it. */
  unselected: boolean;
}

interface Doubt {
  message: string;
  evidence: Evidence[];
}

type Answer = { hole: Hole } | { doubt: Doubt } | { isolation: Isolation };

export const defaultDeny: Control = {
  id: 'NW-1',
  title: 'Default deny of the network',
  pillar: 'network',
  severity: 'high',
  scope: 'workload',
  question:
    'Is every connection to and from the service refused unless a network policy allows it?',
  why: 'Without default deny, whoever takes over any pod of the cluster can talk to this service, and whoever takes over this service can talk to everything.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 2' },
    { framework: 'NIST SP 800-207', requirement: 'Tenet 3' },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-7(5)' },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-4' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: segmentation' },
    { framework: 'CIS Kubernetes 1.12', requirement: '5.3.2' },
    { framework: 'NSA/CISA KHG', requirement: 'Network separation' },
    { framework: 'PCI DSS 4.0', requirement: '1.3' },
  ],
  needs: [
    { kind: 'NetworkPolicy', in: 'namespace' },
    { kind: 'Namespace', in: 'cluster' },
    ...OTHER_POLICY_KINDS,
  ],
  evaluate(workload, snapshot) {
    const answers = workload.pods.flatMap(pod =>
      pod.spec.hostNetwork
        ? [onHostNetwork(workload, pod)]
        : DIRECTIONS.map(direction => ask(workload, pod, direction, snapshot)),
    );
    const holes = answers.flatMap(answer =>
      'hole' in answer ? answer.hole : [],
    );
    if (holes.length > 0) {
      return [failure(workload, holes)];
    }
    const doubts = answers.flatMap(answer =>
      'doubt' in answer ? answer.doubt : [],
    );
    if (doubts.length > 0) {
      return [{ verdict: 'unknown', ...doubts[0] }];
    }
    return [
      proof(
        workload,
        answers.flatMap(answer =>
          'isolation' in answer ? answer.isolation : [],
        ),
      ),
    ];
  },
};

function onHostNetwork(workload: Workload, pod: PodView): Answer {
  return {
    doubt: {
      message: `Cannot be told: ${workload.reference.name} uses the network of its nodes, where network policies do not apply. Only the firewall of the nodes decides who reaches it.`,
      evidence: [locateForPeople(workload, pod, 'spec.hostNetwork')],
    },
  };
}

function ask(
  workload: Workload,
  pod: PodView,
  direction: Direction,
  snapshot: ClusterSnapshot,
): Answer {
  const isolation = isolationOf(snapshot, pod, direction);
  const hole = holeOf(workload, pod, isolation, snapshot);
  const [other] = policiesThatMayOverrule(snapshot, pod, {
    isolation,
    open: hole !== undefined,
  });
  if (other) {
    const reference = referenceTo(other);
    return {
      doubt: {
        message: `Cannot be told: ${describeObject(
          reference,
        )} also decides what ${
          direction === 'ingress' ? 'reaches' : 'leaves'
        } ${
          workload.reference.name
        }, and policies of its kind are not evaluated yet.`,
        evidence: [{ object: reference, field: 'spec', value: null }],
      },
    };
  }
  return hole ? { hole } : { isolation };
}

function holeOf(
  workload: Workload,
  pod: PodView,
  isolation: Isolation,
  snapshot: ClusterSnapshot,
): Hole | undefined {
  if (isolation.policies.length === 0) {
    return unselected(workload, pod, isolation.direction, snapshot);
  }
  for (const rule of isolation.rules) {
    const openTo = opennessOf(rule);
    const ports = limitedPorts(rule);
    // Where a service may go on a certain port is a question of its own; who may come in is this one.
    if (openTo && (ports === undefined || rule.direction === 'ingress')) {
      return openRule(workload, rule, openTo, ports);
    }
  }
  const [wide, ...others] = isolation.rules.filter(opennessOf);
  const openTo = wide && opennessOf(wide);
  return openTo && coverAll([wide, ...others].flatMap(by => by.ports ?? []))
    ? openRule(workload, wide, openTo, undefined)
    : undefined;
}

function unselected(
  workload: Workload,
  pod: PodView,
  direction: Direction,
  snapshot: ClusterSnapshot,
): Hole {
  const { name } = workload.reference;
  const incoming = direction === 'ingress';
  const view = shownView(workload, pod, ({ namespace, labels }) =>
    policiesSelecting(snapshot, { ...pod, namespace, labels }).map(
      describePolicy,
    ),
  );
  return {
    direction,
    unselected: true,
    severity: incoming ? 'high' : 'medium',
    message: incoming
      ? `Any pod in the cluster can open connections to every port of ${name}.`
      : `${name} can open connections to every address, in the cluster and outside.`,
    because: `No NetworkPolicy of namespace ${
      pod.namespace
    } selects the pods of ${name} for ${
      incoming ? 'incoming' : 'outgoing'
    } connections.`,
    evidence: [
      {
        object: view.object,
        field: `${view.path}metadata.labels`,
        value: (view.metadata.labels ?? null) as JsonValue,
      },
    ],
    witness: incoming
      ? { from: 'any pod in the cluster', to: name, port: null }
      : { from: name, to: 'any address', port: null },
    fix: `Add a NetworkPolicy that selects ${name} with policyTypes ${
      incoming ? 'Ingress' : 'Egress'
    }, and rules for ${
      incoming ? 'its callers' : 'what it calls, DNS included'
    }; ${
      incoming ? 'callers' : 'destinations'
    } that no rule names are cut off.`,
  };
}

const WHO: Record<Direction, Record<OpenTo, string>> = {
  ingress: {
    anyone: 'Anyone who reaches the network of the pods',
    'every pod': 'Any pod in the cluster',
    'outside addresses':
      'Anyone outside the cluster, but for a few address ranges,',
  },
  egress: {
    anyone: 'every address, in the cluster and outside',
    'every pod': 'every pod in the cluster',
    'outside addresses':
      'every address outside the cluster, but for a few ranges',
  },
};

function openRule(
  workload: Workload,
  rule: PolicyRule,
  openTo: OpenTo,
  ports: string | undefined,
): Hole {
  const { name } = workload.reference;
  const { policy, direction, field } = rule;
  const who = WHO[direction][openTo];
  const where = ports ?? 'every port';
  const incoming = direction === 'ingress';
  const severity = incoming && ports === undefined ? 'high' : 'medium';
  return {
    direction,
    unselected: false,
    severity,
    message: incoming
      ? `${who} can open connections to ${where} of ${name}.`
      : `${name} can open connections to ${who}.`,
    because: `${describePolicy(
      policy,
    )} takes its own default deny back: ${field} lets ${
      incoming ? 'them in' : 'them out'
    }, and no other policy can stop what one lets through.`,
    evidence: [
      {
        object: referenceTo(policy),
        field,
        value: valueAt(policy, field) ?? null,
      },
    ],
    witness: incoming
      ? { from: who.replace(/,$/, ''), to: name, port: null }
      : { from: name, to: who, port: null },
    fix: `In ${describePolicy(policy)}, replace ${field} by rules that name ${
      incoming ? 'the callers' : 'the destinations'
    } with podSelector and namespaceSelector; those that they do not name are cut off.`,
  };
}

function failure(workload: Workload, holes: readonly Hole[]): Judgement {
  const byDirection = DIRECTIONS.flatMap(
    direction =>
      worstFirst(holes.filter(hole => hole.direction === direction))[0] ?? [],
  );
  const [worst] = worstFirst(byDirection);
  return {
    verdict: 'fail',
    severity: worst.severity,
    message: sentence(byDirection.map(({ message }) => message)),
    because: sentence(byDirection.map(({ because }) => because)),
    evidence: byDirection.flatMap(({ evidence }) => evidence),
    witness: worst.witness,
    fix: {
      summary: sentence(byDirection.map(({ fix }) => fix)),
      ...objectsOf(workload, byDirection),
    },
  };
}

/** A policy of the workload's own, where nothing but its absence is wrong. */
function objectsOf(
  workload: Workload,
  holes: readonly Hole[],
): { objects?: KubernetesObject[] } {
  const labels = (workload.template ?? workload.pods[0]).labels;
  const missing = holes.filter(({ unselected: absent }) => absent);
  if (missing.length < holes.length || Object.keys(labels).length === 0) {
    return {};
  }
  const { name, namespace } = workload.reference;
  return {
    objects: [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: `${name}-default-deny`, namespace },
        spec: {
          podSelector: { matchLabels: { ...labels } },
          policyTypes: missing.map(({ direction }) =>
            direction === 'ingress' ? 'Ingress' : 'Egress',
          ),
        },
      },
    ],
  };
}

/** A namespace may hold a great many policies for everybody; the first of them are proof enough. */
const MOST_EVIDENCE = 20;

function proof(
  workload: Workload,
  isolations: readonly Isolation[],
): Judgement {
  const { name } = workload.reference;
  const policies = [...new Set(isolations.flatMap(({ policies: by }) => by))];
  const openPorts = isolations.flatMap(({ rules }) =>
    rules.filter(opennessOf).flatMap(rule => limitedPorts(rule) ?? []),
  );
  const open =
    openPorts.length > 0
      ? ` It may call every address on ${[...new Set(openPorts)].join(
          ' and ',
        )}.`
      : '';
  return {
    verdict: 'pass',
    enforcement: 'declared',
    message: `Only what network policies let through reaches ${name} or leaves it: ${enumerate(
      policies.map(describePolicy),
    )} ${
      policies.length === 1 ? 'isolates' : 'isolate'
    } it in both directions, provided that the network of the cluster enforces network policies, which nothing here shows.${open}`,
    evidence: policies.slice(0, MOST_EVIDENCE).map(policy => ({
      object: referenceTo(policy),
      field: 'spec.policyTypes',
      value: policy.spec.policyTypes,
    })),
  };
}
