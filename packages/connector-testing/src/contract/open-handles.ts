import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { rest } from './bench.js';
import { LivingIntervals } from './living-intervals.js';

/** Fails when each further lifetime leaves files, sockets, timers, or listeners on the process. */
export async function leavesNothing(lifetime: () => Promise<void>): Promise<void> {
  const whole = async (): Promise<void> => {
    await lifetime();
    await rest();
  };
  // What Node or a library opens once and keeps for all is there after the first.
  await whole();
  await whole();
  const [handles, listeners] = [await openHandles(), processListeners()];
  const intervals = await new LivingIntervals().leftBy(whole);
  const left = (await openHandles()) - handles;
  assert.ok(left <= 0, `${left} files, sockets or timers are still open after \`stop\``);
  assert.equal(intervals, 0, 'intervals were not cleared; one that is unreferenced goes on all the same');
  assert.deepEqual(processListeners(), listeners, 'listeners were left on the process');
}

/** Files, sockets and the like of this process (where the system tells), and watchers, timers and servers that keep it alive. */
export async function openHandles(): Promise<number> {
  const files = await readdir('/proc/self/fd').catch(() => []);
  const resources = process
    .getActiveResourcesInfo()
    .filter((name) => /(Wrap|Timeout|Watcher|Worker)$/.test(name) && !/^(TTY|Pipe)/.test(name));
  return files.length + resources.length;
}

export function processListeners(): readonly string[] {
  return process
    .eventNames()
    .map((event) => `${String(event)} ${process.listenerCount(event)}`)
    .sort();
}
