/** AZ-5: what a waypoint refuses, nobody gets by going past it; and ztunnel admits the waypoint. */
import { ClusterSnapshot, Workload, describeObject } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { WaypointEnforcer, enforcedPolicies } from '../../mesh/authorization';
import { requireMesh } from '../../mesh/mesh';
import { endpointPort } from '../../mesh/portProtocol';
import { Control, Judgement } from '../control';
import { enumerate } from '../wording';
import { WAYPOINT_NEEDS } from './authorizationNeeds';
import {
  Fault,
  caller,
  cannotBeTold,
  failureOf,
  gravest,
  nameOf,
  severityOf,
  witnessOf,
} from './faults';
import { Place, placesOf, portsOfPlace } from './places';
import { Probe, probesOf } from './probes';
import {
  identityOfWaypoint,
  targetingFactsOf,
  waypointsBefore,
} from '../../mesh/standingWaypoints';
import { verdictNow } from './whatIf';
import { partEvidence } from '../../mesh/authorization/writtenFields';

export const waypointBypass: Control = {
  id: 'AZ-5',
  title: 'Nobody gets more by going past the waypoint',
  pillar: 'authorization',
  severity: 'high',
  scope: 'workload',
  question:
    'Do the rules at the waypoint hold also for callers that go past it?',
  why: 'Clients with sidecars, gateways, and whoever calls a pod by its address never meet the waypoint. What only the waypoint refuses, they may do.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 3, 4 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement: 'Identity-tier policy: service authorization',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-3, AC-4, SC-7' },
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
    const ambient = places.filter(({ dataPlane }) => dataPlane === 'ambient');
    const faults: Fault[] = [];
    const guarded = new Map<string, AuthorizationPolicy[]>();
    for (const place of ambient) {
      const waypoints = waypointsBefore(place.pod, snapshot);
      if (typeof waypoints === 'string') {
        return [cannotBeTold(workload.reference.name, waypoints)];
      }
      for (const enforcer of waypoints.standing) {
        const policies = enforcedPolicies(place.pod, enforcer, snapshot);
        if (policies.length > 0) {
          guarded.set(nameOfWaypoint(enforcer), policies);
          faults.push(...faultsOf(place, enforcer, policies, snapshot));
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
      guarded.size > 0
        ? proof(workload, guarded, ambient)
        : {
            verdict: 'not-applicable',
            message: `No waypoint decides with policies who may call ${workload.reference.name}.`,
            evidence: [],
          },
    ];
  },
};

function nameOfWaypoint({ waypoint: { namespace, name } }: WaypointEnforcer) {
  return `${namespace}/${name}`;
}

function faultsOf(
  place: Place,
  enforcer: WaypointEnforcer,
  policies: readonly AuthorizationPolicy[],
  snapshot: ClusterSnapshot,
): Fault[] {
  const mesh = requireMesh(snapshot);
  const identity = identityOfWaypoint(enforcer, snapshot);
  // At the waypoint a rule's ports are the Service's, so each port is tried.
  const portless = (policy: AuthorizationPolicy): Probe[] =>
    probesOf(policy, mesh).map(({ port: _, ...probe }) => probe);
  const probes = policies.flatMap(portless);
  const admitted = enforcedPolicies(place.pod, 'ztunnel', snapshot)
    .flatMap(portless)
    .filter(({ caller: { principal } }) => principal !== identity);
  const ports = portsOfPlace(place, snapshot);
  const atWaypoint = (probe: Probe, port: number) =>
    verdictNow(
      { place, enforcer },
      probe,
      calledPort(place, enforcer, port, snapshot),
      snapshot,
    );
  const atZtunnel = (probe: Probe, port: number) =>
    verdictNow({ place, enforcer: 'ztunnel' }, probe, port, snapshot);
  const past = gravest([...probes, ...admitted], ports, (probe, port) => ({
    actual: atZtunnel(probe, port),
    // That ztunnel refuses direct callers whom the waypoint takes is as it should be.
    meant: atWaypoint(probe, port) === 'deny' ? 'deny' : 'unknown',
  }));
  const through = gravest(probes, ports, (probe, port) => ({
    actual: atZtunnel({ ...probe, caller: { principal: identity } }, port),
    meant: atWaypoint(probe, port) === 'allow' ? 'allow' : 'unknown',
  }));
  return [
    ...(past ? [pastFault(place, enforcer, policies, past, identity)] : []),
    ...(through ? [throughFault(place, enforcer, identity, snapshot)] : []),
  ];
}

/** The port of the Service that leads to a container port; that itself, where none does. */
function calledPort(
  { pod }: Place,
  { target }: WaypointEnforcer,
  port: number,
  snapshot: ClusterSnapshot,
): number {
  const service =
    target && snapshot.get('Service', target.name, target.namespace);
  return (
    service?.spec?.ports?.find(
      candidate => endpointPort(pod, candidate) === port,
    )?.port ?? port
  );
}

function pastFault(
  place: Place,
  enforcer: WaypointEnforcer,
  policies: readonly AuthorizationPolicy[],
  difference: NonNullable<ReturnType<typeof gravest>>,
  identity: string,
): Fault {
  const { name } = place.workload.reference;
  const waypoint = nameOfWaypoint(enforcer);
  return {
    severity: severityOf(difference),
    message: `${caller(difference.probe)} may send ${
      difference.probe.what
    } to ${name} past waypoint ${waypoint}, which would refuse it.`,
    because: `${enumerate(policies.map(nameOf))} ${
      policies.length === 1 ? 'is' : 'are'
    } asked at the waypoint alone. A client with a sidecar, or a call to the pod's own address, meets only ztunnel, and nothing there refuses it.`,
    evidence: policies.map(policy =>
      partEvidence(policy, 'spec.rules', policy.spec?.rules ?? null),
    ),
    witness: witnessOf(
      place,
      difference,
      "to the pod's own address, and ztunnel lets it through",
    ),
    fix: `Let ztunnel admit the waypoint alone: an AuthorizationPolicy with action ALLOW, a selector for the pods of ${name} and the principal ${identity}. Clients with sidecars are refused from then on.`,
  };
}

function throughFault(
  place: Place,
  enforcer: WaypointEnforcer,
  identity: string,
  snapshot: ClusterSnapshot,
): Fault {
  const { name } = place.workload.reference;
  const waypoint = nameOfWaypoint(enforcer);
  const policies = enforcedPolicies(place.pod, 'ztunnel', snapshot);
  return {
    severity: 'medium',
    message: `Whoever calls ${name} through waypoint ${waypoint} is refused, although the waypoint lets callers in.`,
    because: `ztunnel sees the waypoint as the caller, ${identity}, and ${enumerate(
      policies.map(nameOf),
    )} ${policies.length === 1 ? 'does' : 'do'} not admit it.`,
    evidence: policies.map(policy =>
      partEvidence(policy, 'spec.rules', policy.spec?.rules ?? null),
    ),
    witness: {
      from: identity,
      to: describeObject(place.workload.reference),
      protocol: 'TCP',
      transport: 'mtls',
      action: 'passes on what it let in, and is refused',
    },
    fix: `Admit the principal ${identity} in a policy for the pods of ${name}.`,
  };
}

function proof(
  { reference: { name } }: Workload,
  guarded: ReadonlyMap<string, readonly AuthorizationPolicy[]>,
  places: readonly Place[],
): Judgement {
  return {
    verdict: 'pass',
    message: `What waypoint ${enumerate([
      ...guarded.keys(),
    ])} refuses, ${name} refuses also to callers that go past it.`,
    evidence: [...new Set([...guarded.values()].flat())].map(policy =>
      partEvidence(policy, 'spec.rules', policy.spec?.rules ?? null),
    ),
    enforcement: places.every(({ membership }) => membership.basis === 'seen')
      ? 'enforced'
      : 'declared',
  };
}
