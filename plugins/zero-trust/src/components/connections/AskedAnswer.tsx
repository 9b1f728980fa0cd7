/** The answer to a question about one connection: the sentence first, then the chain of decisions. */
import { RiErrorWarningLine, RiLockLine } from '@remixicon/react';
import { Button } from '@backstage/ui';
import { ResponseError } from '@backstage/errors';
import {
  ConnectionAnswer,
  ConnectionEnd,
  ConnectionQuestion,
  zeroTrustClustersReadPermission,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useConnectionAnswer } from '../../hooks/useConnections';
import { useMessages } from '../../hooks/useMessages';
import { NotRefreshed } from '../card/NotRefreshed';
import { Caveats, Message, messageOf } from '../state';
import { Computed, CopyButton, Flash } from '../text';
import { AnswerSteps } from './AnswerSteps';
import { Conditions } from './DecisionSides';
import { TransportMark } from './TransportMark';
import { VerdictMark } from './VerdictMark';
import styles from './Ask.module.css';

export interface AskedAnswerProps {
  entityRef: string;
  /** Undefined: nothing is asked. */
  question: ConnectionQuestion | undefined;
  clear: () => void;
}

export function AskedAnswer({ entityRef, question, clear }: AskedAnswerProps) {
  const t = useMessages();
  const { value, error, loadedAt, retry } = useConnectionAnswer(
    entityRef,
    question,
  );
  return (
    <>
      {/* Always there: only what changes in it is read out. */}
      <div role="status">
        {question && value && <Verdict answer={value} />}
        {question && !value && !error && (
          <p className={styles.hint}>{t('ask.loading')}</p>
        )}
        {question && !value && error && (
          <AskFailure error={error} retry={retry} />
        )}
      </div>
      {question && value && (
        <div className={styles.detail}>
          {error && loadedAt !== undefined && <NotRefreshed since={loadedAt} />}
          <Caveats
            caveats={value.caveats.map(message => ({
              cluster: question.cluster,
              message,
            }))}
          />
          <Facts answer={value} />
          <Conditions
            title={t('connections.conditions')}
            conditions={value.conditions}
          />
          <AnswerSteps
            answer={value}
            source={nameOf(question.from)}
            destination={nameOf(question.to)}
          />
          <p className={styles.hint}>
            <Computed evaluatedAt={value.evaluatedAt} />
          </p>
        </div>
      )}
      {question && (
        <div className={styles.actions}>
          <CopyButton
            title={t('ask.copy')}
            label={t('ask.question')}
            read={() => window.location.href}
          />
          <Button size="small" variant="tertiary" onPress={clear}>
            {t('ask.clear')}
          </Button>
        </div>
      )}
    </>
  );
}

/** Undefined where no policy of the cluster speaks for it. */
function nameOf(end: ConnectionEnd): string | undefined {
  if ('ip' in end) {
    return undefined;
  }
  return 'service' in end ? end.service.name : end.workload.name;
}

/** What is seen of it on the wire; nothing where there is no mesh. */
function Facts({
  answer: { transport, identity },
}: {
  answer: ConnectionAnswer;
}) {
  const t = useMessages();
  if (!transport) {
    return null;
  }
  return (
    <dl className={styles.facts}>
      <dt>{t('connections.transport')}</dt>
      <dd>
        <TransportMark transport={transport} />
      </dd>
      <dt>{t('ask.identity')}</dt>
      <dd>{identity ?? t('ask.noIdentity')}</dd>
    </dl>
  );
}

function Verdict({
  answer: { verdict, message },
}: {
  answer: ConnectionAnswer;
}) {
  return (
    <p className={styles.answer}>
      <Flash value={verdict}>
        <VerdictMark verdict={verdict} />
      </Flash>{' '}
      <span>{message}</span>
    </p>
  );
}

function AskFailure({ error, retry }: { error: Error; retry: () => void }) {
  const t = useMessages();
  const status = ResponseError.is(error) ? error.statusCode : undefined;
  switch (status) {
    case 400:
      return (
        <Message
          icon={RiErrorWarningLine}
          title={t('ask.failure.malformed')}
          hint={messageOf(error)}
        />
      );
    case 403:
      return (
        <Message
          icon={RiLockLine}
          title={t('ask.failure.forbidden')}
          hint={t('ask.failure.forbiddenHint', {
            permission: zeroTrustClustersReadPermission.name,
          })}
        />
      );
    case 404:
      return (
        <Message
          icon={RiErrorWarningLine}
          title={t('ask.failure.notFound')}
          hint={messageOf(error)}
        />
      );
    default:
      return (
        <Message
          icon={RiErrorWarningLine}
          title={t('ask.failure.error')}
          hint={messageOf(error)}
        >
          <div className={styles.actions}>
            <Button variant="secondary" size="small" onPress={retry}>
              {t('state.retry')}
            </Button>
          </div>
        </Message>
      );
  }
}
