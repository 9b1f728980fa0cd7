/** AZ-4: no policy asks of ztunnel what only a proxy that reads HTTP can judge. */
import { ClusterSnapshot, Workload } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { Action, attachedPolicies } from '../../mesh/authorizationPolicy';
import { Control, Judgement } from '../control';
import { enumerate } from '../wording';
import { AUTHORIZATION_NEEDS } from './authorizationNeeds';
import {
  Difference,
  Fault,
  failureOf,
  nameOf,
  severityOf,
  witnessOf,
} from './faults';
import { Place, placesOf } from './places';
import { differenceIf, differenceMessage } from './whatIf';
import {
  fieldEvidence,
  isLostAtZtunnel,
  partEvidence,
  writtenFields,
} from '../../mesh/authorization/writtenFields';

export const ambientHttp: Control = {
  id: 'AZ-4',
  title: 'ztunnel can read its policies',
  pillar: 'authorization',
  severity: 'high',
  scope: 'workload',
  question:
    'Can the node proxy of ambient mode judge all that the policies for this service ask?',
  why: 'ztunnel reads no HTTP. A policy that asks for methods or paths there refuses callers that it should let in, or lets in what it should refuse, and its status says neither.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 3, 4 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement: 'Identity-tier policy: service authorization',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-3, AC-6, CM-6' },
    {
      framework: 'CISA ZTMM v2',
      requirement: 'Applications: application access',
    },
    { framework: 'PCI DSS 4.0', requirement: '7.2' },
  ],
  needs: AUTHORIZATION_NEEDS,
  evaluate(workload, snapshot) {
    const { places, elsewhere } = placesOf(workload, snapshot);
    const ambient = places.filter(({ dataPlane }) => dataPlane === 'ambient');
    const concerned = ambient.map(place => ({
      place,
      policies: attachedPolicies(place.pod, 'ambient', snapshot).filter(
        ({ ignored }) => ignored === undefined || ignored === 'action',
      ),
    }));
    const faults = concerned.flatMap(({ place, policies }) =>
      policies.flatMap(
        ({ policy, action }) => faultOf(place, policy, action, snapshot) ?? [],
      ),
    );
    if (faults.length > 0) {
      return [failureOf(faults)];
    }
    if (elsewhere?.verdict === 'unknown') {
      return [elsewhere];
    }
    const policies = new Set(
      concerned.flatMap(found => found.policies.map(({ policy }) => policy)),
    );
    return [
      policies.size > 0
        ? proof(workload, [...policies], ambient)
        : notApplicable(workload, places, elsewhere),
    ];
  },
};

function faultOf(
  place: Place,
  policy: AuthorizationPolicy,
  action: Action,
  snapshot: ClusterSnapshot,
): Fault | undefined {
  const unknownAction = action === 'CUSTOM' || action === 'AUDIT';
  const lost = unknownAction
    ? []
    : writtenFields(policy).filter(isLostAtZtunnel);
  if (lost.length === 0 && !unknownAction) {
    return undefined;
  }
  const rules = (policy.spec?.rules ?? []).filter(
    (_, index) => unknownAction || lost.some(({ rule }) => rule === index),
  );
  const difference = differenceIf(
    { place, policy, enforcer: place.enforcer, rules },
    snapshot,
  );
  return {
    severity: severityOf(difference),
    message: messageOf(place, policy, action, difference),
    because: unknownAction
      ? `ztunnel never gets a policy with action ${action}, and ${nameOf(
          policy,
        )} has it.`
      : `ztunnel cannot judge ${enumerate(
          lost.map(({ path }) => path),
        )} of ${nameOf(policy)}: ${
          action === 'ALLOW'
            ? 'an ALLOW rule that needs them is dropped, or goes on without them'
            : 'a DENY rule goes on without them, and an item with nothing left matches nothing, which cancels its rule'
        }.`,
    evidence: unknownAction
      ? [partEvidence(policy, 'spec.action', action)]
      : lost.map(field => fieldEvidence(policy, field)),
    ...(difference
      ? {
          witness: witnessOf(place, difference, 'and ztunnel lets it through'),
        }
      : {}),
    fix: fixOf(place, policy, action),
  };
}

function messageOf(
  place: Place,
  policy: AuthorizationPolicy,
  action: Action,
  difference: Difference | undefined,
): string {
  if (difference) {
    return differenceMessage(place, policy, difference);
  }
  const { name } = place.workload.reference;
  return action === 'AUDIT'
    ? `${nameOf(policy)} audits no call to ${name}.`
    : `${nameOf(
        policy,
      )} does not do at ${name} what it says, although no caller gets another answer because of it.`;
}

function fixOf(
  { workload }: Place,
  policy: AuthorizationPolicy,
  action: Action,
): string {
  const { name } = workload.reference;
  return action === 'AUDIT'
    ? `Attach ${nameOf(policy)} to a waypoint before ${name}, or take it away.`
    : `Put a waypoint before ${name} and attach ${nameOf(
        policy,
      )} to it (targetRefs to the Service instead of a selector), with an ALLOW policy at ztunnel that admits the waypoint's identity alone: direct callers are refused from then on. Or write it with callers and ports only.`;
}

function proof(
  workload: Workload,
  policies: readonly AuthorizationPolicy[],
  [{ membership }]: readonly Place[],
): Judgement {
  return {
    verdict: 'pass',
    message: `ztunnel can judge all that ${enumerate(policies.map(nameOf))} ${
      policies.length === 1 ? 'asks' : 'ask'
    } of calls to ${workload.reference.name}.`,
    evidence: policies.map(policy =>
      partEvidence(policy, 'spec.rules', policy.spec?.rules ?? null),
    ),
    enforcement: membership.basis === 'seen' ? 'enforced' : 'declared',
  };
}

function notApplicable(
  workload: Workload,
  places: readonly Place[],
  elsewhere: Judgement | undefined,
): Judgement {
  const { name } = workload.reference;
  const [first] = places;
  if (!first && elsewhere) {
    return elsewhere;
  }
  return {
    verdict: 'not-applicable',
    message: places.some(({ dataPlane }) => dataPlane === 'ambient')
      ? `No AuthorizationPolicy asks anything of ztunnel before ${name}.`
      : `${name} has sidecars, which read HTTP.`,
    evidence: [],
  };
}
