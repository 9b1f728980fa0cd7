/** NW-7: network and mesh say the same of the workload's callers. */
import { placesOf } from '../authorization/places';
import { AUTHORIZATION_NEEDS } from '../authorization/authorizationNeeds';
import { nameOf } from '../authorization/faults';
import { partEvidence } from '../../mesh/authorization/writtenFields';
import { targetingPoliciesOf } from '../../mesh/standingWaypoints';
import { OWN_SIDE_NEEDS } from '../../network/connectionNeeds';
import { networkFactsOf } from '../../network/networkFacts';
import {
  ClusterSnapshot,
  WORKLOAD_KINDS,
  Workload,
  describeObject,
} from '../../snapshot';
import { Control, Judgement, Need } from '../control';
import { enumerate, sentence, worstFirst } from '../wording';
import { enforcementOf } from './enforcementOf';
import { Disagreement, meetingOf } from './layers/agreement';
import { DeadAllows, deadAllows } from './layers/deadAllows';
import { callerFactsOf } from './layers/namedCallers';
import { softPorts } from './layers/softPorts';

/** Callers are anywhere; what of them counts shows in the facts. */
const CALLER_NEEDS: readonly Need[] = [...WORKLOAD_KINDS, 'Namespace'].map(
  kind => ({ kind, in: 'cluster', optional: true, elsewhere: 'facts' } as Need),
);

const NO_POLICIES =
  'No AuthorizationPolicy is in the cluster, so the mesh says nothing that the network could contradict.';

export const layersAgree: Control = {
  id: 'NW-7',
  title: 'Network and mesh agree',
  pillar: 'network',
  severity: 'medium',
  scope: 'workload',
  question:
    'Does the network let through whom the mesh admits, and does the mesh ask whom the network lets through?',
  why: 'A caller that one layer admits and the other drops is an outage, or a rule that nobody dares to remove. A port that the network opens and the mesh does not ask about has one guard where two were meant.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 2 and 3' },
    {
      framework: 'NIST SP 800-207A',
      requirement: 'Network-tier and identity-tier policy',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-4, SC-7(5)' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: segmentation' },
    { framework: 'PCI DSS 4.0', requirement: '1.2, 7.2' },
  ],
  needs: [...OWN_SIDE_NEEDS, ...AUTHORIZATION_NEEDS, ...CALLER_NEEDS],
  facts,
  isIdle: hasNoPolicies,
  evaluate(workload, snapshot) {
    if (snapshot.derive(hasNoPolicies)) {
      return [notApplicable(NO_POLICIES)];
    }
    const { places, elsewhere } = placesOf(workload, snapshot);
    const meetings = places.flatMap(place => meetingOf(place, snapshot) ?? []);
    if (meetings.length === 0) {
      return [
        elsewhere ??
          notApplicable(
            `The network's policies do not apply to ${workload.reference.name}, so there is nothing that could disagree.`,
          ),
      ];
    }
    const named = meetings.map(deadAllows);
    if (named.every(({ policies }) => policies.length === 0)) {
      return [
        notApplicable(
          `No AuthorizationPolicy says who may call ${workload.reference.name}, so the mesh says nothing that the network could contradict; whether one is needed is the question of control AZ-1.`,
        ),
      ];
    }
    const ports = meetings.map(softPorts);
    const disagreements = [
      ...named.flatMap(({ dead }) => dead),
      ...ports.flatMap(({ soft }) => soft),
    ];
    if (disagreements.length > 0) {
      return [failure(disagreements)];
    }
    if (elsewhere?.verdict === 'unknown') {
      return [elsewhere];
    }
    const [caller] = named.flatMap(({ doubtful }) => doubtful);
    const [port] = ports.flatMap(({ doubtful }) => doubtful);
    if (caller || port !== undefined) {
      return [
        {
          verdict: 'unknown',
          message: caller
            ? `Cannot be told for ${
                workload.reference.name
              }: whether the network lets ${describeObject(
                caller.workload.reference,
              )} through is not known.`
            : `Cannot be told for ${workload.reference.name}: whom the network lets in on port ${port} is not known.`,
          evidence: [],
        },
      ];
    }
    return [proof(workload, named, snapshot)];
  },
};

function facts(snapshot: ClusterSnapshot): unknown {
  return {
    idle: snapshot.derive(hasNoPolicies),
    network: networkFactsOf(snapshot),
    targeting: targetingPoliciesOf(snapshot),
    callers: callerFactsOf(snapshot),
  };
}

function hasNoPolicies(snapshot: ClusterSnapshot): boolean {
  return (
    !snapshot.coverage.gap('AuthorizationPolicy') &&
    snapshot.all('AuthorizationPolicy').length === 0
  );
}

function notApplicable(message: string): Judgement {
  return { verdict: 'not-applicable', message, evidence: [] };
}

function failure(found: readonly Disagreement[]): Judgement {
  const sorted = worstFirst(found);
  const [worst] = sorted;
  const evidence = new Map(
    sorted.flatMap(one =>
      one.evidence.map(item => [JSON.stringify(item), item] as const),
    ),
  );
  return {
    verdict: 'fail',
    severity: worst.severity,
    message: sentence(sorted.map(({ message }) => message).slice(0, 3)),
    because: sentence(sorted.map(({ because }) => because)),
    evidence: [...evidence.values()],
    witness: worst.witness,
    fix: { summary: sentence(sorted.map(({ fix }) => fix)) },
  };
}

function proof(
  { reference: { name } }: Workload,
  named: readonly DeadAllows[],
  snapshot: ClusterSnapshot,
): Judgement {
  const policies = [...new Set(named.flatMap(one => one.policies))];
  const callers = [
    ...new Set(
      named.flatMap(({ reaching }) =>
        reaching.map(({ workload }) => describeObject(workload.reference)),
      ),
    ),
  ];
  const { enforcement, words } = enforcementOf([], snapshot);
  return {
    verdict: 'pass',
    message: `${
      callers.length === 0
        ? `${enumerate(policies.map(nameOf))} ${
            policies.length === 1 ? 'admits' : 'admit'
          } no caller in view that the network would drop`
        : `The network lets ${enumerate(
            callers,
          )} through to ${name}, as the mesh does`
    }, and on every port that it opens the mesh asks who calls${words}.`,
    evidence: policies.map(policy =>
      partEvidence(policy, 'spec.rules', policy.spec?.rules ?? null),
    ),
    enforcement,
  };
}
