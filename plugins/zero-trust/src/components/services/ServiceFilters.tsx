/** Search and filters above the fleet's list. */
import { Button } from '@backstage/ui';
import { parseEntityRef } from '@backstage/catalog-model';
import { useMessages } from '../../hooks/useMessages';
import { useClusters } from '../../hooks/usePosture';
import { LEVELS, PILLARS } from '../../posture/order';
import { FilterSearch, FilterSelect } from '../page';
import { ServiceQueryState } from './useServiceQuery';
import styles from './Services.module.css';

export interface ServiceFiltersProps {
  state: ServiceQueryState;
  owners: readonly string[];
}

export function ServiceFilters({ state, owners }: ServiceFiltersProps) {
  const t = useMessages();
  const { query, isFiltered, filter } = state;
  // Who may not see the clusters cannot choose among them; the list works without.
  const clusters = useClusters().value?.items ?? [];
  return (
    <div className={styles.filters} role="group" aria-label={t('filter.label')}>
      <FilterSearch
        label={t('filter.search')}
        value={query.search}
        onChange={search => filter({ search })}
      />
      <FilterSelect
        label={t('filter.owner')}
        value={query.owner}
        options={owners.map(owner => ({
          value: owner,
          label: shortName(owner),
        }))}
        onChange={owner => filter({ owner })}
        searchPlaceholder={t('filter.searchOwners')}
      />
      <FilterSelect
        label={t('filter.level')}
        value={query.level}
        options={LEVELS.map(level => ({
          value: level,
          label: t(`level.${level}`),
        }))}
        onChange={level => filter({ level })}
      />
      {(clusters.length > 1 || query.cluster) && (
        <FilterSelect
          label={t('filter.cluster')}
          value={query.cluster}
          options={clusters.map(({ name, title }) => ({
            value: name,
            label: title ?? name,
          }))}
          onChange={cluster => filter({ cluster })}
        />
      )}
      <FilterSelect
        label={t('filter.failsIn')}
        value={query.pillar}
        options={PILLARS.map(pillar => ({
          value: pillar,
          label: t(`pillar.${pillar}`),
        }))}
        onChange={pillar => filter({ pillar })}
      />
      {isFiltered && (
        <Button
          size="small"
          variant="tertiary"
          onPress={() =>
            filter({
              level: undefined,
              owner: undefined,
              cluster: undefined,
              pillar: undefined,
              search: undefined,
            })
          }
        >
          {t('filter.clear')}
        </Button>
      )}
    </div>
  );
}

function shortName(entityRef: string): string {
  const { namespace, name } = parseEntityRef(entityRef, {
    defaultKind: 'group',
    defaultNamespace: 'default',
  });
  return namespace === 'default' ? name : `${namespace}/${name}`;
}
