/** Findings by pillar, failing first, filtered by what the address says. */
import { useMemo, useState } from 'react';
import type {
  ControlDescription,
  EntityFinding,
  PillarSummary,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { useSearchState } from '../../hooks/useSearchState';
import { PILLARS } from '../../posture/order';
import { Notice } from '../state';
import { Announce } from '../text';
import { FILTERS, FindingFilters, matches } from './FindingFilters';
import { PillarGroup } from './PillarGroup';
import styles from './Findings.module.css';

export interface FindingListProps {
  findings: readonly EntityFinding[];
  pillars: readonly PillarSummary[];
  controls: ReadonlyMap<string, ControlDescription>;
}

const PARAMETERS = [...FILTERS, 'finding'] as const;

export function FindingList({ findings, pillars, controls }: FindingListProps) {
  const t = useMessages();
  const [{ finding: linked, ...filters }, change] = useSearchState(PARAMETERS);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const verdicts = useMemo(
    () =>
      Object.fromEntries(
        findings.map(({ id, verdict, message }) => [id, verdict + message]),
      ),
    [findings],
  );
  const shownCount = findings.filter(finding =>
    matches(finding, filters),
  ).length;
  const isOpen = (id: string) => id === linked || open.has(id);
  const toggle = (id: string) => {
    const next = new Set(open);
    if (linked) {
      next.add(linked);
    }
    if (isOpen(id)) {
      next.delete(id);
      change({ finding: linked === id ? undefined : linked });
    } else {
      change({ finding: id });
    }
    setOpen(next);
  };
  return (
    <section className={styles.findings} aria-label={t('findings.label')}>
      <FindingFilters
        findings={findings}
        filters={filters}
        change={change}
        shownCount={shownCount}
      />
      {linked && findings.every(({ id }) => id !== linked) && (
        <Notice>{t('findings.unknownFinding')}</Notice>
      )}
      {PILLARS.map(pillar => (
        <PillarGroup
          key={pillar}
          pillar={pillar}
          summary={pillars.find(summary => summary.pillar === pillar)}
          findings={findings}
          filters={filters}
          linked={linked}
          isOpen={isOpen}
          toggle={toggle}
          controls={controls}
        />
      ))}
      {shownCount === 0 && <p>{t('findings.none')}</p>}
      <Announce
        state={verdicts}
        say={count => t('findings.changed', { count })}
      />
    </section>
  );
}
