/** The blast radius of one workload: the sentence, the figures, the list. */
import { useId } from 'react';
import { Messages, useMessages } from '../../hooks/useMessages';
import { Flash } from '../text';
import { Blast, ReachedList } from './ReachedList';
import styles from './Blast.module.css';

export interface WorkloadBlastProps {
  blast: Blast;
  isOneOfMany: boolean;
  /** Named where there are several. */
  cluster: string | undefined;
}

export function WorkloadBlast({
  blast,
  isOneOfMany,
  cluster,
}: WorkloadBlastProps) {
  const t = useMessages();
  const headingId = useId();
  const { workload, possible } = blast;
  return (
    <section className={styles.workload} aria-labelledby={headingId}>
      <h2 id={headingId} className={styles.answer}>
        {answerFor(blast, t)}
      </h2>
      {(isOneOfMany || cluster) && (
        <p className={styles.muted}>
          {workload.kind} {workload.namespace}/{workload.name}
          {cluster && ` · ${cluster}`}
        </p>
      )}
      {possible > 0 && (
        <p className={styles.text}>
          {t('blast.possible', {
            count: possible,
            number: format(possible, t),
          })}
        </p>
      )}
      <Figures blast={blast} />
      {blast.reached.length > 0 && <ReachedList blast={blast} />}
    </section>
  );
}

function format(value: number, t: Messages): string {
  return new Intl.NumberFormat(t('locale')).format(value);
}

function answerFor(
  { workload: { name }, total, outOf, outside }: Blast,
  t: Messages,
): string {
  if (total === 0) {
    return outside
      ? t('blast.answer.noneOutside', { name })
      : t('blast.answer.none', { name });
  }
  const values = {
    count: outOf,
    name,
    number: format(total, t),
    outOf: format(outOf, t),
  };
  return outside
    ? t('blast.answer.someOutside', values)
    : t('blast.answer.some', values);
}

function Figures({ blast }: { blast: Blast }) {
  const t = useMessages();
  const { direct, total, possible, outOf, outside } = blast;
  const of = t('blast.outOf', { number: format(outOf, t) });
  const figures = [
    { label: t('blast.direct'), value: format(direct, t), of },
    { label: t('blast.total'), value: format(total, t), of },
    ...(possible > 0
      ? [{ label: t('blast.perhaps'), value: format(possible, t), of }]
      : []),
  ];
  return (
    <dl className={styles.figures} aria-label={t('blast.figures')}>
      {figures.map(figure => (
        <div key={figure.label} className={styles.figure}>
          <dt>{figure.label}</dt>
          <dd>
            <Flash value={figure.value}>
              <span className={styles.number}>{figure.value}</span>
            </Flash>{' '}
            <span className={styles.muted}>{figure.of}</span>
          </dd>
        </div>
      ))}
      <div className={styles.figure}>
        <dt>{t('blast.outside')}</dt>
        <dd className={styles.word}>
          {outside ? t('blast.outsideYes') : t('blast.outsideNo')}
        </dd>
      </div>
    </dl>
  );
}
