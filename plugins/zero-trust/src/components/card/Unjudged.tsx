/** Why a service has no posture yet, and what would give it one. */
import { Entity } from '@backstage/catalog-model';
import {
  RiPriceTag3Line,
  RiSearchEyeLine,
  RiTimerLine,
} from '@remixicon/react';
import {
  EntityPosture,
  KUBERNETES_CLUSTER_ANNOTATION,
  KUBERNETES_ID_ANNOTATION,
  KUBERNETES_LABEL_SELECTOR_ANNOTATION,
  KUBERNETES_NAMESPACE_ANNOTATION,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { stringify } from 'yaml';
import { useMessages } from '../../hooks/useMessages';
import { ClusterStateBadge } from '../marks';
import { Message } from '../state';
import { CodeBlock } from '../text';
import styles from './Unjudged.module.css';

const ANNOTATIONS = [
  KUBERNETES_ID_ANNOTATION,
  KUBERNETES_LABEL_SELECTOR_ANNOTATION,
  KUBERNETES_NAMESPACE_ANNOTATION,
  KUBERNETES_CLUSTER_ANNOTATION,
];

export interface UnjudgedProps {
  posture: EntityPosture;
  entity: Entity;
  name: string;
}

export function Unjudged({ posture, entity, name }: UnjudgedProps) {
  switch (posture.state) {
    case 'not-annotated':
      return <NotAnnotated posture={posture} entity={entity} name={name} />;
    case 'not-found':
      return <NotFound posture={posture} entity={entity} name={name} />;
    default:
      return <Pending posture={posture} name={name} />;
  }
}

function NotAnnotated({ posture, entity, name }: UnjudgedProps) {
  const t = useMessages();
  return (
    <Message
      icon={RiPriceTag3Line}
      title={t('state.notAnnotated', { name })}
      hint={t('state.notAnnotatedHint')}
    >
      <CodeBlock
        label="metadata.annotations"
        code={stringify({
          [KUBERNETES_LABEL_SELECTOR_ANNOTATION]: `app=${entity.metadata.name}`,
          [KUBERNETES_NAMESPACE_ANNOTATION]: entity.metadata.name,
        })}
      />
      <p className={styles.line}>
        {t('state.notAnnotatedOr', { label: KUBERNETES_ID_ANNOTATION })}
      </p>
      <Reason posture={posture} />
    </Message>
  );
}

function NotFound({ posture, entity, name }: UnjudgedProps) {
  const t = useMessages();
  const annotations = ANNOTATIONS.flatMap(annotation => {
    const value = entity.metadata.annotations?.[annotation];
    return value === undefined ? [] : [{ annotation, value }];
  });
  // What could not be seen may run it all the same.
  const sawAll = posture.lookedIn.every(
    ({ state }) => state === 'ready' || state === 'degraded',
  );
  const title = sawAll
    ? t('state.notFound', { name })
    : t('state.notFoundSeen', { name });
  return (
    <Message icon={RiSearchEyeLine} title={title}>
      <Reason posture={posture} />
      <p className={styles.line}>{t('state.notFoundHint')}</p>
      <dl className={styles.annotations}>
        {annotations.map(({ annotation, value }) => (
          <div key={annotation} className={styles.annotation}>
            <dt>{annotation}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <LookedIn posture={posture} />
    </Message>
  );
}

function Pending({ posture, name }: Omit<UnjudgedProps, 'entity'>) {
  const t = useMessages();
  return (
    <Message
      icon={RiTimerLine}
      title={t('state.pending')}
      hint={t('state.pendingHint', { name })}
    >
      <Reason posture={posture} />
      <LookedIn posture={posture} />
    </Message>
  );
}

/** What the backend has to say beyond the state. */
function Reason({ posture: { message } }: { posture: EntityPosture }) {
  return message ? <p className={styles.line}>{message}</p> : null;
}

function LookedIn({ posture }: { posture: EntityPosture }) {
  const t = useMessages();
  if (posture.lookedIn.length === 0) {
    return <p className={styles.line}>{t('state.lookedNowhere')}</p>;
  }
  return (
    <>
      <p className={styles.line}>{t('state.lookedIn')}</p>
      <ul className={styles.clusters} aria-label={t('state.lookedIn')}>
        {posture.lookedIn.map(({ name, state, message }) => (
          <li key={name} className={styles.looked}>
            <span className={styles.cluster}>{name}</span>{' '}
            <ClusterStateBadge state={state} />
            {message && <span className={styles.reason}> {message}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
