/** Tells screen readers, politely, that something on the screen changed by itself. */
import { useEffect, useRef, useState } from 'react';
import { VisuallyHidden } from '@backstage/ui';

export interface AnnounceProps {
  /** What is on the screen, by name. The first state is never announced. */
  state: Readonly<Record<string, string>>;
  /** Says it, given how many names were added, removed or changed. */
  say: (changed: number) => string;
}

export function Announce({ state, say }: AnnounceProps) {
  const previous = useRef(state);
  const [text, setText] = useState('');
  const changed = countChanges(previous.current, state);
  useEffect(() => {
    if (changed > 0) {
      previous.current = state;
      setText(say(changed));
    }
  }, [changed, say, state]);
  return <VisuallyHidden role="status">{text}</VisuallyHidden>;
}

function countChanges(
  before: AnnounceProps['state'],
  after: AnnounceProps['state'],
): number {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter(name => before[name] !== after[name]).length;
}
