/** Long work in slices: a server that works through a large cluster goes on answering requests. */
import { setImmediate } from 'node:timers/promises';

const MILLISECONDS_AT_ONCE = 20;

/** To be called between two steps: waits for a turn of the event loop where the last one is long ago. */
export function createTurns(): () => Promise<void> {
  let turnedAt = performance.now();
  return async () => {
    if (performance.now() - turnedAt > MILLISECONDS_AT_ONCE) {
      await setImmediate();
      turnedAt = performance.now();
    }
  };
}

/** Runs to the end; between its steps others get their turn. */
export async function inTurns<Result>(
  steps: Generator<undefined, Result>,
): Promise<Result> {
  const turn = createTurns();
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      return value;
    }
    await turn();
  }
}
