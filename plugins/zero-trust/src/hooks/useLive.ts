/**
 * An answer of the API that keeps itself up to date: asked again on a signal,
 * when the window is looked at again, when the network is back, and slowly all
 * the time. The last answer stays on the screen until a better one is there.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { ResponseError } from '@backstage/errors';
import { useSignal } from '@backstage/plugin-signals-react';

/** Without signals this is the only way to hear of changes. */
const POLL_WITHOUT_SIGNALS = 60_000;
/** With signals it only heals what a cut connection may have swallowed. */
const POLL_WITH_SIGNALS = 300_000;

export interface Live<T> {
  value?: T;
  /** Why the last attempt failed; `value` may still hold an earlier answer. */
  error?: Error;
  /** When `value` arrived, in milliseconds. */
  loadedAt?: number;
  /** The value answers an earlier question; the answer to this one is on its way. */
  isStale: boolean;
  retry(): void;
}

export interface UseLiveOptions<T> {
  /** Asks; stable as long as the question is the same. */
  load(): Promise<T>;
  /** The signals to listen to. */
  channel: string;
  /** Show the answer to the earlier question until this one is answered. */
  keepPrevious?: boolean;
}

interface State<T> {
  /** The question that value and error answer. */
  load?: () => Promise<T>;
  value?: T;
  error?: Error;
  loadedAt?: number;
}

/** What was seen before may not be shown on: it is gone, or the reader may no longer see it. */
function withdraws(error: Error): boolean {
  return ResponseError.is(error) && [401, 403, 404].includes(error.statusCode);
}

function failed<T>(
  previous: State<T>,
  load: () => Promise<T>,
  error: Error,
): State<T> {
  return withdraws(error) || previous.load !== load
    ? { load, error }
    : { ...previous, error };
}

export function useLive<T>({
  load,
  channel,
  keepPrevious = false,
}: UseLiveOptions<T>): Live<T> {
  const [state, setState] = useState<State<T>>({});
  const ask = useRef<() => void>();
  const { lastSignal, isSignalsAvailable } = useSignal(channel);

  useEffect(() => {
    let ended = false;
    let asking = false;
    let askAgain = false;

    async function run() {
      if (asking) {
        askAgain = true;
        return;
      }
      asking = true;
      do {
        askAgain = false;
        try {
          const value = await load();
          if (!ended) {
            setState({ load, value, loadedAt: Date.now() });
          }
        } catch (cause) {
          const error =
            cause instanceof Error ? cause : new Error(String(cause));
          if (!ended) {
            setState(previous => failed(previous, load, error));
          }
        }
      } while (askAgain && !ended);
      asking = false;
    }

    function runWhenLookedAt() {
      if (document.visibilityState !== 'hidden') {
        run();
      }
    }

    ask.current = run;
    run();
    window.addEventListener('focus', runWhenLookedAt);
    window.addEventListener('online', runWhenLookedAt);
    document.addEventListener('visibilitychange', runWhenLookedAt);
    const timer = setInterval(
      runWhenLookedAt,
      isSignalsAvailable ? POLL_WITH_SIGNALS : POLL_WITHOUT_SIGNALS,
    );
    return () => {
      ended = true;
      window.removeEventListener('focus', runWhenLookedAt);
      window.removeEventListener('online', runWhenLookedAt);
      document.removeEventListener('visibilitychange', runWhenLookedAt);
      clearInterval(timer);
    };
  }, [load, isSignalsAvailable]);

  useEffect(() => {
    if (lastSignal) {
      ask.current?.();
    }
  }, [lastSignal]);

  const retry = useCallback(() => {
    setState(({ error: _, ...previous }) => previous);
    ask.current?.();
  }, []);

  const { load: answered, ...answer } = state;
  const isStale = answered !== load;
  if (isStale && !keepPrevious) {
    return { isStale: false, retry };
  }
  return { ...answer, isStale: isStale && answer.value !== undefined, retry };
}
