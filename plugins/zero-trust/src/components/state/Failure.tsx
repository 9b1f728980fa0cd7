/** Why there is nothing to show: not allowed, not there, or an error that may pass. */
import { ResponseError } from '@backstage/errors';
import { Button } from '@backstage/ui';
import { RiErrorWarningLine, RiGhostLine, RiLockLine } from '@remixicon/react';
import { useMessages } from '../../hooks/useMessages';
import { Message } from './Message';
import styles from './Message.module.css';

export interface FailureProps {
  error: Error;
  /** What the reader would need to be allowed. */
  permission: string;
  retry: () => void;
}

export function Failure({ error, permission, retry }: FailureProps) {
  const t = useMessages();
  const status = ResponseError.is(error) ? error.statusCode : undefined;
  if (status === 403) {
    return (
      <Message
        icon={RiLockLine}
        title={t('state.forbidden')}
        hint={t('state.forbiddenHint', { permission })}
        isFailure
      />
    );
  }
  if (status === 404) {
    return (
      <Message
        icon={RiGhostLine}
        title={t('state.gone')}
        hint={t('state.goneHint')}
        isFailure
      />
    );
  }
  return (
    <Message
      icon={RiErrorWarningLine}
      title={t('state.error')}
      hint={messageOf(error)}
      isFailure
    >
      <div className={styles.action}>
        <Button variant="secondary" size="small" onPress={retry}>
          {t('state.retry')}
        </Button>
      </div>
    </Message>
  );
}

/** What the server said, without the wrapping of the client. */
export function messageOf(error: Error): string {
  return ResponseError.is(error) ? error.cause.message : error.message;
}
