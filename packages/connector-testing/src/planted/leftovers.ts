import { type ChildProcess, spawn } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { MessageChannel, Worker } from 'node:worker_threads';
import { LibraryConnector, type LibraryRun, libraryProvider } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

/** What a connector begins in its process and beside it, and does not end. */
export const leftovers: readonly PlantedFault[] = [
  left(
    'a child process that nobody waits for',
    'leaves nothing open of probes, nor of a start that was aborted',
    () => {
      const child = kept(spawn('sleep', ['60'], { stdio: 'ignore', detached: true }), (one: ChildProcess) =>
        one.kill(),
      );
      child.unref();
    },
  ),
  left('a child process', 'leaves nothing open when it is stopped, once or twice, also after a failure', () =>
    kept(spawn('sleep', ['60']), (one: ChildProcess) => one.kill()),
  ),
  left('a worker thread', 'leaves nothing open when it is stopped, once or twice, also after a failure', () => {
    const idle = 'setInterval(() => undefined, 60000)';
    kept(new Worker(idle, { eval: true }), (one: Worker) => one.terminate()).unref();
  }),
  left('a message port', 'leaves nothing open when it is stopped, once or twice, also after a failure', () => {
    const { port1 } = kept(new MessageChannel(), (one: MessageChannel) => one.port1.close());
    port1.on('message', () => undefined);
  }),
  left('a watch of a folder that is unreferenced', 'is silent once it is stopped, and leaves no interval', () =>
    kept(watch(tmpdir(), { persistent: false }), (one: FSWatcher) => one.close()),
  ),
];

/** Changes something for everybody, once: to look before and after a later time shows nothing. */
export const changedOnce = libraryProvider(
  class extends LibraryConnector {
    override async refresh(run: LibraryRun): Promise<void> {
      Reflect.set(globalThis, changedName, true);
      await super.refresh(run);
    }
  },
);
const changedName = 'shelvesOfTheLibrary';

/** Ends what the planted faults have left. */
export async function endLeftovers(): Promise<void> {
  Reflect.deleteProperty(globalThis, changedName);
  for (const end of ends.splice(0)) await end();
}

const ends: (() => unknown)[] = [];

function kept<T>(thing: T, end: (thing: T) => unknown): T {
  ends.push(() => end(thing));
  return thing;
}

function left(what: string, foundBy: string, begin: () => unknown): PlantedFault {
  const definition = libraryProvider(
    class extends LibraryConnector {
      async start(): Promise<void> {
        begin();
      }
    },
  );
  return { mistake: `leaves ${what}`, foundBy, definition };
}
