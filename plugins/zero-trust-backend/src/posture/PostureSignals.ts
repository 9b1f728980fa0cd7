/**
 * Tells open screens that something changed. A signal carries no posture:
 * whoever gets it asks again, with his own rights. Signals go out beside the
 * work, since a first look at a cluster changes thousands of entities at once.
 */
import {
  FLEET_CHANNEL,
  PostureSignal,
  entityChannel,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { LoggerService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import { SignalsService } from '@backstage/plugin-signals-node';
import type { PostureChange } from '../database/PostureStore';

export interface PostureSignalsOptions {
  signals: SignalsService;
  logger: LoggerService;
}

/** Each may be a request to the events backend. */
const SIGNALS_AT_ONCE = 20;

export class PostureSignals {
  readonly #signals: SignalsService;
  readonly #logger: LoggerService;
  /** Channels that wait, with the newest revision of each. */
  readonly #waiting = new Map<string, number>();
  #sending = false;

  static create(options: PostureSignalsOptions): PostureSignals {
    return new PostureSignals(options);
  }

  private constructor({ signals, logger }: PostureSignalsOptions) {
    this.#signals = signals;
    this.#logger = logger;
  }

  /** For a change that is committed. Returns at once and never throws: a signal that is lost costs a reload, not a posture. */
  publish({ revision, entityRefs }: PostureChange): void {
    for (const channel of [FLEET_CHANNEL, ...entityRefs.map(entityChannel)]) {
      this.#waiting.set(channel, revision);
    }
    if (!this.#sending) {
      void this.#send();
    }
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, SIGNALS_AT_ONCE);
      for (const [channel] of batch) {
        this.#waiting.delete(channel);
      }
      const results = await Promise.allSettled(
        batch.map(([channel, revision]) =>
          this.#signals.publish<PostureSignal>({
            recipients: { type: 'broadcast' },
            channel,
            message: { revision },
          }),
        ),
      );
      const failed = results.find(result => result.status === 'rejected');
      if (failed) {
        this.#logger.warn('A change of posture could not be signalled', {
          error: isError(failed.reason)
            ? failed.reason.message
            : String(failed.reason),
        });
      }
    }
    this.#sending = false;
  }
}
