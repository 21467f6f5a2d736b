import type { CatalogTarget, ElementChanges, OpenLineageEvent } from '@isthmus/connector-sdk';
import { type HookedLibraryClass, HookedLibraryConnector, hookedProvider } from './hooked-library.js';
import { type LibraryConfiguration, LibraryConnector, type LibraryRun } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

/** Timers that were left, so that whoever runs a planted fault can end them. */
export const leftByHooks: NodeJS.Timeout[] = [];

const wholeOrNot = 'takes over another configuration as a whole, or asks for a restart';
const engaged = 'is engaged until it is aborted, and no longer';
const silent = (hook: string) => `is silent after its stop, whatever ${hook} told, and leaves nothing open`;
const takes = (hook: string) => `takes what ${hook} tells, also twice, and leaves it as it is`;

/** Mistakes in taking over a configuration, in being engaged, and in what a connector does with what it is told. */
export const hookFaults: readonly PlantedFault[] = [
  fault(
    'takes over half of a new configuration',
    wholeOrNot,
    class extends HookedLibraryConnector {
      override async reconfigure({ library }: LibraryConfiguration): Promise<'applied' | 'restart'> {
        this.configuration = { ...this.configuration, library };
        return 'applied';
      }
    },
  ),
  fault(
    'says applied and goes on as before',
    wholeOrNot,
    class extends HookedLibraryConnector {
      override async reconfigure(): Promise<'applied' | 'restart'> {
        return 'applied';
      }
    },
  ),
  fault(
    'asks for a restart and has taken over the configuration',
    wholeOrNot,
    class extends HookedLibraryConnector {
      override async reconfigure(next: LibraryConfiguration): Promise<'applied' | 'restart'> {
        this.configuration = next;
        return 'restart';
      }
    },
  ),
  fault(
    'changes the configuration that it is given',
    wholeOrNot,
    class extends HookedLibraryConnector {
      override async reconfigure(next: LibraryConfiguration, signal: AbortSignal): Promise<'applied' | 'restart'> {
        Object.assign(next, { takenOver: true });
        return super.reconfigure(next, signal);
      }
    },
  ),
  fault(
    'keeps a configuration with which it could not go on',
    'keeps its old configuration when it cannot take over another',
    class extends HookedLibraryConnector {
      override async reconfigure(next: LibraryConfiguration, signal: AbortSignal): Promise<'applied' | 'restart'> {
        this.configuration = next;
        return super.reconfigure(next, signal);
      }
    },
  ),
  fault(
    'goes on with a change of its configuration that is aborted',
    'ends a change of its configuration that is aborted, and has taken over all of it or nothing',
    class extends HookedLibraryConnector {
      override async reconfigure(next: LibraryConfiguration, signal: AbortSignal): Promise<'applied' | 'restart'> {
        while (signal.aborted) await new Promise((resolve) => leftByHooks.push(setTimeout(resolve, 3_000)));
        return super.reconfigure(next, signal);
      }
    },
  ),
  fault(
    'leaves what its old configuration needed',
    'leaves nothing open however often its configuration is changed',
    class extends HookedLibraryConnector {
      override async reconfigure(next: LibraryConfiguration, signal: AbortSignal): Promise<'applied' | 'restart'> {
        leftByHooks.push(setInterval(() => undefined, 60_000).unref());
        return super.reconfigure(next, signal);
      }
    },
  ),
  fault(
    'takes over no configuration while it reads, and says that it did',
    'takes over another configuration in the middle of a refresh',
    class extends HookedLibraryConnector {
      #isReading = false;
      override async refresh(run: LibraryRun): Promise<void> {
        this.#isReading = true;
        await super.refresh(run).finally(() => {
          this.#isReading = false;
        });
      }
      override async reconfigure(next: LibraryConfiguration, signal: AbortSignal): Promise<'applied' | 'restart'> {
        return this.#isReading ? 'applied' : super.reconfigure(next, signal);
      }
    },
  ),
  fault(
    'is engaged whatever its signal says',
    engaged,
    class extends HookedLibraryConnector {
      override async engage(): Promise<void> {
        await new Promise(() => undefined);
      }
    },
  ),
  fault(
    'ends its engagement at once',
    engaged,
    class extends HookedLibraryConnector {
      override async engage(): Promise<void> {}
    },
  ),
  fault(
    'tells of events when its engagement is over',
    engaged,
    class extends HookedLibraryConnector {
      override async engage(signal: AbortSignal): Promise<void> {
        const timer = setInterval(() => this.context.changed(), 50).unref();
        leftByHooks.push(timer);
        await super.engage(signal);
      }
    },
  ),
  fault(
    'waits for an abort that has been',
    'is not engaged at all when it is aborted from the start',
    class extends HookedLibraryConnector {
      override async engage(signal: AbortSignal): Promise<void> {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      }
    },
  ),
  fault(
    'does not end its engagement when the source is gone',
    'ends its engagement with a source that cannot be read, and takes nothing away',
    class extends HookedLibraryConnector {
      override async engage(signal: AbortSignal): Promise<void> {
        await super.engage(signal);
        await this.library.shelves(this.configuration.token).catch(() => new Promise(() => undefined));
      }
    },
  ),
  fault(
    'leaves a timer of each engagement',
    'leaves nothing open of its engagements',
    class extends HookedLibraryConnector {
      override async engage(signal: AbortSignal): Promise<void> {
        leftByHooks.push(setInterval(() => undefined, 60_000));
        await super.engage(signal);
      }
    },
  ),
  fault(
    'throws at an element that is gone',
    takes('elementsChanged'),
    class extends HookedLibraryConnector {
      override async elementsChanged({ elements }: ElementChanges): Promise<void> {
        for (const { guid } of elements) {
          const found = await this.context.getElement({ element: { guid } });
          if (found === undefined) throw new Error(`there is no element ${guid}`);
        }
      }
    },
  ),
  fault(
    'changes what it is told',
    takes('elementsChanged'),
    class extends HookedLibraryConnector {
      override async elementsChanged({ elements }: ElementChanges): Promise<void> {
        for (const element of elements) Object.assign(element, { isOwn: true });
      }
    },
  ),
  fault(
    'changes the event that it is given',
    takes('openLineageEvent'),
    class extends HookedLibraryConnector {
      override async openLineageEvent({ event }: OpenLineageEvent): Promise<void> {
        delete (event as { producer?: unknown }).producer;
      }
    },
  ),
  fault(
    'waits for ever once it is told of a change',
    'ends elementsChanged when it is aborted',
    class extends HookedLibraryConnector {
      override async elementsChanged(): Promise<void> {
        await new Promise(() => undefined);
      }
    },
  ),
  fault(
    'waits for ever when the source cannot be read',
    'ends foldersChanged while the source cannot be read, and loses nothing by it',
    class extends HookedLibraryConnector {
      override async foldersChanged(): Promise<void> {
        await this.library.shelves(this.configuration.token).catch(() => new Promise(() => undefined));
      }
    },
  ),
  fault(
    'writes after its stop what it was told before',
    silent('openLineageEvent'),
    class extends HookedLibraryConnector {
      override async openLineageEvent(): Promise<void> {
        const qualifiedName = `Collection::${this.context.source}:event`;
        const write = () =>
          this.context.createElement({ typeName: 'Collection', qualifiedName }).catch(() => undefined);
        leftByHooks.push(setTimeout(write, 40));
      }
    },
  ),
  fault(
    'leaves a timer whenever it is told',
    silent('foldersChanged'),
    class extends HookedLibraryConnector {
      override async foldersChanged(): Promise<void> {
        leftByHooks.push(setInterval(() => undefined, 60_000).unref());
      }
    },
  ),
  fault(
    'does not tell its targets apart',
    'keeps what it finds on its catalog targets apart',
    class extends HookedLibraryConnector {
      protected override listing({ configuration }: CatalogTarget): LibraryConnector {
        return new LibraryConnector(this.context, configuration as LibraryConfiguration);
      }
    },
  ),
  fault(
    'goes on following a target that was taken away',
    'leaves nothing open of targets that come and go',
    class extends HookedLibraryConnector {
      protected override watch(target: CatalogTarget): void {
        super.watch(target);
        const timer = this.watches.get(target.name);
        if (timer !== undefined) leftByHooks.push(timer);
      }
      protected override unwatch(name: string): void {
        this.watches.delete(name);
      }
    },
  ),
];

function fault(mistake: string, foundBy: string, connector: HookedLibraryClass): PlantedFault {
  return { mistake, foundBy, definition: hookedProvider(connector) };
}
