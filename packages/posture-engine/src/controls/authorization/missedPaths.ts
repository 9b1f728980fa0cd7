/** DENY rules for all below a path, which leave the path itself open: `/admin/*` does not match `/admin`. */
import { ClusterSnapshot } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { Enforcer } from '../../mesh/authorization';
import { requireMesh } from '../../mesh/mesh';
import { Fault, gravest, nameOf, witnessOf } from './faults';
import { Place } from './places';
import { Probe, probesOfRule } from './probes';
import { portsAt, verdictNow } from './whatIf';
import { WrittenField, fieldEvidence, writtenFields } from './writtenFields';

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
        .filter(({ name }) => name === 'paths')
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
  const difference = gravest(
    rule
      ? probesOfRule(rule, policy, requireMesh(snapshot)).map(probe =>
          at(probe, path),
        )
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
  if (difference?.effect !== 'opens') {
    return undefined;
  }
  const { name } = place.workload.reference;
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
