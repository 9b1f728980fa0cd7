/** Waits for the end: a signal, or the end of the process that started this one. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LOOK_EVERY = 500;

export function untilToldToEnd(): Promise<void> {
  return new Promise(resolve => {
    const parent = process.ppid;
    // A parent that is killed tells nobody; its children get another one.
    const timer = setInterval(() => {
      if (process.ppid !== parent) {
        clearInterval(timer);
        resolve();
      }
    }, LOOK_EVERY);
    for (const signal of SIGNALS) {
      process.once(signal, () => {
        clearInterval(timer);
        resolve();
      });
    }
  });
}
