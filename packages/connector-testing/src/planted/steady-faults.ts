import type { GenericScope, SourceItem } from '@isthmus/connector-sdk';
import { CursorLibraryConnector } from './cursor-library.js';
import type { Book } from './library.js';
import {
  type LibraryClass,
  LibraryConnector,
  type LibraryRun,
  libraryProvider,
  openLibraries,
} from './library-connector.js';
import { librarySource } from './library-source.js';
import type { PlantedFault } from './planted-faults.js';

/** Mistakes that show only over several runs, or when the source changes in the middle of one. */
export const steadyFaults: readonly PlantedFault[] = [
  fault(
    'asks for items under another key than it sends them',
    'knows again what it has sent',
    class extends LibraryConnector {
      protected override async tell(
        scope: GenericScope,
        shelf: string,
        books: readonly Book[],
        run: LibraryRun,
      ): Promise<void> {
        for (const book of books) {
          run.signal.throwIfAborted();
          if (await scope.keep(`${shelf}/${book.title}`, this.version(book))) continue;
          await this.put(scope, this.bookItem(shelf, book));
        }
      }
    },
  ),
  fault(
    'asks for the next refresh in each refresh',
    'asks for no refresh by refreshing',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        await super.refresh(run);
        this.context.changed();
      }
    },
  ),
  fault(
    'publishes the same event in each refresh',
    'publishes nothing anew when nothing has changed',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        await super.refresh(run);
        this.context.publishOpenLineageEvent({ eventType: 'COMPLETE', job: { namespace: 'library', name: 'lend' } });
      }
    },
  ),
  fault(
    'says of no shelf which scope it opens',
    'ties what lies in a thing to it, so that it goes with it',
    class extends LibraryConnector {
      protected override shelfItem(shelf: string): SourceItem {
        const { opens: _opens, ...item } = super.shelfItem(shelf);
        return item;
      }
    },
  ),
  fault(
    'has names that do not depend on the source of its registration',
    'names things after the source of its registration',
    class extends LibraryConnector {
      protected override name(...path: readonly string[]): string {
        return `Collection::library:${path.map((part) => encodeURIComponent(part)).join(':')}`;
      }
    },
  ),
  fault(
    'writes to the console how far it is',
    'writes nothing to the console',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        await super.refresh(run);
        console.info('refreshed');
      }
    },
  ),
  fault(
    'tells only once that the source cannot be read',
    'fails when the source cannot be read, and removes nothing',
    class extends LibraryConnector {
      #isTold = false;
      override async refresh(run: LibraryRun): Promise<void> {
        try {
          await super.refresh(run);
          this.#isTold = false;
        } catch (error) {
          if (this.#isTold && !run.signal.aborted) return;
          this.#isTold = true;
          throw error;
        }
      }
    },
  ),
  fault(
    'asks where the history of its source stands when it has listed everything',
    'goes on from its cursor with what changed while it listed everything',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        if (run.incremental) return await new CursorLibraryConnector(this.context, this.configuration).refresh(run);
        await super.refresh(run);
        const { number } = await this.library.changes(this.configuration.token, 0, run.signal);
        await run.saveCursor(number);
      }
    },
  ),
  fault(
    'takes a rename for something new alone when it goes on from its cursor',
    'comes from its cursor to what a full run finds, also after a rename',
    class extends CursorLibraryConnector {
      protected override async gone(run: LibraryRun, shelf: string, title: string): Promise<void> {
        const { books } = await this.library.page(this.configuration.token, shelf, 0, run.signal);
        if (!books.some((book) => book.title.startsWith(title))) await super.gone(run, shelf, title);
      }
    },
  ),
];

/** Pages by number, and certifies what it read although a page shifted. Everything else about it is right. */
export const shiftingPages: PlantedFault = fault(
  'reads pages by number although the source changes meanwhile',
  'takes nothing for gone because something else went while it listed',
  LibraryConnector,
);

/** A library in which a book goes from before most of the others. */
export async function shiftingLibrarySource(): ReturnType<typeof librarySource> {
  const source = await librarySource();
  const library = openLibraries.get(source.configuration.library);
  return { ...source, remove: async () => library?.drop('novels', 'first') };
}

function fault(mistake: string, foundBy: string, connector: LibraryClass): PlantedFault {
  return { mistake, foundBy, definition: libraryProvider(connector) };
}
