/** Lines to copy into a file, with the button that copies them. */
import { CopyButton } from './CopyButton';
import styles from './CodeBlock.module.css';

export interface CodeBlockProps {
  /** What the lines are, for those who cannot see them. */
  label: string;
  code: string;
}

export function CodeBlock({ label, code }: CodeBlockProps) {
  const text = code.trimEnd();
  return (
    <div className={styles.block}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be scrollable from the keyboard */}
      <pre className={styles.code} role="group" aria-label={label} tabIndex={0}>
        <code>{text}</code>
      </pre>
      <div className={styles.copy}>
        <CopyButton label={label} read={() => `${text}\n`} />
      </div>
    </div>
  );
}
