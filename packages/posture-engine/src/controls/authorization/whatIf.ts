/** What would change for a workload's callers if a proxy enforced a policy as its author wrote it. */
import { ClusterSnapshot } from '../../snapshot';
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import {
  AuthorizationAnswer,
  Enforcer,
  asWritten,
  authorize,
  policiesInForce,
} from '../../mesh/authorization';
import { actionOf } from '../../mesh/authorizationPolicy';
import { requireMesh } from '../../mesh/mesh';
import { Difference, caller, gravest, nameOf } from './faults';
import { Place, chainOf, portsOfPlace } from './places';
import { Probe, probesOfRule, strangerProbe } from './probes';

export interface WhatIf {
  place: Place;
  policy: AuthorizationPolicy;
  /** Whose answer would be another. */
  enforcer: Enforcer;
  /** The rules in question; all of the policy's if left out. */
  rules?: readonly AuthorizationRule[];
  /** The policy as its author meant it, where that is not what is written. */
  meant?: AuthorizationPolicy;
  /** Only these ports; all that the place has if left out. */
  ports?: readonly number[];
}

/** The gravest change, or undefined where every caller gets the same answer. */
export function differenceIf(
  question: WhatIf,
  snapshot: ClusterSnapshot,
): Difference | undefined {
  const { place, policy, enforcer } = question;
  const { rules = policy.spec?.rules ?? [] } = question;
  const action = actionOf(policy);
  if (action === 'AUDIT') {
    return undefined;
  }
  const mesh = requireMesh(snapshot);
  const probes =
    rules.length > 0
      ? rules.flatMap(rule => probesOfRule(rule, policy, mesh))
      : [strangerProbe(mesh)];
  return gravest(
    probes,
    question.ports ?? portsAt(place, enforcer, snapshot),
    (probe, port) => {
      const meant = verdictAsWritten(question, probe, port, snapshot);
      return {
        actual: verdictNow({ place, enforcer }, probe, port, snapshot),
        // What a provider would say nobody knows; that nobody asks it is the point.
        meant: action === 'CUSTOM' && meant !== 'allow' ? 'deny' : meant,
      };
    },
  );
}

type Verdict = AuthorizationAnswer['verdict'];

/** What a proxy of the workload, or a waypoint before it, answers as things are. */
export function verdictNow(
  { place, enforcer }: Pick<WhatIf, 'place' | 'enforcer'>,
  { caller: from, request }: Probe,
  port: number,
  snapshot: ClusterSnapshot,
): Verdict {
  const chain = chainAt(place, enforcer, port, snapshot);
  return authorize(
    {
      pod: place.pod,
      port,
      enforcer,
      chain,
      caller: from,
      ...(chain === 'http' ? { request } : {}),
    },
    snapshot,
  ).verdict;
}

function verdictAsWritten(
  { place, policy, enforcer, meant = policy }: WhatIf,
  { caller: from, request }: Probe,
  port: number,
  snapshot: ClusterSnapshot,
): Verdict {
  const { pod } = place;
  const chain = chainAt(place, enforcer, port, snapshot);
  return authorize(
    {
      pod,
      port,
      caller: from,
      request,
      chain: 'http',
      enforcer: enforcer === 'ztunnel' ? 'sidecar' : enforcer,
      instead: [
        ...policiesInForce({ pod, enforcer, chain }, snapshot).filter(
          enforced => enforced.policy !== policy,
        ),
        asWritten(meant, snapshot),
      ],
    },
    snapshot,
  ).verdict;
}

function chainAt(
  place: Place,
  enforcer: Enforcer,
  port: number,
  snapshot: ClusterSnapshot,
) {
  return typeof enforcer === 'object' ? 'http' : chainOf(place, port, snapshot);
}

/** At a waypoint the ports of the Service that leads through it. */
export function portsAt(
  place: Place,
  enforcer: Enforcer,
  snapshot: ClusterSnapshot,
): readonly number[] {
  const target = typeof enforcer === 'object' ? enforcer.target : undefined;
  const service =
    target && snapshot.get('Service', target.name, target.namespace);
  const ports = (service?.spec?.ports ?? []).map(({ port }) => port);
  return ports.length > 0 ? ports : portsOfPlace(place, snapshot);
}

/** Who gets another answer than the policy says, as a sentence. */
export function differenceMessage(
  { workload }: Pick<Place, 'workload'>,
  policy: AuthorizationPolicy,
  { effect, probe }: Difference,
): string {
  const { name } = workload.reference;
  const action = actionOf(policy);
  if (effect === 'cuts') {
    return `${name} refuses ${probe.what} from ${probe.who}, which ${nameOf(
      policy,
    )} ${action === 'ALLOW' ? 'means to let in' : 'does not mean to refuse'}.`;
  }
  const may = `${caller(probe)} may send ${probe.what} to ${name}`;
  switch (action) {
    case 'DENY':
      return `${may}, which ${nameOf(policy)} means to refuse.`;
    case 'CUSTOM':
      return `${may}, which ${nameOf(policy)} means to ask its provider about.`;
    default:
      return `${may}, although ${nameOf(policy)} says who may call.`;
  }
}
