/** One place of a workload where network and mesh meet: what each of them says there. */
import {
  Connections,
  PodClass,
  PortSet,
  decide,
  decideDirection,
  explainDecision,
} from '../../../decisions';
import { connectionsOf } from '../../../network/connections';
import { ClusterSnapshot } from '../../../snapshot';
import { Place } from '../../authorization/places';
import { Evidence, Severity, Witness } from '../../control';
import { evidenceOf } from '../evidenceOfPolicies';

/** Where ztunnel takes in whatever a client of the mesh calls. */
export const TUNNEL_PORT = 15008;

export interface Meeting {
  place: Place;
  podClass: PodClass;
  connections: Connections;
  snapshot: ClusterSnapshot;
}

/** Where the layers do not agree. */
export interface Disagreement {
  severity: Severity;
  message: string;
  because: string;
  evidence: Evidence[];
  witness: Witness;
  fix: string;
}

/** Undefined for pods that the network does not know, or does not rule. */
export function meetingOf(
  place: Place,
  snapshot: ClusterSnapshot,
): Meeting | undefined {
  const connections = snapshot.derive(connectionsOf);
  const podClass = connections.universe.classOfPod(place.pod);
  return podClass && !podClass.hostNetwork
    ? { place, podClass, connections, snapshot }
    : undefined;
}

/** What the network sees of a call from a client of the mesh. */
export function networkPorts(
  { place }: Meeting,
  ports: readonly number[],
): PortSet {
  if (place.dataPlane === 'ambient') {
    return PortSet.range('TCP', TUNNEL_PORT);
  }
  return ports.length === 0
    ? PortSet.allOf('TCP')
    : PortSet.union(ports.map(port => PortSet.range('TCP', port)));
}

export type NetworkAnswer = 'open' | 'unknown' | 'closed';

/** Whether some of the ports lets a class through, in either direction. */
export function networkAnswer(
  { podClass, connections }: Meeting,
  source: PodClass,
  ports: PortSet,
): NetworkAnswer {
  let answer: NetworkAnswer = 'closed';
  for (const ends of connections.universe.betweenClasses(source, podClass)) {
    const edge = connections.edge(ends.source, ends.destination);
    if (
      edge.allowed.intersects(ports) ||
      edge.conditional.some(part => part.ports.intersects(ports))
    ) {
      return 'open';
    }
    if (edge.unknown.intersects(ports)) {
      answer = 'unknown';
    }
  }
  return answer;
}

/**
 * Whether the policies of the destination itself drop a call. Where only those
 * of the caller do, its own team keeps it in, and no layer here contradicts another.
 */
export function isDroppedHere(
  { podClass, connections }: Meeting,
  source: PodClass,
  ports: readonly number[],
): boolean {
  const [ends] = connections.universe.betweenClasses(source, podClass);
  return ports.every(
    port =>
      decideDirection(
        connections,
        { ...ends, protocol: 'TCP', port },
        'ingress',
      ).verdict === 'deny',
  );
}

/** Why the network drops a call, in words and as evidence. */
export function refusalOf(
  { podClass, connections, snapshot }: Meeting,
  source: PodClass,
  port: number,
): { because: string; evidence: Evidence[] } {
  const [ends] = connections.universe.betweenClasses(source, podClass);
  const question = { ...ends, protocol: 'TCP' as const, port };
  const decision = decide(connections, question);
  return {
    because: explainDecision(connections, question, decision),
    evidence: evidenceOf(
      snapshot,
      decision.decidedBy.filter(({ effect }) => effect === 'deny'),
    ),
  };
}
