import { setTimeout as pause } from 'node:timers/promises';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { LibraryConnector, type LibraryRun, libraryProvider } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

const forEver = (): Promise<never> => new Promise(() => undefined);

/** Mistakes at which whoever waits for a hook without a deadline waits for ever. */
export const withoutEnd: readonly PlantedFault[] = [
  {
    mistake: 'never ends its stop',
    foundBy: 'can be stopped without having been started',
    definition: libraryProvider(
      class extends LibraryConnector {
        override stop(): Promise<void> {
          return forEver();
        }
      },
    ),
  },
  {
    mistake: 'starts until the source answers, whatever its signal says',
    foundBy: 'leaves nothing open when the source cannot be read',
    definition: libraryProvider(
      class extends LibraryConnector {
        async start(): Promise<void> {
          await this.library.shelves(this.configuration.token).catch(forEver);
        }
      },
    ),
  },
  {
    mistake: 'tries again without end',
    foundBy: 'fails when the source cannot be read, and removes nothing',
    definition: libraryProvider(
      class extends LibraryConnector {
        protected override async shelves(run: LibraryRun): Promise<readonly string[]> {
          for (;;) {
            try {
              return await super.shelves(run);
            } catch {
              if (run.signal.aborted) return forEver();
              await pause(20);
            }
          }
        }
      },
    ),
  },
  {
    mistake: 'never ends its probe',
    foundBy: 'probes a source that answers in steps that are all well',
    definition: libraryProvider(
      class extends LibraryConnector {
        override probe(): Promise<readonly ProbeStep[]> {
          return forEver();
        }
      },
    ),
  },
];
