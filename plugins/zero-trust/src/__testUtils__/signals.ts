/** Signals without a server: what is published arrives at once. */
import { JsonObject } from '@backstage/types';
import type { SignalApi } from '@backstage/plugin-signals-react';

type Subscriber = (message: JsonObject) => void;

export class TestSignals implements SignalApi {
  readonly #subscribers = new Map<string, Set<Subscriber>>();

  static create(): TestSignals {
    return new TestSignals();
  }

  private constructor() {}

  subscribe<TMessage extends JsonObject>(
    channel: string,
    onMessage: (message: TMessage) => void,
  ) {
    const subscriber = onMessage as Subscriber;
    const subscribers = this.#subscribers.get(channel) ?? new Set<Subscriber>();
    this.#subscribers.set(channel, subscribers.add(subscriber));
    return {
      unsubscribe: () => {
        subscribers.delete(subscriber);
      },
    };
  }

  publish(channel: string, message: JsonObject): void {
    for (const subscriber of this.#subscribers.get(channel) ?? []) {
      subscriber(message);
    }
  }
}
