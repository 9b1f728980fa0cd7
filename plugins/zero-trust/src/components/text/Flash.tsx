/** Marks a value for a moment after it changed, unless the reader asked for less motion. */
import { ReactNode, useState } from 'react';
import styles from './Flash.module.css';

export interface FlashProps {
  /** What is compared; the first value never flashes. */
  value: string;
  children: ReactNode;
}

/** Two names for one animation: going from one to the other starts it again. */
const ANIMATIONS = [styles.even, styles.odd];

export function Flash({ value, children }: FlashProps) {
  const [shown, setShown] = useState({ value, changes: 0 });
  if (shown.value !== value) {
    setShown({ value, changes: shown.changes + 1 });
  }
  return (
    <span
      className={shown.changes > 0 ? ANIMATIONS[shown.changes % 2] : undefined}
    >
      {children}
    </span>
  );
}
