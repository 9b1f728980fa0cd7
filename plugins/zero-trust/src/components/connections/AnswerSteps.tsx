/** The chain of decisions behind an answer: what each part of the way says, and which objects make it say so. */
import clsx from 'clsx';
import type {
  ConnectionAnswer,
  ConnectionStep,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { Messages, useMessages } from '../../hooks/useMessages';
import { Conditions, DecisionSides, DecisionTable } from './DecisionSides';
import { VerdictMark } from './VerdictMark';
import styles from './Ask.module.css';

export interface AnswerStepsProps {
  answer: ConnectionAnswer;
  /** Names of the ends; undefined where no policy of the cluster speaks for it. */
  source: string | undefined;
  destination: string | undefined;
}

export function AnswerSteps({ answer, ...ends }: AnswerStepsProps) {
  const t = useMessages();
  return (
    <ol className={styles.steps} aria-label={t('ask.steps.label')}>
      {answer.steps.map(step => (
        <li
          key={step.step}
          className={clsx(
            styles.step,
            step.verdict === 'not-asked' && styles.notAsked,
          )}
        >
          <div className={styles.said}>
            <h3 className={styles.heading}>
              <strong>{t(`ask.steps.${step.step}`)}</strong>
              {step.verdict === 'not-asked' ? (
                <span>{t('ask.steps.notAsked')}</span>
              ) : (
                <VerdictMark verdict={step.verdict} />
              )}
            </h3>
            <Said step={step} answer={answer} {...ends} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Said({
  step,
  answer,
  ...ends
}: AnswerStepsProps & { step: ConnectionStep }) {
  const t = useMessages();
  const { verdict, decidedBy, conditions } = step;
  if (verdict === 'not-asked') {
    return null;
  }
  const text = textOf(step, answer, t);
  return (
    <>
      {text && <p className={styles.text}>{text}</p>}
      <Conditions title={t('connections.conditions')} conditions={conditions} />
      {step.step === 'network' ? (
        <DecisionSides
          decidedBy={decidedBy}
          isRefused={verdict === 'deny'}
          {...ends}
        />
      ) : (
        decidedBy.length > 0 && (
          <DecisionTable
            label={t(`ask.steps.${step.step}`)}
            decisions={decidedBy}
          />
        )
      )}
    </>
  );
}

/** What a step that decided says for itself; of the others, what they come to. */
function textOf(
  { step, message }: ConnectionStep,
  { transport, identity }: ConnectionAnswer,
  t: Messages,
): string | undefined {
  if (message !== undefined) {
    return message;
  }
  switch (step) {
    case 'transport': {
      const sent = transport ?? (identity ? 'mtls' : undefined);
      return sent ? t(`ask.steps.sends.${sent}`) : t('ask.steps.sendsAtAll');
    }
    case 'peer-authentication':
      return t('ask.steps.takes');
    case 'request-authentication':
      return t('ask.steps.tokenTaken');
    default:
      return undefined;
  }
}
