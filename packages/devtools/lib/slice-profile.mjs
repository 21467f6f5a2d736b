// Which code ran in the long slices that loop-probe.mjs saw, by a CPU profile of the same process (`--cpu-prof`).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readable } from './figures.mjs';

/**
 * Prints the code of the longest slices, and what all of them have in common.
 *
 * @param {string} folder with the one profile
 * @param {{ endedAtMs: number, ms: number, ranMs: number, waitedMs: number, gcMs: number }[]} slices of the probe
 */
export function explainSlices(folder, slices, { shown = 8 } = {}) {
  const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error(`there is no CPU profile in ${folder}`);
  const profile = readProfile(join(folder, file));
  const all = new Map();
  const longest = [...slices].sort((a, b) => b.ranMs - a.ranMs);
  for (const [index, slice] of longest.entries()) {
    const { self, total } = profile.between((slice.endedAtMs - slice.ms - 1) * 1000, slice.endedAtMs * 1000);
    for (const [name, ms] of total) all.set(name, (all.get(name) ?? 0) + ms);
    if (index >= shown) continue;
    console.log(
      `slice of ${readable(slice.ms)} ms: ran ${readable(slice.ranMs)}, waited ${readable(slice.waitedMs)}, garbage ${readable(slice.gcMs)}`,
    );
    print('by itself', self, 6);
    print('with what it called', total, 14);
  }
  print(`all ${slices.length} slices, with what was called`, all, 60);
}

function print(title, times, count) {
  console.log(`  ${title}`);
  for (const [name, ms] of [...times].sort(([, a], [, b]) => b - a).slice(0, count))
    console.log(`    ${readable(ms)} ms ${name}`);
}

function readProfile(path) {
  const { nodes, samples, timeDeltas, startTime } = JSON.parse(readFileSync(path, 'utf8'));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  let at = startTime;
  const times = timeDeltas.map((delta) => {
    at += delta;
    return at;
  });
  return {
    /** Time in ms by function, of the samples between two times in µs. */
    between(from, to) {
      const self = new Map();
      const total = new Map();
      const add = (times, name, index) => times.set(name, (times.get(name) ?? 0) + timeDeltas[index] / 1000);
      for (let index = firstAfter(times, from); index < times.length && times[index] <= to; index += 1) {
        add(self, names.get(samples[index]), index);
        const onStack = new Set();
        for (let id = samples[index]; id !== undefined; id = parents.get(id)) onStack.add(names.get(id));
        for (const name of onStack) add(total, name, index);
      }
      return { self, total };
    },
  };
}

function nameOf({ functionName, url, lineNumber }) {
  const path = url.replace(/.*\/((packages|connectors|node_modules)\/)/, '$1').replace('/dist/', '/');
  return `${functionName || '(anonymous)'} ${path}:${lineNumber + 1}`;
}

function firstAfter(times, time) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
