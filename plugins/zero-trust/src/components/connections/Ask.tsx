/** One question about one connection of a service: may this end reach that one on this port, and send it this request? */
import { useEffect, useRef, useState } from 'react';
import type { EntityClusterPosture } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { OwnWorkload, readQuestion } from '../../connections/question';
import { AskedAnswer } from './AskedAnswer';
import { AskForm } from './AskForm';
import { useAsked } from './useAsked';
import styles from './Ask.module.css';

export interface AskProps {
  entityRef: string;
  name: string;
  clusters: readonly Pick<EntityClusterPosture, 'cluster' | 'workloads'>[];
  /** Workloads that are known to be connected with the service. */
  peers: readonly OwnWorkload[];
  hasMesh: boolean;
}

/** Nothing for a service without workloads: there is nobody to ask about. */
export function Ask({ clusters, ...rest }: AskProps) {
  const own = clusters.flatMap(({ cluster, workloads }) =>
    workloads.map(workload => ({ cluster, workload })),
  );
  return own.length === 0 ? null : <AskAbout own={own} {...rest} />;
}

interface AskAboutProps extends Omit<AskProps, 'clusters'> {
  own: readonly OwnWorkload[];
}

function AskAbout({ own, entityRef, name, peers, hasMesh }: AskAboutProps) {
  const t = useMessages();
  const heading = useRef<HTMLHeadingElement>(null);
  const asked = useAsked(own[0]);
  // Whoever follows a link to a question wants to see the answer.
  const [isLinked] = useState(asked.isAsked);
  useEffect(() => {
    if (isLinked) {
      heading.current?.scrollIntoView({ block: 'start' });
      heading.current?.focus({ preventScroll: true });
    }
  }, [isLinked]);
  return (
    <section className={styles.ask} aria-label={t('ask.label')}>
      <div>
        <h2 ref={heading} className={styles.title} tabIndex={-1}>
          {t('ask.label')}
        </h2>
        <p className={styles.hint}>
          {hasMesh ? t('ask.hintMesh') : t('ask.hint')}
        </p>
      </div>
      <AskForm
        asked={asked}
        own={own}
        name={name}
        peers={peers}
        hasMesh={hasMesh}
      />
      <AskedAnswer
        entityRef={entityRef}
        question={
          asked.isAsked ? readQuestion(asked.draft).question : undefined
        }
        clear={asked.clear}
      />
    </section>
  );
}
