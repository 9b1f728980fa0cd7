/** One finding: closed, what is the case; open, how that is known and what to do. */
import { useEffect, useId, useRef } from 'react';
import clsx from 'clsx';
import { RiArrowRightSLine } from '@remixicon/react';
import type {
  ControlDescription,
  EntityFinding,
  Subject,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { Messages, useMessages } from '../../hooks/useMessages';
import { VerdictBadge } from '../marks';
import { Flash, LongName } from '../text';
import { FindingDetail } from './FindingDetail';
import styles from './FindingRow.module.css';

export interface FindingRowProps {
  finding: EntityFinding;
  control: ControlDescription | undefined;
  isOpen: boolean;
  /** The reader followed a link to it: it is brought into view. */
  isLinked: boolean;
  toggle: (id: string) => void;
}

export function FindingRow({
  finding,
  control,
  isOpen,
  isLinked,
  toggle,
}: FindingRowProps) {
  const t = useMessages();
  const detailId = useId();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isLinked) {
      button.current?.scrollIntoView({ block: 'center' });
      button.current?.focus({ preventScroll: true });
    }
  }, [isLinked]);
  return (
    <li className={clsx(styles.row, isOpen && styles.open)}>
      <button
        ref={button}
        type="button"
        className={styles.summary}
        aria-expanded={isOpen}
        aria-controls={detailId}
        onClick={() => toggle(finding.id)}
      >
        <RiArrowRightSLine
          className={styles.arrow}
          size={20}
          aria-hidden="true"
        />
        <span className={styles.verdict}>
          <Flash value={finding.verdict + finding.severity}>
            <VerdictBadge
              verdict={finding.verdict}
              severity={finding.severity}
            />
          </Flash>
        </span>{' '}
        <span className={styles.message}>
          <Flash value={finding.message}>{finding.message}</Flash>
        </span>{' '}
        <span className={styles.subject}>
          <LongName
            name={`${describe(finding.subject, t)} · ${finding.cluster}`}
          />
        </span>
      </button>
      <div id={detailId} hidden={!isOpen}>
        {isOpen && <FindingDetail finding={finding} control={control} />}
      </div>
    </li>
  );
}

/** The workload and, where the finding is about one, the port. */
function describe({ namespace, name, port }: Subject, t: Messages): string {
  const workload = `${namespace}/${name}`;
  switch (port) {
    case undefined:
      return workload;
    case null:
      return `${workload}, ${t('findings.allPorts')}`;
    default:
      return `${workload}, ${t('findings.port', { port: String(port) })}`;
  }
}
