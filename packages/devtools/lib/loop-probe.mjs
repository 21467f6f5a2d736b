// Loaded into a measured process by `NODE_OPTIONS=--import=<this file>`: writes once a second to the file named by
// ISTHMUS_PROBE what only the process itself can know. `readProbe` of probe.mjs reads it.
//
// With ISTHMUS_PROBE_SLICES=<ms> each line also lists the stretches of more than so many milliseconds without a turn of
// the event loop, and where their time went: `ranMs` on a core, `waitedMs` ready to run while other processes held the
// cores, `gcMs` (part of it) collecting garbage. `endedAtMs` is on the monotonic clock, as in CPU profiles.
import { appendFileSync, openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const file = process.env.ISTHMUS_PROBE;
if (file !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const takeSlices = process.env.ISTHMUS_PROBE_SLICES === undefined ? () => undefined : watchSlices();
  const write = () => {
    const resources = {};
    for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
    const { rss, heapUsed, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    appendFileSync(
      file,
      `${JSON.stringify({
        at: Date.now(),
        // the sampling timer itself is due every millisecond
        longestSliceMs: Math.max(0, delay.max / 1e6 - 1),
        p99SliceMs: Math.max(0, delay.percentile(99) / 1e6 - 1),
        rss,
        heapUsed,
        external,
        cpuMs: (user + system) / 1000,
        resources,
        ...takeSlices(),
      })}\n`,
    );
    delay.reset();
  };
  setInterval(write, 1000).unref();
  process.on('exit', write);
}

/** Looks at the clock every millisecond; Linux tells how long the main thread ran and how long it waited for a core. */
function watchSlices() {
  const longMs = Number(process.env.ISTHMUS_PROBE_SLICES);
  const accounts = openSync(`/proc/self/task/${process.pid}/schedstat`);
  const buffer = Buffer.alloc(64);
  const account = () => {
    const [ran, waited] = buffer.toString('latin1', 0, readSync(accounts, buffer, 0, 64, 0)).split(' ');
    return { at: Number(process.hrtime.bigint()) / 1e6, ran: Number(ran) / 1e6, waited: Number(waited) / 1e6 };
  };
  const collections = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) collections.push({ startTime, duration });
  });
  observer.observe({ entryTypes: ['gc'] });
  const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  let slices = [];
  let last = account();
  setInterval(() => {
    const now = account();
    const ms = now.at - last.at - 1;
    if (ms > longMs)
      slices.push({ endedAtMs: now.at, ms, ranMs: now.ran - last.ran, waitedMs: now.waited - last.waited });
    last = now;
  }, 1).unref();
  return () => {
    const taken = slices.map((slice) => {
      const beganAt = slice.endedAtMs - slice.ms - 1;
      const within = collections.filter(
        ({ startTime }) => startTime + offset >= beganAt && startTime + offset <= slice.endedAtMs,
      );
      return { ...slice, gcMs: within.reduce((sum, { duration }) => sum + duration, 0) };
    });
    const gcMs = collections.reduce((sum, { duration }) => sum + duration, 0);
    const longestGcMs = collections.reduce((most, { duration }) => Math.max(most, duration), 0);
    slices = [];
    collections.length = 0;
    return { slices: taken, gcMs, longestGcMs };
  };
}
