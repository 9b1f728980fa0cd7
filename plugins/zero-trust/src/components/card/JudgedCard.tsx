/** The card of a service that was judged. */
import { useMemo } from 'react';
import { Link } from '@backstage/ui';
import type {
  EntityPosture,
  Summary,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useFindingsLink } from '../../hooks/useFindingsLink';
import { useMessages } from '../../hooks/useMessages';
import { Pillars } from '../marks';
import { Notices } from '../state';
import { Announce } from '../text';
import { Clusters } from './Clusters';
import { Coverage } from './Coverage';
import { Headline } from './Headline';
import { NotRefreshed } from './NotRefreshed';
import { WorstFindings } from './WorstFindings';
import styles from './Card.module.css';

export interface JudgedCardProps {
  posture: EntityPosture;
  summary: Summary;
  name: string;
  /** Milliseconds; present when the last attempt to refresh failed. */
  notRefreshedSince?: number;
}

export function JudgedCard({
  posture,
  summary,
  name,
  notRefreshedSince,
}: JudgedCardProps) {
  const t = useMessages();
  const linkTo = useFindingsLink();
  const { entityRef } = posture;
  const level = t(`level.${summary.level}`);
  const score =
    summary.score === undefined
      ? t('score.none')
      : t('score.of', { score: String(summary.score) });
  const announced = useMemo(() => ({ level, score }), [level, score]);
  return (
    <div className={styles.card}>
      {notRefreshedSince !== undefined && (
        <NotRefreshed since={notRefreshedSince} />
      )}
      <Notices posture={posture} name={name} />
      <Headline summary={summary} history={posture.history} />
      <Pillars
        pillars={summary.pillars}
        linkTo={pillar => linkTo(entityRef, { pillar })}
      />
      {posture.clusters.length > 1 && (
        <Clusters
          clusters={posture.clusters}
          linkTo={cluster => linkTo(entityRef, { cluster })}
        />
      )}
      <WorstFindings
        findings={posture.worst}
        isComplete={summary.judged === summary.applicable}
        linkTo={finding => linkTo(entityRef, { finding })}
      />
      <div className={styles.footer}>
        <Coverage summary={summary} />
        <Link href={linkTo(entityRef)} className={styles.all}>
          {t('card.all')}
        </Link>
      </div>
      <Announce
        key={entityRef}
        state={announced}
        say={() => t('card.changed', { name, level, score })}
      />
    </div>
  );
}
