/** A name that may be long: shortened in the middle, whole on hover, for screen readers and when copied. */
import { ClipboardEvent } from 'react';
import { VisuallyHidden } from '@backstage/ui';

export interface LongNameProps {
  name: string;
  /** How many characters are shown at most. */
  max?: number;
}

export function LongName({ name, max = 48 }: LongNameProps) {
  if (name.length <= max) {
    return <>{name}</>;
  }
  const tail = Math.floor((max - 1) / 2);
  const head = max - 1 - tail;
  const copyWhole = (event: ClipboardEvent) => {
    event.clipboardData.setData('text/plain', name);
    event.preventDefault();
  };
  return (
    <span title={name} onCopy={copyWhole}>
      <span aria-hidden="true">
        {name.slice(0, head)}…{name.slice(-tail)}
      </span>
      <VisuallyHidden>{name}</VisuallyHidden>
    </span>
  );
}
