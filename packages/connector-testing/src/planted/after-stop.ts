import { LibraryConnector, libraryProvider } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

const foundBy = 'is silent once it is stopped, and leaves no interval';

/** Mistakes of connectors that do not end with their stop, though they keep no process alive. */
export const afterStop: readonly PlantedFault[] = [
  {
    mistake: 'leaves an interval that is unreferenced',
    foundBy,
    definition: libraryProvider(
      class extends LibraryConnector {
        async start(): Promise<void> {
          leftIntervals.push(setInterval(() => undefined, 60_000).unref());
        }
      },
    ),
  },
  {
    mistake: 'tells of changes after it was stopped',
    foundBy,
    definition: libraryProvider(
      class extends LibraryConnector {
        async start(): Promise<void> {
          this.#tell();
        }
        #tell(): void {
          this.context.changed();
          leftIntervals.push(setTimeout(() => this.#tell(), 50).unref());
        }
      },
    ),
  },
];

/** Timers that were left, so that whoever runs a planted fault can end them. */
export const leftIntervals: NodeJS.Timeout[] = [];
