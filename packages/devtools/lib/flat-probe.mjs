// Loaded into a long-running process by `NODE_OPTIONS=--import=<this file>`: every ISTHMUS_FLAT_EVERY milliseconds it
// collects all garbage and appends to the file named by ISTHMUS_FLAT what is left: memory, handles, timers that are
// still armed (those that do not keep the process alive too), warnings and errors that nobody caught since the start.
import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const file = process.env.ISTHMUS_FLAT;
if (file !== undefined && isMainThread) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const timers = new Set();
  for (const name of ['setTimeout', 'setInterval']) {
    const original = globalThis[name];
    globalThis[name] = Object.assign((...call) => {
      const timer = original(...call);
      timers.add(timer);
      return timer;
    }, original);
  }
  let warnings = 0;
  let unhandled = 0;
  process.on('warning', (warning) => {
    warnings += 1;
    appendFileSync(`${file}.warnings`, `${warning.stack ?? warning.message}\n`);
  });
  process.on('unhandledRejection', () => {
    unhandled += 1;
  });
  process.on('uncaughtExceptionMonitor', () => {
    unhandled += 1;
  });
  const look = () => {
    for (const timer of timers) if (timer._destroyed) timers.delete(timer);
    collect();
    collect();
    const handles = {};
    // timers are counted apart, requests come and go
    for (const name of process.getActiveResourcesInfo())
      if (name !== 'Timeout' && name !== 'Immediate' && !name.endsWith('Request'))
        handles[name] = (handles[name] ?? 0) + 1;
    const { rss, heapUsed, external } = process.memoryUsage();
    appendFileSync(
      file,
      `${JSON.stringify({ at: Date.now(), rss, heapUsed, external, handles, timers: timers.size, warnings, unhandled })}\n`,
    );
  };
  // not counted itself: taken off the set at once
  const own = setInterval(look, Number(process.env.ISTHMUS_FLAT_EVERY ?? 10_000)).unref();
  timers.delete(own);
}
