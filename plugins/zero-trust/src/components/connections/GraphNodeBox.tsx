/** One node of the graph: a peer, a namespace of peers, or what is not drawn. */
import clsx from 'clsx';
import {
  RiArrowDownSLine,
  RiArrowRightSLine,
  RiGlobalLine,
} from '@remixicon/react';
import { VisuallyHidden } from '@backstage/ui';
import type { Transport } from '@backstage-zero-trust/plugin-zero-trust-common';
import { Messages, useMessages } from '../../hooks/useMessages';
import type { GraphNode, GroupNode, PeerNode } from '../../connections/graph';
import {
  ConnectionVerdict,
  breadthOf,
  peerName,
} from '../../connections/peers';
import { LongName } from '../text';
import styles from './ConnectionGraph.module.css';

/** Of a letter in a node, in pixels, and what is beside the letters. */
const LETTER = 7.5;
const BESIDE = 20;
const ICON = 20;

export interface GraphNodeBoxProps {
  node: GraphNode;
  /** Of the service in the middle. */
  name: string;
  /** In pixels. */
  width: number;
  isChosen: boolean;
  choose: () => void;
}

export function GraphNodeBox({
  node,
  name,
  width,
  isChosen,
  choose,
}: GraphNodeBoxProps) {
  const t = useMessages();
  switch (node.kind) {
    case 'peer':
      return (
        <button
          type="button"
          className={clsx(
            styles.node,
            isChosen && styles.chosen,
            node.isNested && styles[`nested-${node.direction}`],
          )}
          aria-pressed={isChosen}
          title={describePeer(node, name, t)}
          onClick={choose}
        >
          <PeerText node={node} width={width} />{' '}
          <VisuallyHidden>{describePeer(node, name, t)}</VisuallyHidden>
        </button>
      );
    case 'group':
      return (
        <button
          type="button"
          className={styles.node}
          aria-expanded={node.isOpen}
          title={`${node.namespace || t('connections.outside')}: ${countOf(
            node.count,
            t,
          )}`}
          onClick={choose}
        >
          <GroupText node={node} width={width} />{' '}
          {node.verdict && (
            <VisuallyHidden>
              {wordsFor(node.verdict, node.transport, t)}
            </VisuallyHidden>
          )}
        </button>
      );
    case 'rest':
      return (
        <span className={clsx(styles.node, styles.rest)}>
          {t('connections.moreNodes', { number: String(node.count) })}
        </span>
      );
    default:
      return (
        <span className={clsx(styles.node, styles.rest)}>
          {node.direction === 'in'
            ? t('connections.nothing_in', { name })
            : t('connections.nothing_out', { name })}
        </span>
      );
  }
}

/** What the line of the node says. */
function describePeer(
  { direction, verdict, transport }: PeerNode,
  name: string,
  t: Messages,
): string {
  const words = wordsFor(verdict, transport, t);
  return direction === 'in'
    ? t('connections.node_in', { name, verdict: words })
    : t('connections.node_out', { name, verdict: words });
}

/** `Allowed, mTLS`. */
function wordsFor(
  verdict: ConnectionVerdict,
  transport: Transport | undefined,
  t: Messages,
): string {
  if (verdict === 'deny') {
    return t('connections.stopped');
  }
  const words = t(`connections.verdict.${verdict}`);
  return transport
    ? `${words}, ${t(`connections.transports.${transport}`)}`
    : words;
}

function countOf(count: number, t: Messages): string {
  return t('connections.group', {
    count,
    number: new Intl.NumberFormat(t('locale')).format(count),
  });
}

/** How many letters fit. */
function fitting(width: number): number {
  return Math.floor((width - BESIDE) / LETTER);
}

interface TextProps<N> {
  node: N;
  width: number;
}

function PeerText({ node: { peer }, width }: TextProps<PeerNode>) {
  const t = useMessages();
  return (
    <>
      {peer.peer.kind === 'outside' && (
        <RiGlobalLine size={16} className={styles.icon} />
      )}
      <span className={styles.words}>
        <span className={styles.first}>
          {peer.peer.kind === 'outside' ? (
            <Outside
              short={t(
                `connections.outsideShort.${breadthOf(peer.peer.cidrs)}`,
              )}
              full={peerName(peer.peer, t)}
            />
          ) : (
            <LongName name={peerName(peer.peer, t)} max={fitting(width)} />
          )}
        </span>{' '}
        <span className={styles.second}>
          {peer.peer.kind === 'outside' ? (
            peer.peer.cidrs.join(', ')
          ) : (
            <LongName
              name={peer.peer.workload.namespace}
              max={fitting(width)}
            />
          )}
        </span>
      </span>
    </>
  );
}

function GroupText({ node, width }: TextProps<GroupNode>) {
  const t = useMessages();
  const Arrow = node.isOpen ? RiArrowDownSLine : RiArrowRightSLine;
  return (
    <>
      <Arrow size={16} className={styles.icon} />
      <span className={styles.words}>
        <span className={styles.first}>
          {node.namespace === '' ? (
            <Outside
              short={t('connections.outsideShort.group')}
              full={t('connections.outside')}
            />
          ) : (
            <LongName name={node.namespace} max={fitting(width - ICON)} />
          )}
        </span>{' '}
        <span className={styles.second}>{countOf(node.count, t)}</span>
      </span>
    </>
  );
}

/** Words that a node has no room for are not cut as names are: there is a shorter way to say it. */
function Outside({ short, full }: { short: string; full: string }) {
  return (
    <>
      <span aria-hidden="true">{short}</span>
      <VisuallyHidden>{full}</VisuallyHidden>
    </>
  );
}
