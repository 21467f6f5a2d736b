/** File systems stamp times with the kernel's tick, 10 ms at the coarsest; what is older cannot change unnoticed. */
export const tickMs = 20;

/**
 * Younger than the tick of file times, so that a further change might show the same time.
 *
 * @param askedAt - before it was looked at: the answer may be long in coming, and says nothing of that time
 */
export function isFresh(timeNs: bigint, askedAt: number): boolean {
  const time = Number(timeNs) / 1e6;
  return time > askedAt - tickMs && time < Date.now() + tickMs;
}
