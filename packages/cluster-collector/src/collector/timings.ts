/** All durations of the collector in one place; milliseconds. */

export interface CollectorTimings {
  /** For one request that is not a watch. */
  request: number;
  /** Between two looks at kinds that are not watched. */
  poll: number;
  /** Between two tries of what is forbidden: the right may have been granted where the server does not tell. */
  forbidden: number;
  /** Between two questions for the rights that this account has. */
  rights: number;
  /** Between two tries of what the server answered with more than was asked for. */
  withheld: number;
  /** Between two questions whether the cluster is still there. */
  heartbeat: number;
  /** Between two looks at which kinds are served. */
  discovery: number;
  /** Before a look that something unexpected asked for. */
  missed: number;
  /** The server ends a watch after about this long. */
  watch: number;
  /** A watch that is silent for this long is given up; servers send a bookmark a minute. */
  idle: number;
  /** A kind that was listed counts as such for this long while it cannot be refreshed. */
  grace: number;
  /** A view that is older is stale. */
  stale: number;
  firstRetry: number;
  longestRetry: number;
}

export const DEFAULT_TIMINGS: Readonly<CollectorTimings> = {
  request: 30_000,
  poll: 60_000,
  forbidden: 60_000,
  rights: 5_000,
  withheld: 3_600_000,
  heartbeat: 10_000,
  discovery: 60_000,
  missed: 3_000,
  watch: 300_000,
  idle: 90_000,
  grace: 60_000,
  stale: 300_000,
  firstRetry: 500,
  longestRetry: 30_000,
};

/** Between half and the whole of a duration, so that many clients do not act in step. */
export function jittered(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random() / 2);
}
