/** The passages between two ends, apart by what the network sees of them. */
import { PodView } from '../../snapshot';
import { MeshPassage, mostOpenPassages } from './meshPassage';

/** What holds between two ends, in disjoint ports. */
export interface EdgePassages {
  /** By whatever way. */
  all: readonly MeshPassage[];
  /** By the ways on which the network sees the port that is called. */
  direct: readonly MeshPassage[];
  /** By those on which it sees a tunnel instead. */
  tunnels: readonly TunnelPassages[];
}

export interface TunnelPassages {
  /** The proxy between the ends, to which the network sees one tunnel, and from which another. */
  via?: PodView;
  passages: readonly MeshPassage[];
}

export function joinEdges(edges: readonly EdgePassages[]): EdgePassages {
  const vias = new Set(
    edges.flatMap(({ tunnels }) => tunnels.map(({ via }) => via)),
  );
  return {
    all: mostOpenPassages(edges.map(({ all }) => all)),
    direct: mostOpenPassages(edges.map(({ direct }) => direct)),
    tunnels: [...vias].map(via => ({
      ...(via ? { via } : {}),
      passages: mostOpenPassages(
        edges.flatMap(({ tunnels }) =>
          tunnels.flatMap(tunnel =>
            tunnel.via === via ? [tunnel.passages] : [],
          ),
        ),
      ),
    })),
  };
}

export function mapPassages(
  { all, direct, tunnels }: EdgePassages,
  map: (passage: MeshPassage) => MeshPassage,
): EdgePassages {
  return {
    all: all.map(map),
    direct: direct.map(map),
    tunnels: tunnels.map(({ passages, ...tunnel }) => ({
      ...tunnel,
      passages: passages.map(map),
    })),
  };
}
