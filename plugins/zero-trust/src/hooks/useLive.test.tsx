import { ReactNode } from 'react';
import { act, renderHook, waitFor } from '@testing-library/react';
import { TestApiProvider } from '@backstage/frontend-test-utils';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { TestSignals } from '../__testUtils__/signals';
import { useLive } from './useLive';

const MINUTE = 60_000;

/** A question that is answered when the test says so. */
function question<T>() {
  const answers: ((value: T) => void)[] = [];
  const load = jest.fn(() => new Promise<T>(resolve => answers.push(resolve)));
  return {
    load,
    answer: (value: T) => act(async () => answers.shift()?.(value)),
  };
}

type Load = () => Promise<string>;

function renderLive(
  initial: Load,
  signals?: TestSignals,
  keepPrevious = false,
) {
  return renderHook(
    ({ load }: { load: Load }) =>
      useLive({ load, channel: 'somewhere', keepPrevious }),
    {
      initialProps: { load: initial },
      wrapper: ({ children }: { children: ReactNode }) =>
        signals ? (
          <TestApiProvider apis={[[signalApiRef, signals]]}>
            {children}
          </TestApiProvider>
        ) : (
          <TestApiProvider apis={[]}>{children}</TestApiProvider>
        ),
    },
  );
}

describe('useLive', () => {
  it('asks only once more for all the signals that come while it is asking', async () => {
    const signals = TestSignals.create();
    const { load, answer } = question<string>();
    const { result } = renderLive(load, signals);
    for (const revision of [1, 2, 3]) {
      act(() => signals.publish('somewhere', { revision }));
    }
    expect(load).toHaveBeenCalledTimes(1);
    await answer('old');
    expect(load).toHaveBeenCalledTimes(2);
    await answer('new');
    expect(load).toHaveBeenCalledTimes(2);
    expect(result.current.value).toBe('new');
  });

  it('does not listen to other channels', async () => {
    const signals = TestSignals.create();
    const { load, answer } = question<string>();
    renderLive(load, signals);
    await answer('first');
    act(() => signals.publish('elsewhere', { revision: 1 }));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('ignores a late answer to an earlier question', async () => {
    const slow = question<string>();
    const fast = question<string>();
    const { result, rerender } = renderLive(slow.load);
    rerender({ load: fast.load });
    await fast.answer('right');
    await slow.answer('late');
    expect(result.current.value).toBe('right');
  });

  it('shows nothing until another question is answered', async () => {
    const first = question<string>();
    const second = question<string>();
    const { result, rerender } = renderLive(first.load);
    await first.answer('first');
    expect(result.current.value).toBe('first');
    rerender({ load: second.load });
    expect(result.current.value).toBeUndefined();
  });

  it('or, if asked to, the earlier answer, marked as such', async () => {
    const first = question<string>();
    const second = question<string>();
    const { result, rerender } = renderLive(first.load, undefined, true);
    await first.answer('first');
    rerender({ load: second.load });
    expect(result.current).toMatchObject({ value: 'first', isStale: true });
    await second.answer('second');
    expect(result.current).toMatchObject({ value: 'second', isStale: false });
  });

  it('asks again when the network is back', async () => {
    const load = jest.fn(async () => 'answer');
    const { result } = renderLive(load);
    await waitFor(() => expect(result.current.value).toBe('answer'));
    await act(async () => window.dispatchEvent(new Event('online')));
    expect(load).toHaveBeenCalledTimes(2);
  });

  describe('as time goes by', () => {
    beforeEach(() => {
      jest.useFakeTimers();
    });

    afterEach(() => {
      jest.useRealTimers();
    });

    const pass = (time: number) =>
      act(async () => {
        await jest.advanceTimersByTimeAsync(time);
      });

    it('asks every minute where there are no signals', async () => {
      const load = jest.fn(async () => 'answer');
      renderLive(load);
      await pass(3 * MINUTE + 1);
      expect(load).toHaveBeenCalledTimes(4);
    });

    it('asks seldom where there are', async () => {
      const load = jest.fn(async () => 'answer');
      renderLive(load, TestSignals.create());
      await pass(4 * MINUTE);
      expect(load).toHaveBeenCalledTimes(1);
      await pass(MINUTE + 1);
      expect(load).toHaveBeenCalledTimes(2);
    });

    it('asks nothing while nobody looks', async () => {
      const load = jest.fn(async () => 'answer');
      renderLive(load);
      await pass(1);
      const visibility = jest
        .spyOn(document, 'visibilityState', 'get')
        .mockReturnValue('hidden');
      await pass(10 * MINUTE);
      expect(load).toHaveBeenCalledTimes(1);
      visibility.mockReturnValue('visible');
      await act(async () =>
        document.dispatchEvent(new Event('visibilitychange')),
      );
      expect(load).toHaveBeenCalledTimes(2);
      visibility.mockRestore();
    });

    it('asks nothing any more when the screen is left', async () => {
      const load = jest.fn(async () => 'answer');
      const { unmount } = renderLive(load);
      await pass(1);
      unmount();
      await pass(10 * MINUTE);
      expect(load).toHaveBeenCalledTimes(1);
    });
  });
});
