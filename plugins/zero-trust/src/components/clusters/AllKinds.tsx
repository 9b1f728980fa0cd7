/** Everything that was looked for in a cluster; one click away. */
import type { ClusterKindStatus } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { TableFrame } from '../table';
import table from '../table/Table.module.css';
import styles from './Clusters.module.css';

export function AllKinds({ kinds }: { kinds: readonly ClusterKindStatus[] }) {
  const t = useMessages();
  return (
    <details className={styles.all}>
      <summary>{t('clusters.allKinds')}</summary>
      <TableFrame label={t('clusters.allKinds')} isDense>
        <thead>
          <tr>
            <th scope="col">{t('clusters.kind')}</th>
            <th scope="col">{t('clusters.state')}</th>
            <th scope="col" className={table.number}>
              {t('clusters.objects')}
            </th>
          </tr>
        </thead>
        <tbody>
          {kinds.map(({ kind, group, resource, state, objects }) => (
            <tr key={`${group}/${resource}`}>
              <th scope="row">
                {kind}
                {group && <span className={styles.group}> {group}</span>}
              </th>
              <td>{t(`clusters.kindState.${state}`)}</td>
              <td className={table.number}>
                {state === 'listed'
                  ? new Intl.NumberFormat(t('locale')).format(objects)
                  : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
    </details>
  );
}
