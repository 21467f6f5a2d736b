import assert from 'node:assert/strict';
import { readdir, readlink } from 'node:fs/promises';
import { rest } from './bench.js';
import { LivingThings } from './living-things.js';

/** How many there are of each kind. */
export type OpenHandles = ReadonlyMap<string, number>;

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
  const living = await new LivingThings().leftBy(whole);
  assertNoneLeft(handles, await openHandles());
  assertNoneLiving(living);
  assert.deepEqual(processListeners(), listeners, 'listeners were left on the process');
}

/** @throws AssertionError that names what came to be open */
export function assertNoneLeft(before: OpenHandles, after: OpenHandles): void {
  const sum = (handles: OpenHandles): number => [...handles.values()].reduce((total, count) => total + count, 0);
  if (sum(after) <= sum(before)) return;
  const left = [...after].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 ? [more > 1 ? `${kind} (${more})` : kind] : [];
  });
  assert.fail(`these are still open after \`stop\`, which has to await their end: ${left.sort().join(', ')}`);
}

/** @throws AssertionError that names what goes on */
export function assertNoneLiving(living: readonly string[]): void {
  if (living.length === 0) return;
  assert.fail(
    `these were not ended by \`stop\`; what is unreferenced, and so keeps no process alive, goes on all the same: ${living.join(', ')}`,
  );
}

/** Files, sockets and the like of this process (where the system tells), and watchers, timers and servers that keep it alive. */
export async function openHandles(): Promise<OpenHandles> {
  const handles = new Map<string, number>();
  const add = (kind: string): void => void handles.set(kind, (handles.get(kind) ?? 0) + 1);
  const files = await readdir('/proc/self/fd').catch(() => []);
  for (const file of files) {
    const target = await readlink(`/proc/self/fd/${file}`).catch(() => undefined);
    // the list of files was a file itself, and is closed by now
    if (target !== undefined) add(kindOf(target));
  }
  for (const name of process.getActiveResourcesInfo())
    if (counted.test(name) && !/^(TTY|Pipe)/.test(name)) add(resources.get(name) ?? name);
  return handles;
}

const counted = /(Wrap|Timeout|Watcher|Worker|MessagePort)$/;

const resources: ReadonlyMap<string, string> = new Map([
  ['Timeout', 'a timer'],
  ['ProcessWrap', 'a child process'],
  ['Worker', 'a worker thread'],
  ['MessagePort', 'a message port'],
  ['FSEventWrap', 'a watch of files'],
  ['StatWatcher', 'a watch of a file'],
  ['TCPSocketWrap', 'a connection'],
  ['TCPServerWrap', 'a server'],
]);

/** Of a link below `/proc/self/fd`: a path is told as it is. */
function kindOf(target: string): string {
  const kind = /^(?:anon_inode:\[?)?([a-z]+)/.exec(target)?.[1];
  if (kind === 'eventpoll') return 'an event loop, as of a worker thread';
  return target.startsWith('/') || kind === undefined ? `the file ${target}` : `the descriptor of a ${kind}`;
}

export function processListeners(): readonly string[] {
  return process
    .eventNames()
    .map((event) => `${String(event)} ${process.listenerCount(event)}`)
    .sort();
}
