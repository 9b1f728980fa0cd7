/** Once an hour, by one replica: a point for every service and day, and the end of what is older than anybody looks. */
import { SchedulerService } from '@backstage/backend-plugin-api';
import { Config, readDurationFromConfig } from '@backstage/config';
import { HumanDuration, durationToMilliseconds } from '@backstage/types';
import type { PostureStore } from '../database/PostureStore';

export interface HousekeepingOptions {
  config: Config;
  scheduler: SchedulerService;
  store: Pick<PostureStore, 'rollUp' | 'prune'>;
}

const CHANGES_KEPT: HumanDuration = { days: 90 };
/** A year can be compared with the year before. */
const ROLL_UPS_KEPT: HumanDuration = { days: 400 };
const RETENTION_KEY = 'zeroTrust.retention.changes';

export async function scheduleHousekeeping({
  config,
  scheduler,
  store,
}: HousekeepingOptions): Promise<void> {
  const changesKept = config.has(RETENTION_KEY)
    ? readDurationFromConfig(config, { key: RETENTION_KEY })
    : CHANGES_KEPT;
  await scheduler.scheduleTask({
    id: 'zero-trust-housekeeping',
    frequency: { hours: 1 },
    timeout: { minutes: 10 },
    fn: async () => {
      const before = (duration: HumanDuration) =>
        new Date(Date.now() - durationToMilliseconds(duration)).toISOString();
      await store.rollUp(new Date().toISOString().slice(0, 10));
      await store.prune({
        changesBefore: before(changesKept),
        rollUpsBefore: before(ROLL_UPS_KEPT).slice(0, 10),
      });
    },
  });
}
