/** The way to one reached workload, drawn as a small chain. */
import { Fragment } from 'react';
import { RiArrowRightLine, RiMore2Line } from '@remixicon/react';
import type {
  ReachedWorkload,
  WorkloadRef,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { workloadKey } from '../../connections/peers';
import { describePorts } from '../../connections/ports';
import { LongName } from '../text';
import styles from './Blast.module.css';

export interface WayThereProps {
  path: readonly ReachedWorkload[];
  start: WorkloadRef;
  target: ReachedWorkload;
}

export function WayThere({ path, start, target }: WayThereProps) {
  const t = useMessages();
  const label = t('blast.path', {
    name: target.title ?? target.workload.name,
  });
  return (
    <div className={styles.way}>
      <h3 className={styles.wayTitle}>{label}</h3>
      <ol className={styles.chain} aria-label={label}>
        <Stop workload={start} name={start.name} />
        {path.length < target.hops && (
          <li className={styles.step}>
            <RiMore2Line size={16} aria-hidden="true" />
          </li>
        )}
        {path.map(({ workload, title, ports }) => (
          <Fragment key={workloadKey(workload)}>
            <li className={styles.step}>
              <RiArrowRightLine size={16} aria-hidden="true" />
              <span className={styles.muted}>
                {describePorts(ports, t).slice(0, 2).join(', ')}
              </span>
              <RiArrowRightLine size={16} aria-hidden="true" />
            </li>
            <Stop workload={workload} name={title ?? workload.name} />
          </Fragment>
        ))}
      </ol>
    </div>
  );
}

function Stop({ workload, name }: { workload: WorkloadRef; name: string }) {
  return (
    <li className={styles.stop}>
      <span>
        <LongName name={name} max={28} />
      </span>
      <span className={styles.muted}>
        <LongName name={workload.namespace} max={32} />
      </span>
    </li>
  );
}
