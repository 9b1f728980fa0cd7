/**
 * The connections as a picture: callers on the left, the called on the right,
 * the service between them. Every node is a button that says in words what its
 * line says; the table beside it is the whole of it.
 */
import { useMemo } from 'react';
import clsx from 'clsx';
import useMeasure from 'react-use/esm/useMeasure';
import type { Transport } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import type { BothDirections } from '../../hooks/useConnections';
import { GraphNode, graphNodes } from '../../connections/graph';
import { Layout, Place, layOut } from '../../connections/layout';
import { DIRECTIONS, Direction } from '../../connections/peers';
import { LongName } from '../text';
import { GraphNodeBox } from './GraphNodeBox';
import { TransportIcon, TransportMark } from './TransportMark';
import { LINES, VerdictMark } from './VerdictMark';
import type { ConnectionQueryState } from './useConnectionQuery';
import styles from './ConnectionGraph.module.css';

const CENTRE = 'centre';
/** Until it is known how much room there is. */
const USUAL_WIDTH = 640;
const NARROWEST = 400;

export interface ConnectionGraphProps {
  connections: BothDirections;
  name: string;
  state: ConnectionQueryState;
  hasMesh: boolean;
}

export function ConnectionGraph({
  connections,
  name,
  state,
  hasMesh,
}: ConnectionGraphProps) {
  const t = useMessages();
  const [measured, { width: room }] = useMeasure<HTMLDivElement>();
  const width = Math.max(NARROWEST, Math.floor(room) || USUAL_WIDTH);
  const { direction, namespace } = state.query;
  const nodes = useMemo(() => {
    const of = (side: Direction) =>
      graphNodes(
        side,
        connections[side],
        side === direction ? namespace : undefined,
      );
    return { in: of('in'), out: of('out') };
  }, [connections, direction, namespace]);
  const layout = useMemo(
    () =>
      layOut({
        left: nodes.in.map(({ id }) => id),
        right: nodes.out.map(({ id }) => id),
        centre: CENTRE,
        width,
      }),
    [nodes, width],
  );
  const choose = (node: GraphNode) => {
    if (node.kind === 'peer') {
      const { key } = node.peer;
      state.choosePeer(
        key === state.peer ? undefined : { key, direction: node.direction },
      );
    } else if (node.kind === 'group') {
      state.chooseNamespace(
        node.direction,
        node.isOpen ? undefined : node.namespace,
      );
    }
  };
  const isChosen = (node: GraphNode) =>
    node.kind === 'peer' && node.peer.key === state.peer;
  const centre = layout.places.get(CENTRE);
  return (
    <div className={styles.graph}>
      <ul className={styles.legend} aria-label={t('connections.legend')}>
        {(['allow', 'conditional', 'unknown'] as const).map(verdict => (
          <li key={verdict}>
            <VerdictMark verdict={verdict} />
          </li>
        ))}
        {hasMesh && (
          <li>
            <VerdictMark verdict="deny" isStopped />
          </li>
        )}
        {hasMesh &&
          (['mtls', 'either', 'plaintext'] as const).map(transport => (
            <li key={transport}>
              <TransportMark transport={transport} />
            </li>
          ))}
      </ul>
      <div className={styles.scroll}>
        <div ref={measured}>
          <div
            className={styles.plane}
            style={{ width, height: layout.height }}
          >
            <Edges
              nodes={[...nodes.in, ...nodes.out]}
              layout={layout}
              width={width}
              isChosen={isChosen}
              choose={choose}
            />
            {DIRECTIONS.map(side => (
              <ul
                key={side}
                className={styles.side}
                aria-label={t(`connections.${side}`)}
              >
                {nodes[side].map(node => {
                  const place = layout.places.get(node.id);
                  return (
                    place && (
                      <li
                        key={node.id}
                        className={styles.place}
                        style={at(place)}
                      >
                        <GraphNodeBox
                          node={node}
                          name={name}
                          width={place.width}
                          isChosen={isChosen(node)}
                          choose={() => choose(node)}
                        />
                      </li>
                    )
                  );
                })}
              </ul>
            ))}
            {centre && (
              <div
                className={clsx(styles.place, styles.centre)}
                style={at(centre)}
              >
                <LongName name={name} max={24} />
              </div>
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

function at({ x, y, width, height }: Place) {
  return { left: x, top: y, width, height };
}

interface EdgesProps {
  nodes: readonly GraphNode[];
  layout: Layout;
  width: number;
  isChosen: (node: GraphNode) => boolean;
  choose: (node: GraphNode) => void;
}

/** For the mouse and the eye only: each line belongs to one node, which says and does the same. */
function Edges({ nodes, layout, width, isChosen, choose }: EdgesProps) {
  const centre = layout.places.get(CENTRE);
  return (
    <svg
      className={styles.edges}
      width={width}
      height={layout.height}
      aria-hidden="true"
    >
      <defs>
        <marker
          id="zero-trust-arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M0 0.5 7.5 4 0 7.5z" className={styles.head} />
        </marker>
      </defs>
      {nodes.map(node => {
        const place = layout.places.get(node.id);
        const hasLine =
          node.kind === 'peer' || (node.kind === 'group' && !node.isOpen);
        if (!place || !centre || !hasLine) {
          return null;
        }
        const [from, to] =
          node.direction === 'in' ? [place, centre] : [centre, place];
        const line = curve(from, to);
        return (
          <g
            key={node.id}
            className={clsx(styles.edge, isChosen(node) && styles.chosenEdge)}
            onClick={() => choose(node)}
          >
            <path d={line} className={styles.grip} />
            <path
              d={line}
              className={clsx(
                styles.line,
                node.verdict ? LINES[node.verdict] : styles.plain,
                node.verdict === 'deny' && styles.stopped,
              )}
              {...(node.verdict !== 'deny' && {
                markerEnd: 'url(#zero-trust-arrow)',
              })}
            />
            {node.transport && node.verdict !== 'deny' && (
              <WireMark transport={node.transport} from={from} to={to} />
            )}
          </g>
        );
      })}
    </svg>
  );
}

const MARK = 16;

/** In the middle of a line: what it is on the wire. */
function WireMark({
  transport,
  from,
  to,
}: {
  transport: Transport;
  from: Place;
  to: Place;
}) {
  const x = (from.x + from.width + to.x - MARK) / 2;
  const y = (from.y + from.height / 2 + to.y + to.height / 2 - MARK) / 2;
  return (
    <svg x={x} y={y} width={MARK} height={MARK} className={styles.wire}>
      <circle cx={MARK / 2} cy={MARK / 2} r={MARK / 2} />
      <TransportIcon transport={transport} />
    </svg>
  );
}

/** From the right side of one to the left side of the other, leaving and arriving level. */
function curve(from: Place, to: Place): string {
  const x1 = from.x + from.width;
  const y1 = from.y + from.height / 2;
  const x2 = to.x;
  const y2 = to.y + to.height / 2;
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
