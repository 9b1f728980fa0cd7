/** One question to a map: may this workload reach that one, or an address outside, on this port? */
import type { Protocol } from '../PortSet';
import type { ConnectionMap, View } from './ConnectionMap';
import { OneEnd, Passage, joinEnds } from './passages';

/** A workload by its place among the workloads, or an address outside. */
export type MapEnd = { workload: number } | { address: string };

export interface MapQuestion {
  source: MapEnd;
  destination: MapEnd;
  protocol: Protocol;
  port: number;
}

export interface MapAnswer {
  verdict: Passage['verdict'] | 'deny';
  conditions: readonly string[];
  /** For `unknown`. */
  reason?: string;
  /** Egress first; for `deny` those of the first direction that refuses. */
  decidedBy: Passage['decidedBy'];
  /** Whether the answer is another for some of the pods: the most open one is given. */
  partly: boolean;
}

const FROM_OPEN_TO_CLOSED: readonly MapAnswer['verdict'][] = [
  'allow',
  'conditional',
  'unknown',
  'deny',
];

/** Undefined for text that is no address, and where both ends are addresses: of those no policy says anything. */
export function askMap(
  map: ConnectionMap,
  question: MapQuestion,
): MapAnswer | undefined {
  const answers = viewsOf(map, question).map(view =>
    answerFor(map, view, question),
  );
  const verdict = FROM_OPEN_TO_CLOSED.find(candidate =>
    answers.some(answer => answer.verdict === candidate),
  );
  const first = answers.find(answer => answer.verdict === verdict);
  return (
    first && {
      ...first,
      partly: answers.some(answer => answer.verdict !== verdict),
    }
  );
}

function viewsOf(
  map: ConnectionMap,
  { source, destination }: MapQuestion,
): readonly View[] {
  if ('workload' in source && 'workload' in destination) {
    return map.viewsOf(
      map.profileOf[source.workload],
      map.profileOf[destination.workload],
    );
  }
  if ('workload' in source && 'address' in destination) {
    return withAddress(map, source.workload, destination.address).map(
      ([inside, outside]) => ({ source: inside, destination: outside }),
    );
  }
  return 'address' in source && 'workload' in destination
    ? withAddress(map, destination.workload, source.address).map(
        ([inside, outside]) => ({ source: outside, destination: inside }),
      )
    : [];
}

function withAddress(
  map: ConnectionMap,
  workload: number,
  address: string,
): [inside: number, outside: number][] {
  const outside = map.classOfAddress(address);
  return outside === undefined
    ? []
    : map.classesOf(map.profileOf[workload]).map(inside => [inside, outside]);
}

function answerFor(
  map: ConnectionMap,
  { source, destination }: View,
  { protocol, port }: MapQuestion,
): Omit<MapAnswer, 'partly'> {
  const endsAt = (side: number, peer: number): OneEnd[] =>
    map.outcomes[map.outcomeAt(side, peer)].filter(({ ports }) =>
      ports.has(protocol, port),
    );
  const egress = endsAt(map.sideOf(source, 'egress'), destination);
  const ingress = endsAt(map.sideOf(destination, 'ingress'), source);
  const refusing = [...egress, ...ingress].find(
    ({ verdict }) => verdict === 'deny',
  );
  if (refusing) {
    return {
      verdict: 'deny',
      conditions: [],
      decidedBy: refusing.decidedBy,
    };
  }
  const passages = joinEnds(egress, ingress);
  // Where some requests pass under a condition and nobody can tell of the others, nobody can tell.
  const [{ verdict, conditions, reason, decidedBy }] =
    passages.length > 1
      ? passages.filter(passage => passage.verdict === 'unknown')
      : passages;
  return {
    verdict,
    conditions,
    ...(reason === undefined ? {} : { reason }),
    decidedBy,
  };
}
