/** What a control asks, why it matters and which frameworks want it; one click away. */
import type { ControlDescription } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import styles from './FindingDetail.module.css';

export interface AboutControlProps {
  id: string;
  title: string;
  control: ControlDescription | undefined;
}

export function AboutControl({ id, title, control }: AboutControlProps) {
  const t = useMessages();
  return (
    <details className={styles.about}>
      <summary>{t('findings.about')}</summary>
      <div className={styles.aboutBody}>
        {control && (
          <>
            <p className={styles.text}>{control.question}</p>
            <p className={styles.text}>{control.why}</p>
          </>
        )}
        <dl className={styles.facts}>
          <dt>{t('findings.control')}</dt>
          <dd>
            {id} {title}
          </dd>
          {control && (
            <>
              <dt>{t('findings.controlSeverity')}</dt>
              <dd>{t(`severity.${control.severity}`)}</dd>
            </>
          )}
          {control && control.references.length > 0 && (
            <>
              <dt>{t('findings.references')}</dt>
              <dd>
                <ul className={styles.references}>
                  {control.references.map(({ framework, requirement }) => (
                    <li key={`${framework} ${requirement}`}>
                      {framework}: {requirement}
                    </li>
                  ))}
                </ul>
              </dd>
            </>
          )}
        </dl>
      </div>
    </details>
  );
}
