/**
 * Rules for all below a path that leave out the path itself: `/admin/*` does not
 * match `/admin`. A DENY rule leaves that open; an ALLOW rule closes it, which is
 * hardly meant where requests make something new there, by POST.
 */
import { ClusterSnapshot } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { Enforcer } from '../../mesh/authorization';
import { actionOf } from '../../mesh/authorizationPolicy';
import { requireMesh } from '../../mesh/mesh';
import { Fault, gravest, nameOf, witnessOf } from './faults';
import { Place } from './places';
import { Probe, probesOfRule } from './probes';
import { portsAt, verdictNow } from './whatIf';
import {
  WrittenField,
  fieldEvidence,
  writtenFields,
} from '../../mesh/authorization/writtenFields';

const BELOW = /^(\/.+)\/(?:\*|\{\*\*\})$/;

export function missedPaths(
  place: Place,
  enforcer: Enforcer,
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): Fault[] {
  return enforcer === 'ztunnel'
    ? []
    : writtenFields(policy)
        .filter(
          ({ name, rule }) =>
            name === 'paths' &&
            (actionOf(policy) !== 'ALLOW' || createsSomething(policy, rule)),
        )
        .flatMap(field =>
          field.values.flatMap(value => {
            const path = BELOW.exec(value)?.[1];
            return path === undefined
              ? []
              : missedPath(place, enforcer, policy, field, path, snapshot) ??
                  [];
          }),
        );
}

function missedPath(
  place: Place,
  enforcer: Enforcer,
  policy: AuthorizationPolicy,
  field: WrittenField,
  path: string,
  snapshot: ClusterSnapshot,
): Fault | undefined {
  const rule = policy.spec?.rules?.[field.rule];
  const at = (probe: Probe, asked: string): Probe => ({
    ...probe,
    request: { ...probe.request, path: asked },
    what: `${probe.request.method} ${asked}`,
  });
  const allows = actionOf(policy) === 'ALLOW';
  const difference = gravest(
    rule
      ? probesOfRule(rule, policy, requireMesh(snapshot))
          .map(probe => (allows ? posting(probe) : probe))
          .map(probe => at(probe, path))
      : [],
    portsAt(place, enforcer, snapshot),
    (probe, port) => ({
      actual: verdictNow({ place, enforcer }, probe, port, snapshot),
      meant: verdictNow(
        { place, enforcer },
        at(probe, `${path}/below`),
        port,
        snapshot,
      ),
    }),
  );
  if (difference?.effect !== (allows ? 'cuts' : 'opens')) {
    return undefined;
  }
  const { name } = place.workload.reference;
  if (allows) {
    return {
      severity: 'low',
      message: `${name} refuses POST ${path} from ${
        difference.probe.who
      }, although ${nameOf(policy)} lets POST in for all below ${path}.`,
      because: `${field.path} says ${path}/*, which does not match ${path}.`,
      evidence: [fieldEvidence(policy, field)],
      witness: witnessOf(place, difference, ''),
      fix: `Add ${path} to ${field.path}, if it is to be let in too.`,
    };
  }
  return {
    severity: 'medium',
    message: `${nameOf(
      policy,
    )} refuses what is below ${path} of ${name}, and lets ${path} itself through.`,
    because: `${field.path} says ${path}/*, which does not match ${path}.`,
    evidence: [fieldEvidence(policy, field)],
    witness: witnessOf(place, difference, 'and nothing refuses it'),
    fix: `Add ${path} to ${field.path}, if it is to be refused too.`,
  };
}

function createsSomething(
  { spec }: AuthorizationPolicy,
  index: number,
): boolean {
  return (spec?.rules?.[index]?.to ?? []).some(({ operation }) =>
    operation?.methods?.includes('POST'),
  );
}

function posting(probe: Probe): Probe {
  return { ...probe, request: { ...probe.request, method: 'POST' } };
}
