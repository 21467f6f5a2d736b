/** How long each hook may take, in milliseconds. */
export interface HookDeadlines {
  readonly startMs: number;
  readonly reconfigureMs: number;
  readonly stopMs: number;
  readonly probeMs: number;
  /** Of one call that tells of something beside runs. */
  readonly noticeMs: number;
  readonly pushMs: number;
  /** How long a hook may go on after its signal was aborted, before it is abandoned. */
  readonly graceMs: number;
}

export const defaultDeadlines: HookDeadlines = {
  startMs: 30_000,
  reconfigureMs: 30_000,
  stopMs: 10_000,
  probeMs: 30_000,
  noticeMs: 60_000,
  pushMs: 60_000,
  graceMs: 3_000,
};
