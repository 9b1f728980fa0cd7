/** The card on a service's page: whether it is all right, how that is known, the worst of it, what to do. */
import { useEntity, EntityInfoCard } from '@backstage/plugin-catalog-react';
import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  EntityPosture,
  zeroTrustPostureReadPermission,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { usePosture } from '../../hooks/usePosture';
import { Live } from '../../hooks/useLive';
import { Failure } from '../state';
import { RelativeTime } from '../text';
import { CardSkeleton } from './CardSkeleton';
import { JudgedCard } from './JudgedCard';
import { Unjudged } from './Unjudged';
import styles from './Card.module.css';

export function EntityZeroTrustCard() {
  const t = useMessages();
  const { entity } = useEntity();
  const posture = usePosture(stringifyEntityRef(entity));
  return (
    <EntityInfoCard
      title={t('title')}
      headerActions={posture.value && <Provenance posture={posture.value} />}
    >
      <CardContent posture={posture} />
    </EntityInfoCard>
  );
}

function CardContent({ posture }: { posture: Live<EntityPosture> }) {
  const { entity } = useEntity();
  const name = entity.metadata.title ?? entity.metadata.name;
  const { value, error, retry } = posture;
  if (value?.state === 'judged' && value.summary) {
    return (
      <JudgedCard
        posture={value}
        summary={value.summary}
        name={name}
        notRefreshedSince={error ? posture.loadedAt : undefined}
      />
    );
  }
  if (value) {
    return <Unjudged posture={value} entity={entity} name={name} />;
  }
  if (error) {
    return (
      <Failure
        error={error}
        permission={zeroTrustPostureReadPermission.name}
        retry={retry}
      />
    );
  }
  return <CardSkeleton name={name} />;
}

/** Where the answer comes from and how old it is: the oldest look at any of its clusters. */
function Provenance({ posture }: { posture: EntityPosture }) {
  const t = useMessages();
  const { clusters } = posture;
  const seen = clusters
    .flatMap(({ lastSync }) => (lastSync === undefined ? [] : [lastSync]))
    .sort()[0];
  if (clusters.length === 0) {
    return null;
  }
  return (
    <span className={styles.muted}>
      {clusters.length === 1
        ? clusters[0].cluster
        : t('cluster.clusters', { count: clusters.length })}
      {seen && (
        <>
          {' · '}
          <RelativeTime time={seen} />
        </>
      )}
    </span>
  );
}
