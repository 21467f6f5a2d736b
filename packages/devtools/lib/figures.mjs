// How every bench says what it measured: first the machine, then one line a figure.

import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** Says on what and under which load a bench runs: figures without it mean nothing. */
export function machine() {
  const [first] = cpus();
  const load = loadavg()[0].toFixed(2);
  const memory = Math.round(totalmem() / 2 ** 30);
  console.log(
    `     ${cpus().length} cores (${first?.model ?? 'unknown'}), ${memory} GiB, load ${load}, Node ${process.version}`,
  );
}

/**
 * Prints `<name>: <value> <unit>, <ratio> of <what>, goal <goal>, ok|short`. What falls short is shown and ends nothing.
 *
 * @param {string} name what was measured
 * @param {number} value
 * @param {string} unit
 * @param {{ goal: number, better?: 'less' | 'more', peer?: number, of?: string, goalOf?: 'value' | 'ratio' }} options
 *   `peer` is what the same run measured of `of`; without it the ratio is to the goal. `goalOf: 'ratio'` holds the goal
 *   against the ratio (value / peer), not the value.
 * @returns whether the goal is met
 */
export function figure(name, value, unit, { goal, better = 'less', peer, of = 'goal', goalOf = 'value' }) {
  const ratio = value / (peer ?? goal);
  const judged = goalOf === 'ratio' ? ratio : value;
  const isMet = better === 'less' ? judged <= goal : judged >= goal;
  const bound = `${better === 'less' ? 'at most' : 'at least'} ${goal}${goalOf === 'ratio' ? ' x' : ` ${unit}`}`;
  console.log(
    `${name}: ${readable(value)} ${unit}, ${readable(ratio)} of ${of}, goal ${bound}, ${isMet ? 'ok' : 'short'}`,
  );
  return isMet;
}

export function readable(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** What the kernel knows of a process: memory in MiB, CPU in ms, voluntary switches (wake-ups) of its main thread. */
export function processFacts(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // after the name, which may hold blanks: fields 14 and 15 of proc(5) are user and system time in ticks of 10 ms
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    rssMiB: field('VmRSS') / 1024,
    peakRssMiB: field('VmHWM') / 1024,
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
    wakeUps: field('voluntary_ctxt_switches'),
  };
}
