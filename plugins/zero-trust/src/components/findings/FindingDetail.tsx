/** The opened finding, in the order of the questions: how do you know, what do I do, what is this. */
import { ReactNode } from 'react';
import { stringify } from 'yaml';
import type {
  ControlDescription,
  EntityFinding,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { accessRules } from '../../posture/accessRules';
import { CodeBlock, formatDay, formatExact } from '../text';
import { AboutControl } from './AboutControl';
import { EvidenceTable } from './EvidenceTable';
import { ExemptionDetail } from './ExemptionDetail';
import { WitnessPath } from './WitnessPath';
import styles from './FindingDetail.module.css';

export interface FindingDetailProps {
  finding: EntityFinding;
  control: ControlDescription | undefined;
}

export function FindingDetail({ finding, control }: FindingDetailProps) {
  const t = useMessages();
  const { because, witness, fix, evidence, missing, exemption } = finding;
  return (
    <div className={styles.detail}>
      {because && (
        <Part title={t('findings.because')}>
          <p className={styles.text}>{because}</p>
        </Part>
      )}
      {witness && (
        <Part title={t('findings.wayIn')}>
          <WitnessPath witness={witness} />
        </Part>
      )}
      {fix && (
        <Part title={t('findings.todo')}>
          <p className={styles.text}>{fix.summary}</p>
        </Part>
      )}
      {fix?.objects && fix.objects.length > 0 && (
        <Part title={t('findings.apply')}>
          <CodeBlock
            label={t('findings.apply')}
            code={fix.objects.map(object => stringify(object)).join('---\n')}
          />
        </Part>
      )}
      {missing && missing.length > 0 && (
        <Part title={t('findings.missing')}>
          <p className={styles.text}>
            {t('findings.missingHint', { cluster: finding.cluster })}
          </p>
          {accessRules(missing).map(({ namespace, yaml }) => (
            <CodeBlock
              key={namespace ?? ''}
              label={
                namespace === undefined
                  ? t('findings.missingRule')
                  : t('findings.missingRuleIn', { namespace })
              }
              code={yaml}
            />
          ))}
        </Part>
      )}
      {exemption && (
        <Part title={t('findings.exemption')}>
          <ExemptionDetail exemption={exemption} />
        </Part>
      )}
      {evidence.length > 0 && (
        <Part title={t('findings.evidence')}>
          <EvidenceTable evidence={evidence} />
        </Part>
      )}
      <p className={styles.since}>
        <time
          dateTime={finding.since}
          title={formatExact(finding.since, t('locale'))}
        >
          {t(`since.${finding.verdict}`, {
            date: formatDay(finding.since, t('locale')),
          })}
        </time>
        {finding.verdict === 'pass' && (
          <>
            {' · '}
            {t('enforcement.label')}: {t(`enforcement.${finding.enforcement}`)}.{' '}
            {t(`enforcementMeaning.${finding.enforcement}`)}
          </>
        )}
      </p>
      <AboutControl
        id={finding.control}
        title={finding.title}
        control={control}
      />
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.part}>
      <h4 className={styles.title}>{title}</h4>
      <div className={styles.body}>{children}</div>
    </div>
  );
}
