/** Tries again until the expectation holds; fails with its last error. */
import { setTimeout } from 'node:timers/promises';

export async function eventually<T>(
  expectation: () => T | Promise<T>,
): Promise<T> {
  const giveUpAt = performance.now() + 10_000;
  for (;;) {
    try {
      return await expectation();
    } catch (error) {
      if (performance.now() > giveUpAt) {
        throw error;
      }
      await setTimeout(20);
    }
  }
}
