/** AZ-8: rules name callers that exist, by something that callers cannot choose themselves. */
import { ClusterSnapshot, Workload } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { Enforcer, enforcedPolicies } from '../../mesh/authorization';
import { actionOf } from '../../mesh/authorizationPolicy';
import { partEvidence } from '../../mesh/authorization/writtenFields';
import { IDENTITY_KINDS, identityFactsOf } from '../../mesh/namedIdentities';
import { opennessOf } from '../../mesh/openRules';
import {
  Waypoints,
  targetingFactsOf,
  waypointsBefore,
} from '../../mesh/standingWaypoints';
import { Control, Judgement } from '../control';
import { enumerate } from '../wording';
import { WAYPOINT_NEEDS } from './authorizationNeeds';
import { Fault, cannotBeTold, failureOf, nameOf } from './faults';
import { missedPaths } from './missedPaths';
import { namingNobody } from './namedNobody';
import { Place, placesOf } from './places';
import { dataPlaneOfEnforcer, namesCallers, wideRules } from './wideRules';

export const breadth: Control = {
  id: 'AZ-8',
  title: 'Rules name who may call',
  pillar: 'authorization',
  severity: 'high',
  scope: 'workload',
  question:
    'Does every rule name its callers, by something that they cannot choose themselves?',
  why: 'A rule for any identity, for a host name or for a header lets in whoever knows what to send. It looks like a restriction and is none.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 3, 4 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement: 'Identity-tier policy: service authorization',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-3, AC-6' },
    {
      framework: 'CISA ZTMM v2',
      requirement: 'Applications: application access',
    },
    { framework: 'PCI DSS 4.0', requirement: '7.2' },
  ],
  needs: [
    ...WAYPOINT_NEEDS,
    ...IDENTITY_KINDS.map(
      kind =>
        ({ kind, in: 'cluster', optional: true, elsewhere: 'facts' } as const),
    ),
  ],
  facts,
  evaluate(workload, snapshot) {
    const { places, elsewhere } = placesOf(workload, snapshot);
    const faults: Fault[] = [];
    const allowing = new Set<AuthorizationPolicy>();
    const opening = new Set<AuthorizationPolicy>();
    for (const place of places) {
      const waypoints: Waypoints | string =
        place.dataPlane === 'ambient'
          ? waypointsBefore(place.pod, snapshot)
          : { standing: [], absent: [] };
      if (typeof waypoints === 'string') {
        return [cannotBeTold(workload.reference.name, waypoints)];
      }
      for (const enforcer of [place.enforcer, ...waypoints.standing]) {
        for (const policy of enforcedPolicies(place.pod, enforcer, snapshot)) {
          if (actionOf(policy) === 'ALLOW') {
            allowing.add(policy);
            if (opensAll(policy, enforcer)) {
              opening.add(policy);
            }
            faults.push(
              ...wideRules(place, enforcer, policy, snapshot),
              ...namingNobody(place, enforcer, policy, snapshot),
              ...missedPaths(place, enforcer, policy, snapshot),
            );
          } else {
            faults.push(...missedPaths(place, enforcer, policy, snapshot));
          }
        }
      }
    }
    if (faults.length > 0) {
      return [failureOf(faults)];
    }
    if (elsewhere?.verdict === 'unknown' || (elsewhere && !places[0])) {
      return [elsewhere];
    }
    return [
      allowing.size > 0 && opening.size === 0
        ? proof(workload, [...allowing], places)
        : leftToDefaultDeny(workload, [...opening]),
    ];
  },
};

function facts(snapshot: ClusterSnapshot): unknown {
  return {
    targeting: targetingFactsOf(snapshot),
    identities: identityFactsOf(snapshot),
  };
}

/** Whether some rule lets in everything, or everything on some port. */
function opensAll({ spec }: AuthorizationPolicy, enforcer: Enforcer): boolean {
  return (spec?.rules ?? []).some(
    rule =>
      !namesCallers(rule) &&
      opennessOf(rule, dataPlaneOfEnforcer(enforcer)) !== undefined,
  );
}

function leftToDefaultDeny(
  { reference: { name } }: Workload,
  opening: readonly AuthorizationPolicy[],
): Judgement {
  return {
    verdict: 'not-applicable',
    message:
      opening.length > 0
        ? `${enumerate(opening.map(nameOf))} ${
            opening.length === 1 ? 'has' : 'have'
          } a rule for everybody, so how narrow the others are decides nothing for ${name}; that is the question of control AZ-1.`
        : `No AuthorizationPolicy says who may call ${name}; whether one is needed is the question of control AZ-1.`,
    evidence: [],
  };
}

function proof(
  { reference: { name } }: Workload,
  policies: readonly AuthorizationPolicy[],
  places: readonly Place[],
): Judgement {
  return {
    verdict: 'pass',
    message: `No rule of ${enumerate(
      policies.map(nameOf),
    )} lets a stranger call ${name}.`,
    evidence: policies.map(policy =>
      partEvidence(policy, 'spec.rules', policy.spec?.rules ?? null),
    ),
    enforcement: places.every(({ membership }) => membership.basis === 'seen')
      ? 'enforced'
      : 'declared',
  };
}
