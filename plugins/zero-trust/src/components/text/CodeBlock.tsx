/** Lines to copy into a file, with the button that copies them. */
import { useEffect, useState } from 'react';
import useCopyToClipboard from 'react-use/esm/useCopyToClipboard';
import { Button } from '@backstage/ui';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import { useMessages } from '../../hooks/useMessages';
import styles from './CodeBlock.module.css';

const SHOWN_AS_COPIED = 2_000;

export interface CodeBlockProps {
  /** What the lines are, for those who cannot see them. */
  label: string;
  code: string;
}

export function CodeBlock({ label, code }: CodeBlockProps) {
  const t = useMessages();
  const [, copy] = useCopyToClipboard();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) {
      return undefined;
    }
    const timer = setTimeout(() => setCopied(false), SHOWN_AS_COPIED);
    return () => clearTimeout(timer);
  }, [copied]);
  const text = code.trimEnd();
  return (
    <div className={styles.block}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be scrollable from the keyboard */}
      <pre className={styles.code} role="group" aria-label={label} tabIndex={0}>
        <code>{text}</code>
      </pre>
      <div className={styles.copy}>
        <Button
          size="small"
          variant="secondary"
          iconStart={copied ? <RiCheckLine /> : <RiFileCopyLine />}
          onPress={() => {
            copy(`${text}\n`);
            setCopied(true);
          }}
          aria-label={`${
            copied ? t('state.copied') : t('state.copy')
          }: ${label}`}
        >
          {copied ? t('state.copied') : t('state.copy')}
        </Button>
      </div>
    </div>
  );
}
