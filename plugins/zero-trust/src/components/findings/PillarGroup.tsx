/** The findings of one pillar. Long lists are shown in parts. */
import { useId, useState } from 'react';
import { Button } from '@backstage/ui';
import type {
  ControlDescription,
  EntityFinding,
  Pillar,
  PillarSummary,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { useSteadyOrder } from '../../hooks/useSteadyOrder';
import { compareFindings } from '../../posture/order';
import { PillarGlyph, PillarState } from '../marks';
import { FindingFilterState, matches } from './FindingFilters';
import { FindingRow } from './FindingRow';
import styles from './PillarGroup.module.css';

const FIRST = 20;
const MORE = 100;

export interface PillarGroupProps {
  pillar: Pillar;
  summary: PillarSummary | undefined;
  /** Of all pillars. */
  findings: readonly EntityFinding[];
  filters: FindingFilterState;
  /** The finding that the address names; it is shown whatever the filters. */
  linked: string | undefined;
  isOpen: (id: string) => boolean;
  toggle: (id: string) => void;
  controls: ReadonlyMap<string, ControlDescription>;
}

export function PillarGroup({
  pillar,
  summary,
  findings,
  filters,
  linked,
  isOpen,
  toggle,
  controls,
}: PillarGroupProps) {
  const t = useMessages();
  const headingId = useId();
  const [limit, setLimit] = useState(FIRST);
  const [arrivedAt] = useState(linked);
  const rows = useSteadyOrder(
    findings.filter(finding => finding.pillar === pillar).sort(compareFindings),
    {
      idOf: ({ id }) => id,
      view: JSON.stringify(filters),
      isShown: finding => matches(finding, filters) || isOpen(finding.id),
    },
  );
  if (rows.length === 0) {
    return null;
  }
  const shown = rows.filter(
    ({ id }, index) => index < limit || id === arrivedAt || isOpen(id),
  );
  const left = rows.length - shown.length;
  return (
    <section className={styles.group} aria-labelledby={headingId}>
      <header className={styles.header}>
        <h3 id={headingId} className={styles.title}>
          {summary && <PillarGlyph summary={summary} />}
          {t(`pillar.${pillar}`)}
        </h3>
        {summary && (
          <span className={styles.state}>
            <PillarState summary={summary} />
          </span>
        )}
        <span className={styles.meaning}>{t(`pillarMeaning.${pillar}`)}</span>
      </header>
      <ul className={styles.rows}>
        {shown.map(finding => (
          <FindingRow
            key={finding.id}
            finding={finding}
            control={controls.get(finding.control)}
            isOpen={isOpen(finding.id)}
            isLinked={finding.id === arrivedAt}
            toggle={toggle}
          />
        ))}
      </ul>
      {left > 0 && (
        <div className={styles.more}>
          <Button
            size="small"
            variant="tertiary"
            onPress={() => setLimit(limit + MORE)}
          >
            {t('findings.more', { count: Math.min(MORE, left) })}
          </Button>
        </div>
      )}
    </section>
  );
}
