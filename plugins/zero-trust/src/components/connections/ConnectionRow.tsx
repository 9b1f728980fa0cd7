/** One connection: closed, who may do what; open, which objects let it. */
import { useId } from 'react';
import clsx from 'clsx';
import { RiArrowRightSLine } from '@remixicon/react';
import type { EntityConnection } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { peerName } from '../../connections/peers';
import { Flash, LongName } from '../text';
import { ConnectionDetail } from './ConnectionDetail';
import { PeerName } from './PeerName';
import { Ports } from './Ports';
import { TransportMark } from './TransportMark';
import { VerdictMark } from './VerdictMark';
import styles from './Connections.module.css';

const CONDITIONS_SHOWN = 2;

export interface ConnectionRowProps {
  connection: EntityConnection;
  isOpen: boolean;
  toggle: (id: string) => void;
  hasSeveralClusters: boolean;
  hasSeveralWorkloads: boolean;
}

export function ConnectionRow({
  connection,
  isOpen,
  toggle,
  hasSeveralClusters,
  hasSeveralWorkloads,
}: ConnectionRowProps) {
  const t = useMessages();
  const detailId = useId();
  const { id, peer, cluster, workload, ports, verdict, mesh } = connection;
  return (
    <>
      <tr className={clsx(styles.row, isOpen && styles.open)}>
        <th scope="row" className={styles.peerCell}>
          <span className={styles.opener}>
            <button
              type="button"
              className={styles.toggle}
              aria-expanded={isOpen}
              aria-controls={detailId}
              aria-label={t('connections.why', { peer: peerName(peer, t) })}
              onClick={() => toggle(id)}
            >
              <RiArrowRightSLine
                className={styles.arrow}
                size={20}
                aria-hidden="true"
              />
            </button>
            <PeerName
              peer={peer}
              {...(hasSeveralClusters ? { cluster } : {})}
            />
          </span>
        </th>
        {hasSeveralWorkloads && (
          <td>
            <LongName name={workload.name} max={28} />
          </td>
        )}
        <td>
          <Ports ports={ports} />
        </td>
        <td>
          <Flash value={verdict}>
            <VerdictMark verdict={verdict} isStopped={verdict === 'deny'} />
          </Flash>
          {mesh && <Wire mesh={mesh} />}
          <Conditions connection={connection} />
        </td>
      </tr>
      <tr id={detailId} className={styles.detailRow} hidden={!isOpen}>
        <td colSpan={hasSeveralWorkloads ? 4 : 3}>
          {isOpen && <ConnectionDetail connection={connection} />}
        </td>
      </tr>
    </>
  );
}

function Wire({
  mesh: { transport, identities },
}: {
  mesh: NonNullable<EntityConnection['mesh']>;
}) {
  const t = useMessages();
  const [first, ...others] = identities;
  return (
    <span className={styles.wire}>
      <Flash value={transport}>
        <TransportMark transport={transport} />
      </Flash>
      {first && (
        <span className={styles.where} title={identities.join('\n')}>
          {t('connections.as', { account: accountOf(first) })}
          {others.length > 0 &&
            ` ${t('ports.more', { number: String(others.length) })}`}
        </span>
      )}
    </span>
  );
}

/** `shop/checkout` of `spiffe://cluster.local/ns/shop/sa/checkout`; the whole of any other identity. */
function accountOf(identity: string): string {
  const [, namespace, account] =
    /\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(identity) ?? [];
  return namespace ? `${namespace}/${account}` : identity;
}

function Conditions({
  connection: { conditions },
}: {
  connection: EntityConnection;
}) {
  const t = useMessages();
  const rest = conditions.length - CONDITIONS_SHOWN;
  if (conditions.length === 0) {
    return null;
  }
  return (
    <span className={styles.conditions}>
      {conditions.slice(0, CONDITIONS_SHOWN).map(condition => (
        <span key={condition}>
          <LongName name={condition} max={36} />{' '}
        </span>
      ))}
      {rest > 0 && <span>{t('ports.more', { number: String(rest) })}</span>}
    </span>
  );
}
