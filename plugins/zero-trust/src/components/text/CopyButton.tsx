/** A button that copies a text, and says for a moment that it did. */
import { useEffect, useState } from 'react';
import useCopyToClipboard from 'react-use/esm/useCopyToClipboard';
import { Button } from '@backstage/ui';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import { useMessages } from '../../hooks/useMessages';

const SHOWN_AS_COPIED = 2_000;

export interface CopyButtonProps {
  /** What is copied, for those who cannot see it. */
  label: string;
  /** On the button; "Copy", if omitted. */
  title?: string;
  read: () => string;
}

export function CopyButton({ label, title, read }: CopyButtonProps) {
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
  const words = copied ? t('state.copied') : title ?? t('state.copy');
  return (
    <Button
      size="small"
      variant="secondary"
      iconStart={copied ? <RiCheckLine /> : <RiFileCopyLine />}
      onPress={() => {
        copy(read());
        setCopied(true);
      }}
      aria-label={`${words}: ${label}`}
    >
      {words}
    </Button>
  );
}
