/**
 * Where the nodes of a graph are. Laid out by dagre: it is what Backstage's own
 * graphs use, so an app has it already (MIT, maintained), and it is small. The
 * `DependencyGraph` around it draws SVG that neither keyboard nor screen reader
 * reaches and takes the mouse wheel for itself; React Flow and ELK would add
 * 150 kB and more than 1 MB to a page for the same three columns. So dagre
 * places, and nodes are buttons of the page.
 */
import dagre from '@dagrejs/dagre';

export interface LayoutOptions {
  /** Ids from top to bottom. */
  left: readonly string[];
  right: readonly string[];
  /** What all of them are connected with. */
  centre: string;
  /** Of the whole, in pixels. */
  width: number;
}

export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  /** Of the top left corners. */
  places: ReadonlyMap<string, Place>;
  height: number;
}

const NODE_HEIGHT = 40;
const CENTRE_HEIGHT = 56;
const BETWEEN_NODES = 6;
/** Of a peer and of the centre, as shares of the whole; what is left is for the lines. */
const NODE_SHARE = 0.3;
const CENTRE_SHARE = 0.24;
const WIDEST_NODE = 240;

export function layOut({ left, right, centre, width }: LayoutOptions): Layout {
  const node = Math.min(WIDEST_NODE, Math.floor(width * NODE_SHARE));
  const middle = Math.min(WIDEST_NODE, Math.floor(width * CENTRE_SHARE));
  const graph = new dagre.graphlib.Graph<{}>();
  graph.setGraph({
    rankdir: 'LR',
    nodesep: BETWEEN_NODES,
    ranksep: Math.floor((width - 2 * node - middle) / 2),
  });
  graph.setDefaultEdgeLabel(() => ({}));
  graph.setNode(centre, { width: middle, height: CENTRE_HEIGHT });
  for (const id of [...left, ...right]) {
    graph.setNode(id, { width: node, height: NODE_HEIGHT });
  }
  left.forEach(id => graph.setEdge(id, centre));
  right.forEach(id => graph.setEdge(centre, id));
  // The given order crosses no edges, and readers look for names in it.
  dagre.layout(graph);
  const places = new Map(
    graph.nodes().map(id => {
      const { x, y, width: w, height } = graph.node(id);
      return [
        id,
        { x: x - w / 2, y: y - height / 2, width: w, height },
      ] as const;
    }),
  );
  return { places, height: graph.graph().height ?? 0 };
}
