// Loaded into a measured process by `NODE_OPTIONS=--import=<this file>`: writes once a second to the file named by
// ISTHMUS_PROBE what only the process itself can know. `readProbe` of probe.mjs reads it.
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const file = process.env.ISTHMUS_PROBE;
if (file !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
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
      })}\n`,
    );
    delay.reset();
  };
  setInterval(write, 1000).unref();
  process.on('exit', write);
}
