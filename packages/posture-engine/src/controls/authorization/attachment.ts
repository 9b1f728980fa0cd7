/** AZ-3: policies that mean a workload stand where its data plane reads them. */
import { ClusterSnapshot, Workload } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { enforcedPolicies } from '../../mesh/authorization';
import { Control, Judgement } from '../control';
import { enumerate } from '../wording';
import { WAYPOINT_NEEDS } from './authorizationNeeds';
import {
  Fault,
  cannotBeTold,
  failureOf,
  nameOf,
  severityOf,
  witnessOf,
} from './faults';
import { Misplaced, misplacedPolicies } from '../../mesh/ineffective/misplaced';
import { Place, placesOf } from './places';
import {
  Waypoints,
  targetingFactsOf,
  waypointsBefore,
} from '../../mesh/standingWaypoints';
import { differenceIf, differenceMessage } from './whatIf';
import { partEvidence } from '../../mesh/authorization/writtenFields';

/** Before a sidecar a waypoint is no protection: clients with sidecars, and all that call the pod, pass it by. */
const NO_WAYPOINTS: Waypoints = { standing: [], absent: [] };

export const attachment: Control = {
  id: 'AZ-3',
  title: 'Policies stand where they are read',
  pillar: 'authorization',
  severity: 'high',
  scope: 'workload',
  question:
    'Is every authorization policy that is meant for this service attached where its proxy reads it?',
  why: 'Sidecars, ztunnel and waypoints each read only policies that are attached their way. One that is attached another way is accepted, looks like protection, and does nothing.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 3 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement: 'Identity-tier policy: service authorization',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-3, CM-6' },
    {
      framework: 'CISA ZTMM v2',
      requirement: 'Applications: application access',
    },
    { framework: 'PCI DSS 4.0', requirement: '7.2' },
  ],
  needs: [...WAYPOINT_NEEDS, { kind: 'Service', in: 'mesh', optional: true }],
  facts: targetingFactsOf,
  evaluate(workload, snapshot) {
    const { places, elsewhere } = placesOf(workload, snapshot);
    const faults: Fault[] = [];
    const read = new Set<AuthorizationPolicy>();
    let doubt: string | undefined;
    for (const place of places) {
      const waypoints =
        place.dataPlane === 'sidecar'
          ? NO_WAYPOINTS
          : waypointsBefore(place.pod, snapshot);
      if (typeof waypoints === 'string') {
        doubt = waypoints;
        continue;
      }
      faults.push(
        ...misplacedPolicies(place, waypoints, snapshot).map(found =>
          faultOf(place, found, snapshot),
        ),
      );
      for (const enforcer of [place.enforcer, ...waypoints.standing]) {
        enforcedPolicies(place.pod, enforcer, snapshot).forEach(policy =>
          read.add(policy),
        );
      }
    }
    if (faults.length > 0) {
      return [failureOf(faults)];
    }
    if (elsewhere?.verdict === 'unknown' || (elsewhere && !places[0])) {
      return [elsewhere];
    }
    return [
      doubt === undefined
        ? proof(workload, [...read], places)
        : cannotBeTold(workload.reference.name, doubt),
    ];
  },
};

function faultOf(
  place: Place,
  { policy, meantFor, reason, evidence, fix }: Misplaced,
  snapshot: ClusterSnapshot,
): Fault {
  const difference = differenceIf(
    { place, policy, enforcer: meantFor },
    snapshot,
  );
  const { name } = place.workload.reference;
  return {
    severity: severityOf(difference),
    message: difference
      ? differenceMessage(place, policy, difference)
      : `${nameOf(
          policy,
        )} does nothing for ${name}, although no caller gets another answer because of it.`,
    because: `${nameOf(policy)} is not read: ${reason}.`,
    evidence: [evidence],
    ...(difference
      ? {
          witness: witnessOf(
            place,
            difference,
            `and nothing reads ${nameOf(policy)}`,
          ),
        }
      : {}),
    fix: `${fix} ${
      difference?.effect === 'opens'
        ? 'Callers that it does not let in are refused from then on.'
        : 'Until then it is best taken for not there.'
    }`,
  };
}

function proof(
  workload: Workload,
  policies: readonly AuthorizationPolicy[],
  places: readonly Place[],
): Judgement {
  const { name } = workload.reference;
  if (policies.length === 0) {
    return {
      verdict: 'not-applicable',
      message: `No AuthorizationPolicy is meant for ${name}, so none can stand in the wrong place; whether one is needed is the question of control AZ-1.`,
      evidence: [],
    };
  }
  const one = policies.length === 1;
  return {
    verdict: 'pass',
    message: `${enumerate(policies.map(nameOf))} ${
      one ? 'stands' : 'stand'
    } where the proxies before ${name} read ${one ? 'it' : 'them'}.`,
    evidence: policies.map(policy =>
      policy.spec?.targetRefs?.length
        ? partEvidence(policy, 'spec.targetRefs', policy.spec.targetRefs)
        : partEvidence(
            policy,
            'spec.selector',
            policy.spec?.selector ? { ...policy.spec.selector } : null,
          ),
    ),
    enforcement: places.every(({ membership }) => membership.basis === 'seen')
      ? 'enforced'
      : 'declared',
  };
}
