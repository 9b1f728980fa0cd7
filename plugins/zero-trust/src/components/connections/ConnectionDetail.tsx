/** Why a connection may pass: what each end's policies say, object by object. */
import { ReactNode } from 'react';
import type {
  ConnectionDecision,
  EntityConnection,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { peerName } from '../../connections/peers';
import { describePorts } from '../../connections/ports';
import { TableFrame } from '../table';
import { LongName } from '../text';
import styles from './ConnectionDetail.module.css';

export function ConnectionDetail({
  connection,
}: {
  connection: EntityConnection;
}) {
  const t = useMessages();
  const { direction, peer, workload, ports, conditions, reason, decidedBy } =
    connection;
  const other = peerName(peer, t);
  const own = workload.name;
  const [source, destination] =
    direction === 'in' ? [other, own] : [own, other];
  const isOutside = peer.kind === 'outside';
  return (
    <div className={styles.detail}>
      {reason && (
        <Part title={t('connections.reason')}>
          <p className={styles.text}>{reason}</p>
        </Part>
      )}
      {conditions.length > 0 && (
        <Part title={t('connections.conditions')}>
          <ul className={styles.conditions}>
            {conditions.map(condition => (
              <li key={condition}>
                <code>{condition}</code>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {/* No policy of the cluster speaks for what is outside of it. */}
      {!(isOutside && direction === 'in') && (
        <Side
          title={t('connections.leaves', { workload: source })}
          decisions={decidedBy.filter(
            decision => decision.direction === 'egress',
          )}
        />
      )}
      {!(isOutside && direction === 'out') && (
        <Side
          title={t('connections.enters', { workload: destination })}
          decisions={decidedBy.filter(
            decision => decision.direction === 'ingress',
          )}
        />
      )}
      <Part title={t('connections.ports')}>
        <p className={styles.text}>{describePorts(ports, t).join(', ')}</p>
      </Part>
      {isOutside && (
        <Part title={t('connections.outside')}>
          <p className={styles.text}>{peer.cidrs.join(', ')}</p>
        </Part>
      )}
    </div>
  );
}

function Side({
  title,
  decisions,
}: {
  title: string;
  decisions: readonly ConnectionDecision[];
}) {
  const t = useMessages();
  return (
    <Part title={title}>
      {decisions.length === 0 ? (
        <p className={styles.text}>{t('connections.noWord')}</p>
      ) : (
        <div className={styles.side}>
          <TableFrame label={title} isDense>
            <thead>
              <tr>
                <th scope="col">{t('findings.object')}</th>
                <th scope="col">{t('findings.field')}</th>
                <th scope="col">{t('connections.effect')}</th>
              </tr>
            </thead>
            <tbody>
              {decisions.map(({ object, field, effect }) => (
                <tr
                  key={`${object.kind}/${object.namespace}/${object.name}/${field}/${effect}`}
                >
                  <td>
                    {object.kind}{' '}
                    <LongName
                      name={
                        object.namespace
                          ? `${object.namespace}/${object.name}`
                          : object.name
                      }
                    />
                  </td>
                  <td>
                    {field ? (
                      <code>
                        <LongName name={field} max={40} />
                      </code>
                    ) : (
                      t('findings.wholeObject')
                    )}
                  </td>
                  <td>{t(`connections.effects.${effect}`)}</td>
                </tr>
              ))}
            </tbody>
          </TableFrame>
        </div>
      )}
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.part}>
      <h3 className={styles.title}>{title}</h3>
      {children}
    </div>
  );
}
