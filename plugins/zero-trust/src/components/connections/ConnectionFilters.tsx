/** Which connections are listed: the direction, and the filters beside it. */
import { Button, ToggleButton, ToggleButtonGroup } from '@backstage/ui';
import type { EntityConnections } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { DIRECTIONS } from '../../connections/peers';
import { oneOf } from '../../posture/order';
import { FilterSearch, FilterSelect } from '../page';
import { ConnectionQueryState, OUTSIDE } from './useConnectionQuery';
import styles from './Connections.module.css';

export interface ConnectionFiltersProps {
  state: ConnectionQueryState;
  counts: EntityConnections['counts'];
  namespaces: EntityConnections['namespaces'];
  /** Empty where there is no mesh. */
  transports: EntityConnections['transports'];
  clusters: readonly string[];
}

export function ConnectionFilters({
  state,
  counts,
  namespaces,
  transports,
  clusters,
}: ConnectionFiltersProps) {
  const t = useMessages();
  const { query, isFiltered, filter, turn } = state;
  return (
    <div className={styles.filters} role="group" aria-label={t('filter.label')}>
      <ToggleButtonGroup
        aria-label={t('connections.direction')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[query.direction]}
        onSelectionChange={keys => {
          const [key] = keys;
          const direction = oneOf(DIRECTIONS, String(key));
          if (direction) {
            turn(direction);
          }
        }}
      >
        {DIRECTIONS.map(direction => (
          <ToggleButton key={direction} id={direction}>
            {t('filter.option', {
              name: t(`connections.${direction}`),
              number: new Intl.NumberFormat(t('locale')).format(
                counts[direction],
              ),
            })}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <FilterSearch
        label={t('connections.search')}
        value={query.search}
        onChange={search => filter({ search })}
      />
      <FilterSelect
        label={t('connections.namespace')}
        value={query.namespace === '' ? OUTSIDE : query.namespace}
        options={namespaces.map(({ namespace, count }) => ({
          value: namespace || OUTSIDE,
          label: t('filter.option', {
            name: namespace || t('connections.outside'),
            number: String(count),
          }),
        }))}
        onChange={namespace => filter({ namespace })}
      />
      {(transports.length > 0 || query.transport) && (
        <FilterSelect
          label={t('connections.transport')}
          value={query.transport}
          options={transports.map(({ transport, count }) => ({
            value: transport,
            label: t('filter.option', {
              name: t(`connections.transports.${transport}`),
              number: String(count),
            }),
          }))}
          onChange={transport => filter({ transport })}
        />
      )}
      {(clusters.length > 1 || query.cluster) && (
        <FilterSelect
          label={t('filter.cluster')}
          value={query.cluster}
          options={clusters.map(cluster => ({
            value: cluster,
            label: cluster,
          }))}
          onChange={cluster => filter({ cluster })}
        />
      )}
      {isFiltered && (
        <Button
          size="small"
          variant="tertiary"
          onPress={() =>
            filter({
              cluster: undefined,
              namespace: undefined,
              search: undefined,
              transport: undefined,
            })
          }
        >
          {t('filter.clear')}
        </Button>
      )}
    </div>
  );
}
