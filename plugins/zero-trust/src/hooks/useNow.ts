/** The time of day, for everything on the screen that tells how long ago something was. */
import { useEffect, useState } from 'react';

/** @returns milliseconds since the epoch, renewed every `interval` milliseconds. */
export function useNow(interval: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}
