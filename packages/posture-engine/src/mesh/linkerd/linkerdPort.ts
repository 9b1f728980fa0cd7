/**
 * How open a port is to callers that prove no identity of Linkerd's. It has no
 * word such as Istio's STRICT: a port is as strict as the authorizations that
 * hold for it.
 */
import {
  ClusterSnapshot,
  ObjectReference,
  describeObject,
} from '../../snapshot';
import type { Member } from '../client';
import { ClientAuthorization, isUnauthenticated } from './clientAuthorization';
import {
  InboundPolicy,
  inboundPoliciesOf,
  probePathsOf,
} from './inboundPolicy';
import { linkerdGap } from './linkerdGap';

/** A field that says how open a port is. */
export interface LinkerdDecision {
  layer: 'linkerd-policy' | 'linkerd-config' | 'pod';
  object: ObjectReference;
  field: string;
}

export interface LinkerdPort {
  /** STRICT: nobody without an identity gets in; PERMISSIVE: some do. Null where nobody can tell. */
  mode: 'STRICT' | 'PERMISSIVE' | null;
  policies: readonly InboundPolicy[];
  /** The Servers or the default policy, then what opens the port. */
  decidedBy: LinkerdDecision[];
  /** What lets in callers without an identity. */
  open: readonly ClientAuthorization[];
  /** Paths of health probes, which anybody may ask for in plaintext. */
  probes: readonly string[];
  /** A clause: why nobody can tell. */
  undecided?: string;
}

/** Null asks for a port that nothing names. */
export function linkerdPortOf(
  member: Member,
  port: number | null,
  snapshot: ClusterSnapshot,
): LinkerdPort {
  try {
    return decidedPort(member, port, snapshot);
  } catch (error) {
    return undecidedPort(
      error instanceof Error ? error.message : String(error),
    );
  }
}

function decidedPort(
  member: Member,
  port: number | null,
  snapshot: ClusterSnapshot,
): LinkerdPort {
  const gap = linkerdGap(member.pod.namespace, snapshot);
  if (gap !== undefined) {
    return undecidedPort(gap.reason);
  }
  const policies = inboundPoliciesOf(member, port, snapshot);
  const openings = policies.map(openingOf);
  const isOpen = openings.map(open => open.length > 0);
  if (isOpen.some(open => open !== isOpen[0])) {
    return undecidedPort(
      `${policies
        .map(({ decidedBy }) => describeObject(decidedBy.object))
        .join(' and ')} claim it, and which one counts cannot be told`,
      policies,
    );
  }
  return {
    mode: isOpen[0] ? 'PERMISSIVE' : 'STRICT',
    policies,
    decidedBy: decisionsOf(policies, openings.flat()),
    open: openings.flat(),
    probes: policies.some(hasProbeRoute) ? probePathsOf(member.pod, port) : [],
  };
}

function undecidedPort(
  undecided: string,
  policies: readonly InboundPolicy[] = [],
): LinkerdPort {
  return {
    mode: null,
    policies,
    decidedBy: decisionsOf(policies, []),
    open: [],
    probes: [],
    undecided,
  };
}

function decisionsOf(
  policies: readonly InboundPolicy[],
  open: readonly ClientAuthorization[],
): LinkerdDecision[] {
  return [...policies.map(policy => policy.decidedBy), ...open].flatMap(
    ({ layer, object, field }, index, all) =>
      all.findIndex(
        other => other.object === object && other.field === field,
      ) === index
        ? [{ layer, object, field }]
        : [],
  );
}

/** Routes that Linkerd makes up let probes through, which is no opening. */
function openingOf({
  authorizations,
  routes,
  protocol,
}: InboundPolicy): ClientAuthorization[] {
  return [
    ...authorizations,
    ...(protocol === 'opaque'
      ? []
      : routes.flatMap(route =>
          route.object === undefined ? [] : route.authorizations,
        )),
  ].filter(isUnauthenticated);
}

function hasProbeRoute({ routes, protocol }: InboundPolicy): boolean {
  return (
    protocol !== 'opaque' &&
    routes.some(
      ({ object, authorizations }) =>
        object === undefined && authorizations.length > 0,
    )
  );
}
