/** AZ-7: what a policy asks, the proxy before each port can read. */
import { ClusterSnapshot, Workload } from '../../snapshot';
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import { enforcedPolicies } from '../../mesh/authorization';
import { Action, actionOf } from '../../mesh/authorizationPolicy';
import { chainsOf } from '../../mesh/portProtocol';
import { Control, Judgement } from '../control';
import { enumerate } from '../wording';
import { AUTHORIZATION_NEEDS } from './authorizationNeeds';
import { Fault, failureOf, nameOf, severityOf, witnessOf } from './faults';
import { Place, placesOf, portsOfPlace } from './places';
import {
  unreadableIn,
  withoutUnreadable,
} from '../../mesh/authorization/readable';
import { differenceIf, differenceMessage } from './whatIf';
import {
  asksHttp,
  fieldEvidence,
  partEvidence,
  writtenFields,
} from '../../mesh/authorization/writtenFields';

export const readableRules: Control = {
  id: 'AZ-7',
  title: 'Rules can be read at the ports that they are for',
  pillar: 'authorization',
  severity: 'medium',
  scope: 'workload',
  question:
    'Can the proxy read every field and value of the policies for this service, at each of its ports?',
  why: 'On a port that is not HTTP a proxy cannot see methods and paths, and values that it cannot read it drops: an ALLOW rule then lets nobody in, a DENY rule refuses more than it says, or nothing.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 3 and 6' },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-3, CM-6' },
    {
      framework: 'CISA ZTMM v2',
      requirement: 'Applications: application access',
    },
    { framework: 'PCI DSS 4.0', requirement: '7.2' },
  ],
  needs: AUTHORIZATION_NEEDS,
  evaluate(workload, snapshot) {
    const { places, elsewhere } = placesOf(workload, snapshot);
    const sidecars = places.filter(({ dataPlane }) => dataPlane === 'sidecar');
    const faults: Fault[] = [];
    const policies = new Set<AuthorizationPolicy>();
    for (const place of sidecars) {
      for (const policy of enforcedPolicies(place.pod, 'sidecar', snapshot)) {
        policies.add(policy);
        faults.push(
          ...(unreadableFault(place, policy, snapshot) ?? []),
          ...(tcpFault(place, policy, snapshot) ?? []),
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
      policies.size > 0
        ? proof(workload, [...policies], sidecars)
        : {
            verdict: 'not-applicable',
            message:
              sidecars.length > 0
                ? `No AuthorizationPolicy applies to ${workload.reference.name}.`
                : `${workload.reference.name} has no sidecars; what ztunnel cannot read is the question of control AZ-4.`,
            evidence: [],
          },
    ];
  },
};

/** Keys and values that Istio drops, each with more of its rule than one would think. */
function unreadableFault(
  place: Place,
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): Fault[] | undefined {
  const unreadable = unreadableIn(policy);
  if (unreadable.length === 0) {
    return undefined;
  }
  const meant = withoutUnreadable(policy);
  const rules = (policy.spec?.rules ?? []).filter((_, index) =>
    unreadable.some(({ field }) => field.rule === index),
  );
  const difference = differenceIf(
    { place, policy, enforcer: 'sidecar', rules, meant },
    snapshot,
  );
  const action = actionOf(policy);
  const written = unreadable.map(({ field, kind, values }) =>
    kind === 'key'
      ? `the key ${field.name} (${field.path})`
      : `${enumerate(values.map(value => JSON.stringify(value)))} (${
          field.path
        })`,
  );
  return [
    {
      severity: severityOf(difference),
      message: difference
        ? differenceMessage(place, policy, difference)
        : `${nameOf(
            policy,
          )} holds what no proxy can read, although no caller of ${
            place.workload.reference.name
          } gets another answer because of it.`,
      because: `Istio cannot read ${enumerate(written)} of ${nameOf(policy)}${
        unreadable.some(({ kind }) => kind === 'key') || action === 'ALLOW'
          ? ', and drops the whole rule'
          : ', and takes the rule without, which then refuses more'
      }.`,
      evidence: unreadable.map(({ field }) => fieldEvidence(policy, field)),
      ...(difference
        ? {
            witness: witnessOf(
              place,
              difference,
              'which the dropped rule does not refuse',
            ),
          }
        : {}),
      fix: `Correct ${enumerate(
        written,
      )}; the rule then acts as it is written.`,
    },
  ];
}

/** HTTP fields at ports that are not read as HTTP. */
function tcpFault(
  place: Place,
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): Fault[] | undefined {
  const fields = writtenFields(policy).filter(asksHttp);
  if (fields.length === 0) {
    return undefined;
  }
  const { pod, workload } = place;
  const known = () => portsOfPlace(place, snapshot);
  const isTcp = (port: number) =>
    chainsOf(pod, port, snapshot).every(chain => chain === 'tcp');
  const action = actionOf(policy);
  const found = (policy.spec?.rules ?? []).flatMap((rule, index) => {
    const own = fields.filter(field => field.rule === index);
    const ports = own.length > 0 ? portsMeant(rule, action, known, isTcp) : [];
    const difference =
      ports.length > 0
        ? differenceIf(
            { place, policy, enforcer: 'sidecar', rules: [rule], ports },
            snapshot,
          )
        : undefined;
    return difference ? [{ difference, own, ports }] : [];
  });
  return found.map(({ difference, own }) => ({
    severity: severityOf(difference),
    message: differenceMessage(place, policy, difference),
    because: `Port ${difference.port} of ${
      workload.reference.name
    } is not read as HTTP, so the proxy cannot judge ${enumerate(
      own.map(({ path }) => path),
    )} of ${nameOf(policy)} there: ${
      action === 'ALLOW'
        ? 'it drops the rule'
        : 'it takes the rule without, which then refuses more'
    }.`,
    evidence: own.map(field => fieldEvidence(policy, field)),
    witness: witnessOf(place, difference, 'and nothing refuses it'),
    fix:
      action === 'ALLOW'
        ? `If port ${difference.port} speaks HTTP, say so in its Service (appProtocol: http, or a name that begins with http); else allow it in a rule of its own that names callers and the port alone.`
        : `Name the HTTP ports in the rule (to.operation.ports). If port ${difference.port} speaks HTTP, say so in its Service (appProtocol: http).`,
  }));
}

/**
 * The TCP ports that a rule's author must have meant or hit: for DENY all that
 * it does not leave out; for ALLOW those that it names, or any where none of the
 * workload's ports is HTTP, since elsewhere an HTTP rule was meant for others.
 */
function portsMeant(
  { to = [] }: AuthorizationRule,
  action: Action,
  known: () => readonly number[],
  isTcp: (port: number) => boolean,
): number[] {
  const named = to.flatMap(({ operation }) =>
    (operation?.ports ?? []).map(Number),
  );
  if (named.length > 0) {
    return named.filter(isTcp);
  }
  const ports = known();
  return action === 'ALLOW' && !ports.every(isTcp) ? [] : ports.filter(isTcp);
}

function proof(
  { reference: { name } }: Workload,
  policies: readonly AuthorizationPolicy[],
  places: readonly Place[],
): Judgement {
  return {
    verdict: 'pass',
    message: `The sidecars of ${name} can read all that ${enumerate(
      policies.map(nameOf),
    )} ${policies.length === 1 ? 'asks' : 'ask'}.`,
    evidence: policies.map(policy =>
      partEvidence(policy, 'spec.rules', policy.spec?.rules ?? null),
    ),
    enforcement: places.every(({ membership }) => membership.basis === 'seen')
      ? 'enforced'
      : 'declared',
  };
}
