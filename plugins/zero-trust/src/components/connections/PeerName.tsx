/** The other end of a connection: the entity that it is, or the workload, or addresses outside. */
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import type { ConnectionPeer } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { peerName } from '../../connections/peers';
import { LongName } from '../text';
import styles from './Connections.module.css';

export interface PeerNameProps {
  peer: ConnectionPeer;
  /** Named where there are several. */
  cluster?: string;
}

export function PeerName({ peer, cluster }: PeerNameProps) {
  const t = useMessages();
  const name = <LongName name={peerName(peer, t)} max={32} />;
  return (
    <span className={styles.peer}>
      {peer.kind === 'workload' && peer.entityRef ? (
        <EntityRefLink entityRef={peer.entityRef} hideIcon>
          {name}
        </EntityRefLink>
      ) : (
        <span>{name}</span>
      )}{' '}
      <span className={styles.where}>
        <Where peer={peer} />
        {cluster && ` · ${cluster}`}
      </span>
    </span>
  );
}

function Where({ peer }: { peer: ConnectionPeer }) {
  const t = useMessages();
  if (peer.kind === 'outside') {
    const [first, ...others] = peer.cidrs;
    return (
      <span title={peer.cidrs.join('\n')}>
        {first}
        {others.length > 0 &&
          ` ${t('ports.more', { number: String(others.length) })}`}
      </span>
    );
  }
  const { namespace, kind } = peer.workload;
  return (
    <>
      <LongName name={namespace} max={28} /> · {kind}
    </>
  );
}
