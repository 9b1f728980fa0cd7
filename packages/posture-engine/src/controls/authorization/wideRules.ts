/** ALLOW rules that let in whoever knows what to send: they name nobody, or somebody whom everybody is. */
import { ClusterSnapshot, referenceTo, sameValue } from '../../snapshot';
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import { Enforcer, authorize } from '../../mesh/authorization';
import { opennessOf } from '../../mesh/openRules';
import { requireMesh } from '../../mesh/mesh';
import { enumerate } from '../wording';
import { Fault, caller, nameOf, witnessOf } from './faults';
import { Place, chainOf } from './places';
import { Probe, probesOfRule } from './probes';
import { portsAt } from './whatIf';
import {
  WrittenField,
  asksIdentity,
  fieldEvidence,
  subjectOfField,
  writtenFields,
} from '../../mesh/authorization/writtenFields';

/** Whether no stranger can match a rule, which saves asking: each source names identities, and none by a pattern. */
export function namesCallers({ from = [] }: AuthorizationRule): boolean {
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

export function dataPlaneOfEnforcer(enforcer: Enforcer): 'sidecar' | 'ambient' {
  return enforcer === 'ztunnel' ? 'ambient' : 'sidecar';
}

/** Fields that keep a rule to some requests, whoever sends them. */
const NARROWING: ReadonlySet<string> = new Set(['methods', 'paths']);

/** ALLOW rules by which a stranger gets in; those that let in everything are the question of AZ-1. */
export function wideRules(
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
