// Whether a figure that was sampled over a long run stays flat: the median of the last quarter of the run is held
// against the median of its second quarter, which is half of the run earlier. The first quarter is warming up, and
// medians do not see a single peak.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { percentile } from './report.mjs';

/** Environment for a process whose flatness is watched. */
export function flatEnvironment(file, everyMs) {
  const probe = fileURLToPath(new URL('./flat-probe.mjs', import.meta.url));
  return { ISTHMUS_FLAT: file, ISTHMUS_FLAT_EVERY: String(everyMs), NODE_OPTIONS: `--import=${probe}` };
}

/** @returns the samples between two instants (epoch ms), oldest first */
export function readFlat(file, from, to) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line))
    .filter(({ at }) => at >= from && at <= to);
}

/**
 * @param {{ at: number }[]} samples
 * @param {(sample: object) => number} value
 * @param {number} share of the sorted samples of a quarter: 0.5 is the median. What work under way adds to, such as
 *   timers, is told by the low end
 * @returns {{ early: number, late: number, rise: number, minutes: number }} of the second and the last quarter, and the
 *   minutes between the middles of both
 */
export function drift(samples, value, from, to, share = 0.5) {
  const quarter = (to - from) / 4;
  const within = (begin, end) => percentile(samples.filter(({ at }) => at >= begin && at < end).map(value), share);
  const early = within(from + quarter, from + 2 * quarter);
  const late = within(from + 3 * quarter, to + 1);
  return { early, late, rise: late - early, minutes: (2 * quarter) / 60_000 };
}
