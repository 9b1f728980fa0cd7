/** The filters above the findings; each option says how many there are. */
import { Button } from '@backstage/ui';
import type { EntityFinding } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { SearchState } from '../../hooks/useSearchState';
import { PILLARS, SEVERITIES, VERDICTS } from '../../posture/order';
import { FilterOption, FilterSelect } from '../page';
import styles from './Findings.module.css';

export const FILTERS = ['verdict', 'severity', 'pillar', 'cluster'] as const;
export type FindingFilter = (typeof FILTERS)[number];
export type FindingFilterState = SearchState<FindingFilter>;

export function matches(
  finding: EntityFinding,
  filters: FindingFilterState,
): boolean {
  return FILTERS.every(
    name => filters[name] === undefined || finding[name] === filters[name],
  );
}

export interface FindingFiltersProps {
  findings: readonly EntityFinding[];
  filters: FindingFilterState;
  change: (changes: { [name in FindingFilter]?: string | undefined }) => void;
  shownCount: number;
}

export function FindingFilters({
  findings,
  filters,
  change,
  shownCount,
}: FindingFiltersProps) {
  const t = useMessages();
  const clusters = [...new Set(findings.map(({ cluster }) => cluster))].sort();
  // How many there would be if this option were chosen and the other filters stayed.
  const count = (name: FindingFilter, value: string) =>
    findings.filter(finding => matches(finding, { ...filters, [name]: value }))
      .length;
  const options = <T extends string>(
    name: FindingFilter,
    values: readonly T[],
    label: (value: T) => string,
  ): FilterOption[] =>
    values
      .filter(value => findings.some(finding => finding[name] === value))
      .map(value => ({
        value,
        label: t('filter.option', {
          name: label(value),
          number: String(count(name, value)),
        }),
      }));
  const isFiltered = FILTERS.some(name => filters[name] !== undefined);
  return (
    <div className={styles.filters} role="group" aria-label={t('filter.label')}>
      <FilterSelect
        label={t('filter.verdict')}
        value={filters.verdict}
        options={options('verdict', VERDICTS, verdict =>
          t(`verdict.${verdict}`),
        )}
        onChange={verdict => change({ verdict })}
      />
      <FilterSelect
        label={t('filter.severity')}
        value={filters.severity}
        options={options('severity', SEVERITIES, severity =>
          t(`severity.${severity}`),
        )}
        onChange={severity => change({ severity })}
      />
      <FilterSelect
        label={t('filter.pillar')}
        value={filters.pillar}
        options={options('pillar', PILLARS, pillar => t(`pillar.${pillar}`))}
        onChange={pillar => change({ pillar })}
      />
      {clusters.length > 1 && (
        <FilterSelect
          label={t('filter.cluster')}
          value={filters.cluster}
          options={options('cluster', clusters, cluster => cluster)}
          onChange={cluster => change({ cluster })}
        />
      )}
      <span className={styles.count}>
        {isFiltered
          ? t('findings.shown', {
              shown: String(shownCount),
              total: String(findings.length),
            })
          : t('findings.count', { count: findings.length })}
      </span>
      {isFiltered && (
        <Button
          size="small"
          variant="tertiary"
          onPress={() =>
            change({
              verdict: undefined,
              severity: undefined,
              pillar: undefined,
              cluster: undefined,
            })
          }
        >
          {t('filter.clear')}
        </Button>
      )}
    </div>
  );
}
