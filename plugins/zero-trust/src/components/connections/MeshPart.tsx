/** What the mesh makes of a connection that the network lets pass: on the wire, for whom, and by which objects. */
import type { ConnectionMesh } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { DecisionTable, Part } from './DecisionSides';
import { TransportMark } from './TransportMark';
import styles from './ConnectionDetail.module.css';

export function MeshPart({
  mesh: { transport, identities, reason, decidedBy, partly },
}: {
  mesh: ConnectionMesh;
}) {
  const t = useMessages();
  const title = t('connections.mesh');
  return (
    <>
      <Part title={title}>
        <p className={styles.text}>
          <TransportMark transport={transport} />
        </p>
        <p className={styles.text}>
          {reason}
          {partly && ` ${t('connections.partly')}`}
        </p>
        {decidedBy.length > 0 && (
          <DecisionTable label={title} decisions={decidedBy} />
        )}
      </Part>
      {identities.length > 0 && (
        <Part title={t('connections.identities')}>
          <p className={styles.text}>{identities.join(', ')}</p>
        </Part>
      )}
    </>
  );
}
