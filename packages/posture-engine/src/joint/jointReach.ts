/** All connections that network and mesh let through together, as people read them: between groups of pods, and with the addresses outside. */
import {
  AddressRange,
  ReachEndpoint,
  ReachGroup,
  ReachOptions,
  intersectRanges,
} from '../decisions';
import { JointConnections } from './JointConnections';
import { JointPassage } from './jointPassages';

export interface JointEdge<G extends ReachGroup> {
  source: ReachEndpoint<G>;
  destination: ReachEndpoint<G>;
  /** Ports are disjoint. What the mesh denies is among them, what the network closes is not. */
  passages: readonly JointPassage[];
}

/** By source, then destination, in the order of the groups; external ends last. */
export function* jointReach<G extends ReachGroup>(
  connections: JointConnections,
  { from, to, within = false }: ReachOptions<G>,
): Generator<JointEdge<G>> {
  const destinations = to.groups.map(group => connections.member(group));
  const sources = from.groups.map(group => connections.member(group));
  const end = (group: G): ReachEndpoint<G> => ({ kind: 'pods', group });
  const external = (ranges: readonly AddressRange[]): ReachEndpoint<G> => ({
    kind: 'external',
    ranges,
  });
  for (const source of sources) {
    for (const destination of destinations) {
      const passages =
        source.group === destination.group && !within
          ? []
          : connections.among(source, destination);
      if (passages.length > 0) {
        yield {
          source: end(source.group),
          destination: end(destination.group),
          passages,
        };
      }
    }
    for (const { ranges, value } of connections.outside(source, 'egress')) {
      const clipped = intersectRanges(ranges, to.external);
      if (clipped.length > 0) {
        yield {
          source: end(source.group),
          destination: external(clipped),
          passages: value,
        };
      }
    }
  }
  for (const destination of from.external.length > 0 ? destinations : []) {
    for (const { ranges, value } of connections.outside(
      destination,
      'ingress',
    )) {
      const clipped = intersectRanges(ranges, from.external);
      if (clipped.length > 0) {
        yield {
          source: external(clipped),
          destination: end(destination.group),
          passages: value,
        };
      }
    }
  }
}
