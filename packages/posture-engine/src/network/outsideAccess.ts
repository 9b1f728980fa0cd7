/** Whether callers outside the cluster get into pods, once something leads their packets there under their own address. */
import {
  AddressRange,
  ClassSet,
  Connections,
  DecidingField,
  PodClass,
  decide,
  joinRanges,
} from '../decisions';
import { ClusterSnapshot, PodView } from '../snapshot';
import { isAtLarge, rangesIn } from './atLarge';
import { connectionsOf } from './connections';
import type { PodPort } from './services';

export type OutsideAccess =
  | { to: 'everybody' }
  /** Somebody in particular. */
  | { to: 'ranges'; ranges: readonly AddressRange[] }
  | { to: 'nobody'; decidedBy: readonly DecidingField[] }
  | { to: 'unknown'; reason: string };

/** The most that any of the pods lets in on any of its ports. What lets in under conditions lets in. */
export function outsideAccess(
  snapshot: ClusterSnapshot,
  doors: readonly { pod: PodView; ports: readonly PodPort[] }[],
): OutsideAccess {
  const connections = snapshot.derive(connectionsOf);
  const answers = doors.flatMap(({ pod, ports }) => {
    const podClass = connections.universe.classOfPod(pod);
    return podClass
      ? ports.map(port => accessTo(connections, podClass, port))
      : [];
  });
  const worst =
    answers.find(({ to }) => to === 'everybody') ??
    answers.find(({ to }) => to === 'unknown');
  if (worst) {
    return worst;
  }
  const ranges = answers.flatMap(answer =>
    answer.to === 'ranges' ? answer.ranges : [],
  );
  return ranges.length > 0
    ? { to: 'ranges', ranges: joinRanges(ranges) }
    : {
        to: 'nobody',
        decidedBy: answers.flatMap(answer =>
          answer.to === 'nobody' ? answer.decidedBy : [],
        ),
      };
}

function accessTo(
  connections: Connections,
  destination: PodClass,
  door: PodPort,
): OutsideAccess {
  const { universe } = connections;
  const decisionFor = (sources: ClassSet) => {
    const [id] = sources;
    return decide(connections, {
      source: universe.get(id),
      destination,
      ...door,
    });
  };
  const entry = connections
    .relation(destination, 'ingress')
    .find(({ ports }) => ports.has(door.protocol, door.port));
  if (!entry) {
    return {
      to: 'nobody',
      decidedBy: decisionFor(universe.external).decidedBy,
    };
  }
  const ranges = rangesIn(
    universe,
    ClassSet.union([
      entry.allowed,
      ...entry.conditional.map(({ peers }) => peers),
    ]),
  );
  if (isAtLarge(ranges)) {
    return { to: 'everybody' };
  }
  const unknown = entry.unknown.intersect(universe.external);
  if (!unknown.isEmpty) {
    return {
      to: 'unknown',
      reason: decisionFor(unknown).reason ?? 'nobody can tell',
    };
  }
  return ranges.length > 0
    ? { to: 'ranges', ranges }
    : {
        to: 'nobody',
        decidedBy: decisionFor(universe.external).decidedBy,
      };
}
