/** Waits longer after every failure in a row. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CollectorTimings, jittered } from './timings';

export class Backoff {
  static create({
    firstRetry,
    longestRetry,
  }: Pick<CollectorTimings, 'firstRetry' | 'longestRetry'>): Backoff {
    return new Backoff(firstRetry, longestRetry);
  }

  #next: number;

  private constructor(
    private readonly first: number,
    private readonly longest: number,
  ) {
    this.#next = first;
  }

  /** Rejects with an abort error when the signal fires. */
  async wait(signal: AbortSignal): Promise<void> {
    const milliseconds = jittered(this.#next);
    this.#next = Math.min(this.#next * 2, this.longest);
    await sleep(milliseconds, undefined, { signal });
  }

  reset(): void {
    this.#next = this.first;
  }
}
