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
  {
    mistake: 'leaves a listener on the process',
    foundBy: 'takes its listeners off the process when it is stopped',
    definition: libraryProvider(
      class extends LibraryConnector {
        async start(): Promise<void> {
          process.on('SIGUSR2', leftListener());
        }
      },
    ),
  },
];

function leftListener(): () => void {
  const listener = () => undefined;
  leftListeners.push(listener);
  return listener;
}

/** Listeners to SIGUSR2 that were left. */
export const leftListeners: (() => void)[] = [];

/** Timers that were left, so that whoever runs a planted fault can end them. */
export const leftIntervals: NodeJS.Timeout[] = [];
