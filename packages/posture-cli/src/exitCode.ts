/** The exit codes that pipelines read. */
export const EXIT = {
  /** Done, and nothing that was asked about fails. */
  ok: 0,
  /** Done, and something fails. */
  fails: 1,
  /** Bad usage or unreadable input. */
  unusable: 2,
  /** It could not be determined. */
  unknown: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
