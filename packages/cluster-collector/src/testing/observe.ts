/** For tests: a collector that does not wait long, and a way to wait for what it shows. */
import { ClusterCollector } from '../collector/ClusterCollector';
import type { CollectorTimings } from '../collector/timings';
import type { ClusterConnection } from '../connection/ClusterConnection';

/** Short enough for tests, long enough that a busy machine does not trip over them. */
const TEST_TIMINGS: Partial<CollectorTimings> = {
  request: 10_000,
  poll: 500,
  heartbeat: 2_000,
  rights: 300,
  discovery: 300,
  missed: 100,
  firstRetry: 20,
  longestRetry: 200,
};

export interface ObservedCluster {
  collector: ClusterCollector;
  /** How often `onChange` was called. */
  changes: () => number;
  warnings: string[];
}

export function observe(
  connect: () => ClusterConnection | Promise<ClusterConnection>,
  cluster: string,
  timings: Partial<CollectorTimings> = {},
  namespaces?: readonly string[],
): ObservedCluster {
  let count = 0;
  const warnings: string[] = [];
  const collector = ClusterCollector.create({
    cluster,
    connect,
    namespaces,
    timings: { ...TEST_TIMINGS, ...timings },
    onChange: () => {
      count++;
    },
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: message => warnings.push(message),
    },
  });
  collector.start();
  return { collector, changes: () => count, warnings };
}

/** Polls until it is so; throws after `milliseconds`. */
export async function waitFor(
  condition: () => boolean,
  milliseconds = 15_000,
): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${condition}`);
    }
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
