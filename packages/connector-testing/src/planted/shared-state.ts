import { tmpdir } from 'node:os';
import type { LibraryRun } from './library-connector.js';
import { LibraryConnector, libraryProvider } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

const foundBy = 'changes nothing that all code of the process shares';

/** Mistakes that others in the process would feel. Each takes back what it did, so that tests beside it do not. */
export const sharedStateFaults: readonly PlantedFault[] = [
  meanwhile('sets an environment variable while it reads', () => {
    process.env.LIBRARY_TOKEN = 'open-sesame-4711';
    return () => delete process.env.LIBRARY_TOKEN;
  }),
  meanwhile('works in another folder while it reads', () => {
    const before = process.cwd();
    process.chdir(tmpdir());
    return () => process.chdir(before);
  }),
  meanwhile('keeps a global while it reads', () => {
    Reflect.set(globalThis, 'currentLibrary', 'maps');
    return () => Reflect.deleteProperty(globalThis, 'currentLibrary');
  }),
  meanwhile('adds a method to all arrays', () => {
    Object.defineProperty(Array.prototype, 'last', { value: () => undefined, configurable: true });
    return () => Reflect.deleteProperty(Array.prototype, 'last');
  }),
  meanwhile('replaces what everybody writes with', () => {
    const before = console.log;
    console.log = () => undefined;
    return () => {
      console.log = before;
    };
  }),
];

/** What is done when a refresh begins, and undone when it has ended. */
function meanwhile(mistake: string, change: () => () => unknown): PlantedFault {
  const definition = libraryProvider(
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        const back = change();
        try {
          await super.refresh(run);
        } finally {
          back();
        }
      }
    },
  );
  return { mistake, foundBy, definition };
}
