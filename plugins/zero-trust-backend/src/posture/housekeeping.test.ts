import { ConfigReader } from '@backstage/config';
import { mockServices } from '@backstage/backend-test-utils';
import type { PostureStore } from '../database/PostureStore';
import { scheduleHousekeeping } from './housekeeping';

const NOW = '2026-06-01T12:00:00.000Z';

async function housekeep(retention?: unknown) {
  const scheduler = mockServices.scheduler.mock();
  const store: Pick<PostureStore, 'rollUp' | 'prune'> = {
    rollUp: jest.fn(async () => {}),
    prune: jest.fn(async () => {}),
  };
  await scheduleHousekeeping({
    config: new ConfigReader(retention ? { zeroTrust: { retention } } : {}),
    scheduler,
    store,
  });
  const [[task]] = scheduler.scheduleTask.mock.calls;
  await task.fn(new AbortController().signal);
  return store;
}

describe('housekeeping', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: new Date(NOW) });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('makes a point for the day, and keeps changes for 90 days and roll-ups for 400', async () => {
    const store = await housekeep();
    expect(store.rollUp).toHaveBeenCalledWith('2026-06-01');
    expect(store.prune).toHaveBeenCalledWith({
      changesBefore: '2026-03-03T12:00:00.000Z',
      rollUpsBefore: '2025-04-27',
    });
  });

  it('keeps changes as long as is configured', async () => {
    for (const changes of [{ days: 1 }, 'P1D', '24h']) {
      const store = await housekeep({ changes });
      expect(store.prune).toHaveBeenCalledWith(
        expect.objectContaining({ changesBefore: '2026-05-31T12:00:00.000Z' }),
      );
    }
  });

  it('refuses a duration that is none', async () => {
    await expect(housekeep({ changes: 'long' })).rejects.toThrow('long');
  });
});
