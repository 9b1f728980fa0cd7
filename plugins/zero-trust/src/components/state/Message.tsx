/** One calm message in place of content: what is the case, and what to do about it. */
import { ReactNode } from 'react';
import { RemixiconComponentType } from '@remixicon/react';
import styles from './Message.module.css';

export interface MessageProps {
  icon: RemixiconComponentType;
  title: string;
  hint?: string;
  /** Failures are said at once, everything else when it is its turn. */
  isFailure?: boolean;
  children?: ReactNode;
}

export function Message({
  icon: Icon,
  title,
  hint,
  isFailure = false,
  children,
}: MessageProps) {
  return (
    <div className={styles.message} role={isFailure ? 'alert' : undefined}>
      <Icon className={styles.icon} size={24} aria-hidden="true" />
      <div className={styles.body}>
        <p className={styles.title}>{title}</p>
        {hint && <p className={styles.hint}>{hint}</p>}
        {children}
      </div>
    </div>
  );
}
