import { setTimeout as pause } from 'node:timers/promises';
import type { CatalogTarget, ElementChanges, OpenLineageEvent } from '@isthmus/connector-sdk';
import { type HookedLibraryClass, HookedLibraryConnector, hookedProvider } from './hooked-library.js';
import type { Book } from './library.js';
import { type LibraryConfiguration, LibraryConnector, type LibraryRun } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

const toRest = (hook: string) => `comes to rest with what ${hook} tells`;
const lineage = 'takes what openLineageEvent tells, also twice, and leaves it as it is';
const rests = 'rests while it waits for events';
const ofTarget = 'asks the source of its target, also when that leads elsewhere now';

/** Mistakes in what a connector does with what it is told, while it waits, and on its targets. */
export const toldFaults: readonly PlantedFault[] = [
  fault(
    'writes something else each time it is told of a change',
    toRest('elementsChanged'),
    class extends HookedLibraryConnector {
      override async elementsChanged({ elements }: ElementChanges): Promise<void> {
        for (const { guid } of elements) {
          const element = { guid };
          if ((await this.context.getElement({ element })) === undefined) continue;
          await this.context.updateElement({ element, properties: { description: `seen ${performance.now()}` } });
        }
      }
    },
  ),
  fault(
    'publishes again what was published',
    toRest('openLineageEvent'),
    class extends HookedLibraryConnector {
      override async openLineageEvent({ event }: OpenLineageEvent): Promise<void> {
        this.context.publishOpenLineageEvent({ ...event, producer: 'https://library.example' });
      }
    },
  ),
  fault(
    'needs the inputs of an event',
    lineage,
    class extends HookedLibraryConnector {
      override async openLineageEvent({ event }: OpenLineageEvent): Promise<void> {
        for (const input of event.inputs as readonly unknown[]) if (input === undefined) this.context.changed();
      }
    },
  ),
  fault(
    'needs the job of an event',
    lineage,
    class extends HookedLibraryConnector {
      override async openLineageEvent({ event }: OpenLineageEvent): Promise<void> {
        const { name } = event.job as { readonly name: string };
        if (name === '') this.context.changed();
      }
    },
  ),
  fault(
    'forgets in the middle of a refresh what that needs, once it is told of a change',
    'takes what elementsChanged tells in the middle of a refresh',
    class extends HookedLibraryConnector {
      #editions: Map<string, number> | undefined;
      override async refresh(run: LibraryRun): Promise<void> {
        this.#editions = new Map();
        await super.refresh(run);
      }
      protected override version({ title, edition }: Book): string {
        if (this.#editions === undefined) throw new Error('editions are not there');
        this.#editions.set(title, edition);
        return String(edition);
      }
      override async elementsChanged(): Promise<void> {
        this.#editions = undefined;
      }
    },
  ),
  fault(
    'keeps the processor busy while it is engaged',
    rests,
    class extends HookedLibraryConnector {
      override async engage(signal: AbortSignal): Promise<void> {
        while (!signal.aborted) await new Promise((resolve) => setImmediate(resolve));
      }
    },
  ),
  fault(
    'asks for a refresh all the time while it is engaged',
    rests,
    class extends HookedLibraryConnector {
      override async engage(signal: AbortSignal): Promise<void> {
        while (!signal.aborted) {
          await pause(1);
          for (let time = 0; time < 10; time += 1) this.context.changed();
        }
      }
    },
  ),
  fault(
    'reads its own source for each target',
    ofTarget,
    class extends HookedLibraryConnector {
      protected override listing({ source }: CatalogTarget): LibraryConnector {
        return new LibraryConnector({ ...this.context, source }, this.configuration);
      }
    },
  ),
  fault(
    'goes on reading what a target led to at first',
    ofTarget,
    class extends HookedLibraryConnector {
      readonly #listings = new Map<string, LibraryConnector>();
      protected override listing(target: CatalogTarget<LibraryConfiguration>): LibraryConnector {
        const known = this.#listings.get(target.name) ?? super.listing(target);
        this.#listings.set(target.name, known);
        return known;
      }
    },
  ),
];

function fault(mistake: string, foundBy: string, connector: HookedLibraryClass): PlantedFault {
  return { mistake, foundBy, definition: hookedProvider(connector) };
}
