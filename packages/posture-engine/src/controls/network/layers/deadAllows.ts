/** Callers whom the mesh admits by name, and whom the network drops on the way. */
import type { PodClass } from '../../../decisions';
import { enforcedPolicies, policiesInForce } from '../../../mesh/authorization';
import { actionOf } from '../../../mesh/authorizationPolicy';
import { portOf } from '../../../mesh/authorization/envoyFields';
import { fieldEvidence } from '../../../mesh/authorization/writtenFields';
import { chainsOf } from '../../../mesh/portProtocol';
import { describeObject } from '../../../snapshot';
import { AuthorizationPolicy } from '../../../snapshot/kinds';
import { nameOf } from '../../authorization/faults';
import { UNNAMED_PORT, portsOfPlace } from '../../authorization/places';
import {
  Disagreement,
  Meeting,
  TUNNEL_PORT,
  isDroppedHere,
  networkAnswer,
  networkPorts,
  refusalOf,
} from './agreement';
import { Caller, NamedCaller, namedCallers } from './namedCallers';

export interface DeadAllows {
  dead: readonly Disagreement[];
  /** Callers whom both layers let through. */
  reaching: readonly Caller[];
  /** Of whom the network's answer is not known. */
  doubtful: readonly Caller[];
  /** The policies that name somebody. */
  policies: readonly AuthorizationPolicy[];
}

export function deadAllows(meeting: Meeting): DeadAllows {
  const { place, snapshot } = meeting;
  const dead: Disagreement[] = [];
  const reaching: Caller[] = [];
  const doubtful: Caller[] = [];
  const policies = enforcedPolicies(place.pod, place.enforcer, snapshot).filter(
    policy => actionOf(policy) === 'ALLOW',
  );
  for (const policy of policies) {
    for (const named of namedCallers(policy, snapshot)) {
      const others = named.callers.filter(
        ({ workload }) => workload !== place.workload,
      );
      const { open, unknown, closed } = sorted(meeting, policy, named, others);
      reaching.push(...open);
      doubtful.push(...unknown);
      const [first] = closed;
      // Of a whole namespace it is enough that somebody reaches it.
      if (first && open.length === 0 && unknown.length === 0) {
        dead.push(deadAllow(meeting, policy, named, first));
      }
    }
  }
  return { dead, reaching, doubtful, policies };
}

interface Answered {
  caller: Caller;
  source: PodClass;
}

function sorted(
  meeting: Meeting,
  policy: AuthorizationPolicy,
  { field }: NamedCaller,
  callers: readonly Caller[],
): { open: Caller[]; unknown: Caller[]; closed: Answered[] } {
  const numbers = portsOfRule(meeting, policy, field.rule);
  const ports = networkPorts(meeting, numbers);
  const asked = meeting.place.dataPlane === 'ambient' ? [TUNNEL_PORT] : numbers;
  const open: Caller[] = [];
  const unknown: Caller[] = [];
  const closed: Answered[] = [];
  const answers = new Map<number, ReturnType<typeof networkAnswer>>();
  if (callers.length === 0 || !isInForce(meeting, policy, field.rule)) {
    return { open, unknown, closed };
  }
  for (const caller of callers) {
    const source = meeting.connections.universe.classOfPod(caller.pod);
    if (source) {
      const answer =
        answers.get(source.id) ?? networkAnswer(meeting, source, ports);
      answers.set(source.id, answer);
      if (answer === 'closed') {
        if (isDroppedHere(meeting, source, asked)) {
          closed.push({ caller, source });
        }
      } else {
        (answer === 'open' ? open : unknown).push(caller);
      }
    }
  }
  return { open, unknown, closed };
}

/** A rule that the proxy drops admits nobody, whatever the network says. */
function isInForce(
  { place: { pod, enforcer }, snapshot }: Meeting,
  policy: AuthorizationPolicy,
  index: number,
): boolean {
  return (['http', 'tcp'] as const).some(chain =>
    policiesInForce({ pod, enforcer, chain }, snapshot).some(
      enforced =>
        enforced.policy === policy &&
        enforced.rules.some(
          ({ field, isVoid }) => field === `spec.rules[${index}]` && !isVoid,
        ),
    ),
  );
}

/** The container ports for which a rule is: those that it names, else all that the place is known to have. */
function portsOfRule(
  { place, snapshot }: Meeting,
  policy: AuthorizationPolicy,
  index: number,
): readonly number[] {
  const rule = policy.spec?.rules?.[index];
  const named = (rule?.to ?? []).map(({ operation }) =>
    (operation?.ports ?? []).flatMap(port => portOf(port) ?? []),
  );
  return named.length > 0 && named.every(ports => ports.length > 0)
    ? named.flat()
    : portsOfPlace(place, snapshot).filter(
        port =>
          port !== UNNAMED_PORT &&
          chainsOf(place.pod, port, snapshot).length > 0,
      );
}

function deadAllow(
  meeting: Meeting,
  policy: AuthorizationPolicy,
  { field, value }: NamedCaller,
  { caller, source }: Answered,
): Disagreement {
  const { place } = meeting;
  const { name } = place.workload.reference;
  const from = describeObject(caller.workload.reference);
  const [port = 80] =
    place.dataPlane === 'ambient'
      ? [TUNNEL_PORT]
      : portsOfRule(meeting, policy, field.rule);
  const refusal = refusalOf(meeting, source, port);
  return {
    // It fails closed: an outage, or a rule too many.
    severity: 'low',
    message: `${from} cannot reach ${name}: ${nameOf(
      policy,
    )} admits it, and the network drops what it sends.`,
    because: `${field.path} names ${value}. ${refusal.because}`,
    evidence: [
      fieldEvidence(policy, { path: field.path, values: field.values }),
      ...refusal.evidence,
    ],
    witness: {
      from,
      to: describeObject(place.workload.reference),
      port,
      protocol: 'TCP',
      transport: 'mtls',
      action: 'calls it, and nothing answers',
    },
    fix: `Let ${from} reach port ${port} of ${name} in the network policies of both, or take ${value} out of ${nameOf(
      policy,
    )} if it has no business there.`,
  };
}
