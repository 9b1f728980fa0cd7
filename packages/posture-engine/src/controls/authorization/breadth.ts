/** AZ-8: rules name callers, by something that callers cannot choose themselves. */
import {
  ClusterSnapshot,
  Workload,
  referenceTo,
  sameValue,
} from '../../snapshot';
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import {
  Enforcer,
  authorize,
  enforcedPolicies,
} from '../../mesh/authorization';
import { actionOf } from '../../mesh/authorizationPolicy';
import { opennessOf } from '../../mesh/openRules';
import { requireMesh } from '../../mesh/mesh';
import { Control, Judgement } from '../control';
import { enumerate } from '../wording';
import { WAYPOINT_NEEDS } from './authorizationNeeds';
import {
  Fault,
  caller,
  cannotBeTold,
  failureOf,
  nameOf,
  witnessOf,
} from './faults';
import { missedPaths } from './missedPaths';
import { Place, chainOf, placesOf } from './places';
import { Probe, probesOfRule } from './probes';
import {
  Waypoints,
  targetingFactsOf,
  waypointsBefore,
} from './standingWaypoints';
import { portsAt } from './whatIf';
import {
  WrittenField,
  asksIdentity,
  fieldEvidence,
  partEvidence,
  subjectOfField,
  writtenFields,
} from './writtenFields';

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
  needs: WAYPOINT_NEEDS,
  facts: targetingFactsOf,
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
            faults.push(...wideRules(place, enforcer, policy, snapshot));
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

/** Whether some rule lets in everything, or everything on some port. */
function opensAll({ spec }: AuthorizationPolicy, enforcer: Enforcer): boolean {
  return (spec?.rules ?? []).some(
    rule =>
      !namesCallers(rule) &&
      opennessOf(rule, dataPlaneOfEnforcer(enforcer)) !== undefined,
  );
}

/** Whether no stranger can match a rule, which saves asking: each source names identities, and none by a pattern. */
function namesCallers({ from = [] }: AuthorizationRule): boolean {
  return (
    from.length > 0 &&
    from.every(({ source: { principals, namespaces, serviceAccounts } = {} }) =>
      [principals, namespaces, serviceAccounts].some(
        values =>
          values !== undefined &&
          values.length > 0 &&
          values.every(value => !value.includes('*')),
      ),
    )
  );
}

function dataPlaneOfEnforcer(enforcer: Enforcer): 'sidecar' | 'ambient' {
  return enforcer === 'ztunnel' ? 'ambient' : 'sidecar';
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

/** Fields that keep a rule to some requests, whoever sends them. */
const NARROWING: ReadonlySet<string> = new Set(['methods', 'paths']);

/** ALLOW rules by which a stranger gets in; those that let in everything are the question of AZ-1. */
function wideRules(
  place: Place,
  enforcer: Enforcer,
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): Fault[] {
  const mesh = requireMesh(snapshot);
  const dataPlane = dataPlaneOfEnforcer(enforcer);
  return (policy.spec?.rules ?? []).flatMap((rule, index) => {
    if (namesCallers(rule)) {
      return [];
    }
    const fields = writtenFields(policy).filter(field => field.rule === index);
    if (fields.length === 0 || opennessOf(rule, dataPlane) !== undefined) {
      return [];
    }
    const ports = portsAt(place, enforcer, snapshot);
    for (const probe of probesOfRule(rule, policy, mesh)) {
      const asked = probe.port === undefined ? ports : [probe.port];
      const port = probe.anybody
        ? asked.find(candidate =>
            letsIn(
              { place, enforcer, policy, rule: index },
              probe,
              candidate,
              snapshot,
            ),
          )
        : undefined;
      if (port !== undefined) {
        return [wideFault(place, policy, fields, { probe, port })];
      }
    }
    return [];
  });
}

/** Whether this very rule lets a request through. */
function letsIn(
  {
    place,
    enforcer,
    policy,
    rule,
  }: {
    place: Place;
    enforcer: Enforcer;
    policy: AuthorizationPolicy;
    rule: number;
  },
  { caller: from, request }: Probe,
  port: number,
  snapshot: ClusterSnapshot,
): boolean {
  const chain =
    typeof enforcer === 'object' ? 'http' : chainOf(place, port, snapshot);
  const { verdict, decidedBy } = authorize(
    {
      pod: place.pod,
      port,
      enforcer,
      chain,
      caller: from,
      ...(chain === 'http' ? { request } : {}),
    },
    snapshot,
  );
  return (
    verdict === 'allow' &&
    decidedBy.some(
      ({ object, field }) =>
        field === `spec.rules[${rule}]` &&
        sameValue(object, referenceTo(policy)),
    )
  );
}

function wideFault(
  place: Place,
  policy: AuthorizationPolicy,
  fields: readonly WrittenField[],
  { probe, port }: { probe: Probe; port: number },
): Fault {
  const { name } = place.workload.reference;
  const identity = fields.filter(asksIdentity);
  const limited = fields.some(
    field => !field.negative && NARROWING.has(subjectOfField(field)),
  );
  const shown = identity.length > 0 ? identity : fields;
  return {
    // Some requests for everybody, such as a health check, may well be meant.
    severity: identity.length === 0 && limited ? 'medium' : 'high',
    message: `${caller(probe)} may send ${probe.what} to ${name}: ${nameOf(
      policy,
    )} names no caller.`,
    because:
      identity.length > 0
        ? `${enumerate(
            identity.map(
              ({ path, values }) => `${path} (${enumerate([...values])})`,
            ),
          )} matches any identity of the mesh.`
        : `spec.rules[${fields[0].rule}] limits requests by ${enumerate([
            ...new Set(fields.map(subjectOfField)),
          ])} alone, which a caller chooses itself.`,
    evidence: shown.map(field => fieldEvidence(policy, field)),
    witness: witnessOf(
      place,
      { effect: 'opens', probe, port },
      `and ${nameOf(policy)} lets it in`,
    ),
    fix: `Name the callers in from.source.principals, or serviceAccounts, of spec.rules[${fields[0].rule}]. Callers that are left out are refused from then on.`,
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
