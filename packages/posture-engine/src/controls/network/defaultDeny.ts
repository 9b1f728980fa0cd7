/** NW-1: nothing reaches the workload, and nothing leaves it, unless a network policy lets it. */
import { DIRECTIONS, DecidingField, Direction, PortSet } from '../../decisions';
import { OWN_SIDE_NEEDS } from '../../network/connectionNeeds';
import { connectionsOf } from '../../network/connections';
import { networkFactsOf } from '../../network/networkFacts';
import {
  Crowd,
  Openness,
  decideAbout,
  opennessOf,
} from '../../network/openness';
import {
  ClusterSnapshot,
  KubernetesObject,
  PodView,
  Workload,
  describeObject,
} from '../../snapshot';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, locateForPeople, sentence, worstFirst } from '../wording';
import { Hole, holeOf } from './defaultDenyHoles';
import { enforcementOf } from './enforcementOf';
import { evidenceOf } from './evidenceOfPolicies';
import { callsInWords, isWide, openingOf } from './openings';

/** What is shut, and by what. */
interface Shut {
  decidedBy: readonly DecidingField[];
  /** Whom the workload may call on certain ports, in words. */
  mayCall?: string;
}

type Answer =
  | { hole: Hole }
  | { doubt: { message: string; evidence: Evidence[] } }
  | { shut: Shut };

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
  needs: OWN_SIDE_NEEDS,
  facts: networkFactsOf,
  evaluate(workload, snapshot) {
    const answers = podsToAsk(workload, snapshot).flatMap(pod =>
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
        answers.flatMap(answer => ('shut' in answer ? answer.shut : [])),
        snapshot,
      ),
    ];
  },
};

/** One of those that no policy tells apart. */
function podsToAsk(workload: Workload, snapshot: ClusterSnapshot): PodView[] {
  const { universe } = snapshot.derive(connectionsOf);
  return [
    ...new Map(
      workload.pods.map(pod => [universe.classOfPod(pod), pod]),
    ).values(),
  ];
}

function onHostNetwork(workload: Workload, pod: PodView): Answer {
  return {
    doubt: {
      message: `Cannot be told: ${workload.reference.name} uses the network of its nodes, where network policies do not apply. Only the firewall of the nodes decides who reaches it.`,
      evidence: [locateForPeople(workload, pod, 'spec.hostNetwork')],
    },
  };
}

const CROWDS: readonly Crowd[] = ['pods', 'outside'];

function ask(
  workload: Workload,
  pod: PodView,
  direction: Direction,
  snapshot: ClusterSnapshot,
): Answer {
  const connections = snapshot.derive(connectionsOf);
  const podClass = connections.universe.classOfPod(pod);
  if (!podClass) {
    throw new Error(`${pod.name} is not among the pods of the cluster`);
  }
  const openness = opennessOf(connections, podClass, direction);
  const opening = openingOf(openness);
  // Where a service may go on a certain port is a question of its own; who may come in is this one.
  if (
    opening &&
    (direction === 'ingress' || (opening.isWide && !opening.conditions))
  ) {
    return {
      hole: holeOf({ workload, pod, podClass, direction, opening, snapshot }),
    };
  }
  const decideOn = (crowd: Crowd, ports: PortSet) =>
    ports
      .ranges()
      .slice(0, 1)
      .map(({ protocol, from }) =>
        decideAbout(connections, podClass, direction, crowd, {
          protocol,
          port: from,
        }),
      );
  for (const crowd of CROWDS) {
    const { allowed, unknown } = openness[crowd];
    const matters =
      direction === 'ingress' || isWide(PortSet.union([allowed, unknown]));
    const [decision] = matters ? decideOn(crowd, unknown) : [];
    if (decision) {
      return {
        doubt: {
          message: `Cannot be told: ${
            decision.reason ?? 'nobody can tell what policies decide'
          }.`,
          evidence: evidenceOf(
            snapshot,
            decision.decidedBy.filter(({ effect }) => effect === 'unknown'),
          ),
        },
      };
    }
  }
  return {
    shut: {
      decidedBy: CROWDS.flatMap(crowd =>
        decideOn(crowd, shutPorts(openness[crowd])),
      )
        .flatMap(({ decidedBy }) => decidedBy)
        .filter(({ effect }) => effect === 'deny'),
      ...(opening && !opening.conditions
        ? {
            mayCall: callsInWords(opening),
          }
        : {}),
    },
  };
}

function shutPorts({ allowed, unknown, conditional }: Openness[Crowd]) {
  return PortSet.all.subtract(
    PortSet.union([allowed, unknown, ...conditional.map(({ ports }) => ports)]),
  );
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

function proof(
  workload: Workload,
  shut: readonly Shut[],
  snapshot: ClusterSnapshot,
): Judgement {
  const { name } = workload.reference;
  const fields = shut.flatMap(({ decidedBy }) => decidedBy);
  const policies = [
    ...new Set(fields.map(({ object }) => describeObject(object))),
  ];
  const mayCall = [
    ...new Set(shut.flatMap(({ mayCall: words }) => words ?? [])),
  ];
  const { enforcement, words } = enforcementOf(
    fields.map(({ object }) => object),
    snapshot,
  );
  return {
    verdict: 'pass',
    enforcement,
    message: `Only what network policies let through reaches ${name} or leaves it: ${enumerate(
      policies,
    )} ${
      policies.length === 1 ? 'isolates' : 'isolate'
    } it in both directions${words}.${
      mayCall.length > 0 ? ` It may call ${mayCall.join(', and ')}.` : ''
    }`,
    evidence: evidenceOf(snapshot, fields),
  };
}
