/** The connections with one peer that was chosen in the graph, each with its reasons. */
import { Button } from '@backstage/ui';
import { RiCloseLine } from '@remixicon/react';
import type { EntityConnection } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { Direction, peerName, peersOf } from '../../connections/peers';
import { Notice } from '../state';
import { ConnectionTable } from './ConnectionTable';
import styles from './Connections.module.css';

export interface ChosenPeerProps {
  connections: readonly EntityConnection[];
  /** The key of the peer. */
  chosen: string;
  letGo: () => void;
  direction: Direction;
  hasSeveralClusters: boolean;
  hasSeveralWorkloads: boolean;
  hasMesh: boolean;
}

export function ChosenPeer({
  connections,
  chosen,
  letGo,
  ...table
}: ChosenPeerProps) {
  const t = useMessages();
  const peer = peersOf(connections).find(({ key }) => key === chosen);
  return (
    <>
      <div className={styles.chosen}>
        <span className={styles.only}>
          {peer && t('connections.only', { peer: peerName(peer.peer, t) })}
        </span>
        <Button
          size="small"
          variant="secondary"
          iconStart={<RiCloseLine />}
          onPress={letGo}
        >
          {t('connections.everybody')}
        </Button>
      </div>
      {peer ? (
        <ConnectionTable
          connections={peer.connections}
          view={chosen}
          isChosen
          {...table}
        />
      ) : (
        <Notice>{t('connections.gone')}</Notice>
      )}
    </>
  );
}
