/** The kinds that cannot be seen in a cluster, why, and the rule that would change it. */
import type { ClusterKindStatus } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { accessRules } from '../../posture/accessRules';
import { TableFrame } from '../table';
import { CodeBlock } from '../text';
import styles from './Clusters.module.css';

export interface UnseenKindsProps {
  cluster: string;
  kinds: readonly ClusterKindStatus[];
}

export function UnseenKinds({ cluster, kinds }: UnseenKindsProps) {
  const t = useMessages();
  const forbidden = kinds.filter(({ state }) => state === 'forbidden');
  const rules = accessRules(
    forbidden.map(({ group, resource }) => ({ verb: 'list', group, resource })),
  );
  return (
    <div className={styles.part}>
      <h3 className={styles.subtitle}>{t('clusters.unseen')}</h3>
      <p className={styles.hint}>{t('clusters.unseenHint', { cluster })}</p>
      <TableFrame label={t('clusters.unseen')} isDense>
        <thead>
          <tr>
            <th scope="col">{t('clusters.kind')}</th>
            <th scope="col">{t('clusters.why')}</th>
            <th scope="col">{t('clusters.needs')}</th>
          </tr>
        </thead>
        <tbody>
          {kinds.map(({ kind, group, resource, state, message }) => (
            <tr key={`${group}/${resource}`}>
              <th scope="row">{kind}</th>
              <td>
                {t(`clusters.kindState.${state}`)}
                {message && `: ${message}`}
              </td>
              <td>
                {state === 'forbidden' &&
                  t('clusters.verbs', {
                    resource: group ? `${resource}.${group}` : resource,
                  })}
              </td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
      {rules.map(({ yaml }) => (
        <div key={yaml} className={styles.rule}>
          <p className={styles.hint}>{t('clusters.rule')}</p>
          <CodeBlock label={t('clusters.rule')} code={yaml} />
        </div>
      ))}
    </div>
  );
}
