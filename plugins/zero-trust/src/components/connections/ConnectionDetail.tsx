/** Why a connection may pass: what each end's policies say, object by object. */
import type { EntityConnection } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { peerName } from '../../connections/peers';
import { describePorts } from '../../connections/ports';
import { Conditions, DecisionSides, Part } from './DecisionSides';
import { MeshPart } from './MeshPart';
import styles from './ConnectionDetail.module.css';

export function ConnectionDetail({
  connection,
}: {
  connection: EntityConnection;
}) {
  const t = useMessages();
  const {
    direction,
    peer,
    workload,
    ports,
    conditions,
    reason,
    decidedBy,
    mesh,
  } = connection;
  // No policy of the cluster speaks for what is outside of it.
  const other = peer.kind === 'outside' ? undefined : peerName(peer, t);
  const own = workload.name;
  const [source, destination] =
    direction === 'in' ? [other, own] : [own, other];
  return (
    <div className={styles.detail}>
      {reason && (
        <Part title={t('connections.reason')}>
          <p className={styles.text}>{reason}</p>
        </Part>
      )}
      <Conditions title={t('connections.conditions')} conditions={conditions} />
      <DecisionSides
        decidedBy={decidedBy}
        source={source}
        destination={destination}
      />
      {mesh && <MeshPart mesh={mesh} />}
      <Part title={t('connections.ports')}>
        <p className={styles.text}>{describePorts(ports, t).join(', ')}</p>
      </Part>
      {peer.kind === 'outside' && (
        <Part title={t('connections.outside')}>
          <p className={styles.text}>{peer.cidrs.join(', ')}</p>
        </Part>
      )}
    </div>
  );
}
