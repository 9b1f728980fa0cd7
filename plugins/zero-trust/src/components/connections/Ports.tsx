/** The ports of a connection; of many, the first ones, and all of them on hover. */
import type { PortRange } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { describePorts } from '../../connections/ports';
import styles from './Connections.module.css';

const SHOWN = 3;

export function Ports({ ports }: { ports: readonly PortRange[] }) {
  const t = useMessages();
  const parts = describePorts(ports, t);
  const rest = parts.length - SHOWN;
  return (
    <span className={styles.ports} title={parts.join('\n')}>
      {parts.slice(0, SHOWN).map(part => (
        <span key={part} className={styles.port}>
          {part}{' '}
        </span>
      ))}
      {rest > 0 && <span>{t('ports.more', { number: String(rest) })}</span>}
    </span>
  );
}
