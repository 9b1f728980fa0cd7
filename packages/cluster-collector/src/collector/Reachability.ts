/**
 * Whether the cluster as a whole answers. One probe at a time stands for all
 * kinds: while the cluster is down, nothing else asks it anything. Probes go on
 * while all seems well, because a proxy may keep a watch open whose other end
 * is gone (that of Backstage's kubernetes plugin does).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterConnection } from '../connection/ClusterConnection';
import {
  ClusterRequestError,
  explainError,
} from '../connection/ClusterRequestError';
import { Backoff } from './Backoff';
import { CollectorTimings, jittered } from './timings';

const PROBE_TIMEOUT = 10_000;

export interface ReachabilityOptions {
  timings: CollectorTimings;
  signal: AbortSignal;
  onChange: () => void;
}

export class Reachability {
  static create(
    connection: ClusterConnection,
    options: ReachabilityOptions,
  ): Reachability {
    return new Reachability(connection, options);
  }

  #problem: string | undefined;
  #contact = new AbortController();
  #recovery: Promise<void> | undefined;
  #probe: Promise<string | undefined> | undefined;
  #answeredAt = -Infinity;

  private constructor(
    private readonly connection: ClusterConnection,
    private readonly options: ReachabilityOptions,
  ) {}

  /** Why the cluster is out of reach; undefined while it answers. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Fires when the cluster gets out of reach: whatever waits for it then waits in vain. */
  get contact(): AbortSignal {
    return this.#contact.signal;
  }

  /** Resolves at once while the cluster answers, else when it does again. Rejects when observation ends. */
  async whenReachable(): Promise<void> {
    await this.#recovery;
    this.options.signal.throwIfAborted();
  }

  /** Told of an answer to something that is asked all the time: it saves a probe. */
  answered(): void {
    this.#answeredAt = performance.now();
  }

  /** Asks now and then, until the signal fires (rejecting). */
  async watchOver(): Promise<void> {
    const { timings, signal } = this.options;
    for (;;) {
      await this.whenReachable();
      const begun = performance.now();
      await sleep(jittered(timings.heartbeat), undefined, { signal });
      if (this.#answeredAt > begun) {
        continue;
      }
      // One lost probe is no reason to begin everything anew.
      if ((await this.#ask()) !== undefined) {
        await this.suspect();
      }
    }
  }

  /**
   * Told of a failure that may be the whole cluster's; answers whether it is.
   * If so, `whenReachable` waits from now on until a probe succeeds.
   */
  async suspect(): Promise<boolean> {
    if (this.#recovery) {
      return true;
    }
    this.#probe ??= this.#ask();
    const problem = await this.#probe;
    this.#probe = undefined;
    if (problem === undefined) {
      return false;
    }
    this.options.signal.throwIfAborted();
    this.#recovery ??= this.#recover(problem);
    return true;
  }

  async #ask(): Promise<string | undefined> {
    try {
      await this.connection.getJson('/version', {
        signal: this.options.signal,
        timeoutMilliseconds: Math.min(
          PROBE_TIMEOUT,
          this.options.timings.request,
        ),
      });
      return undefined;
    } catch (error) {
      return explainError(error);
    }
  }

  async #recover(problem: string): Promise<void> {
    const { timings, signal, onChange } = this.options;
    const backoff = Backoff.create(timings);
    this.#problem = problem;
    this.#contact.abort(new ClusterRequestError('unreachable', problem));
    onChange();
    while (this.#problem !== undefined && !signal.aborted) {
      try {
        await backoff.wait(signal);
      } catch {
        break; // stopped
      }
      const found = await this.#ask();
      if (found !== this.#problem && !signal.aborted) {
        this.#problem = found;
        if (found === undefined) {
          this.#contact = new AbortController();
        }
        onChange();
      }
    }
    this.#recovery = undefined;
  }
}
