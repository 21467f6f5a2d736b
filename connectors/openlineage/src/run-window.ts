import type { JobRecord } from './graph.js';

type Runs = JobRecord['runs'];

/**
 * How many runs of a job are remembered for so many that are shown. A run that is overtaken by more others of its job
 * while it lasts than lie between the two may lack what it told before it was.
 */
export function keptRuns(shown: number): number {
  return 2 * shown + 20;
}

/** Ids of the runs that were heard of last, the latest first. */
export function shownRuns(runs: Runs, count: number): readonly string[] {
  return latest(runs, 0, count);
}

/** Ids of the runs that told of data last, the latest first: what a job reads and writes is taken from these. */
export function runsWithData(runs: Runs, count: number): readonly string[] {
  return latest(runs, 1, count);
}

/** Ids of the runs that are too many: neither among the last ones nor among the last ones with data. */
export function tooMany(runs: Runs, count: number): readonly string[] {
  const ids = Object.keys(runs);
  if (ids.length <= count) return [];
  const kept = new Set([...latest(runs, 0, count), ...latest(runs, 1, count)]);
  return ids.filter((id) => !kept.has(id));
}

function latest(runs: Runs, which: 0 | 1, count: number): readonly string[] {
  return Object.entries(runs)
    .filter(([, times]) => times[which] > 0)
    .sort(([one, ofOne], [other, ofOther]) => ofOther[which] - ofOne[which] || (one < other ? 1 : -1))
    .slice(0, count)
    .map(([id]) => id);
}
