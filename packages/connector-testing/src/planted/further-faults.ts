import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { GenericScope, ProbeStep, SourceItem } from '@isthmus/connector-sdk';
import { CursorLibraryConnector } from './cursor-library.js';
import type { Book } from './library.js';
import { LibraryConnector, type LibraryRun, libraryProvider } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

/** Further mistakes of connectors that look right in a first run. */
export const furtherFaults: readonly PlantedFault[] = [
  fault(
    'names books after their place on the shelf',
    'lets an item go that was removed, and no other',
    class extends LibraryConnector {
      readonly #places = new Map<string, number>();
      protected override async *pages(run: LibraryRun, shelf: string): AsyncGenerator<readonly Book[]> {
        let place = 0;
        for await (const books of super.pages(run, shelf)) {
          for (const { title } of books) this.#places.set(title, place++);
          yield books;
        }
      }
      protected override version(book: Book): string {
        return `${super.version(book)} ${this.#places.get(book.title)}`;
      }
      protected override bookItem(shelf: string, book: Book): SourceItem {
        return named(super.bookItem(shelf, book), this.name(shelf, `book ${this.#places.get(book.title)}`));
      }
    },
  ),
  fault(
    'has keys that are places in a list',
    'lets an item go that was removed, and no other',
    class extends LibraryConnector {
      protected override async tell(...[scope, shelf, books, run]: Tell): Promise<void> {
        for (const [place, book] of books.entries()) {
          run.signal.throwIfAborted();
          await this.put(scope, { ...this.bookItem(shelf, book), key: String(place) });
        }
      }
    },
  ),
  fault(
    'certifies a shelf before it has read its later pages',
    'lists a large source to its end',
    class extends LibraryConnector {
      protected override async listShelf(run: LibraryRun, shelf: string): Promise<void> {
        const scope = run.scope(`shelf:${shelf}`);
        let isCertified = false;
        for await (const books of this.pages(run, shelf)) {
          await this.tell(scope, shelf, books, run);
          if (!isCertified) await scope.complete();
          isCertified = true;
        }
      }
    },
  ),
  fault(
    'keeps in itself how far it has come, and is there before it has told',
    'loses nothing when a run from its cursor fails',
    class extends CursorLibraryConnector {
      #number = 0;
      override async refresh(run: LibraryRun): Promise<void> {
        const since = this.#number;
        const { number } = await this.library.changes(this.configuration.token, since, run.signal);
        this.#number = number;
        await super.refresh(goingOnFrom(run, since));
      }
    },
  ),
  fault(
    'says when it was seen last',
    'tells the same whatever the clock shows',
    class extends LibraryConnector {
      protected override bookItem(shelf: string, book: Book): SourceItem {
        return described(super.bookItem(shelf, book), `seen ${new Date().toISOString().slice(0, 10)}`);
      }
    },
  ),
  fault(
    'writes times as the clock on the wall shows them',
    'tells the same whatever the time zone',
    class extends LibraryConnector {
      protected override bookItem(shelf: string, book: Book): SourceItem {
        return described(
          super.bookItem(shelf, book),
          `printed ${new Date(Date.UTC(2026, 0, 31)).toLocaleString('en')}`,
        );
      }
    },
  ),
  fault(
    'reads times of its source as if they were of here',
    'tells the same whatever the time zone',
    class extends LibraryConnector {
      protected override bookItem(shelf: string, book: Book): SourceItem {
        return described(super.bookItem(shelf, book), `printed ${new Date('2026-01-31 12:00').toISOString()}`);
      }
    },
  ),
  fault(
    'names things after the machine',
    'names nothing after the machine that it runs on',
    class extends LibraryConnector {
      protected override name(...path: readonly string[]): string {
        return super.name(hostname(), ...path);
      }
    },
  ),
  fault(
    'keeps one list of shelves and books for all its instances',
    'keeps two sources apart',
    class extends LibraryConnector {
      protected override async *pages(run: LibraryRun, shelf: string): AsyncGenerator<readonly Book[]> {
        const known = allPages.get(shelf);
        if (known !== undefined) return yield* known;
        const pages: (readonly Book[])[] = [];
        for await (const books of super.pages(run, shelf)) pages.push(books);
        allPages.set(shelf, pages);
        yield* pages;
      }
    },
  ),
  fault(
    'certifies all shelves when it is asked for one',
    'loses nothing when it is asked for single scopes',
    class extends LibraryConnector {
      protected override async shelves(run: LibraryRun): Promise<readonly string[]> {
        const shelves = await super.shelves(run);
        return shelves.filter((shelf) => run.requested?.has(`shelf:${shelf}`) ?? true);
      }
    },
  ),
  fault(
    'prints its token',
    'never says its secrets',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        console.debug(`asking with ${this.configuration.token}`);
        await super.refresh(run);
      }
    },
  ),
  fault(
    'logs its token when the source fails',
    'never says its secrets',
    class extends LibraryConnector {
      protected override shelves(run: LibraryRun): Promise<readonly string[]> {
        return super.shelves(run).catch((error: unknown) => {
          this.context.log.warn('asking again later', { asked: { header: `Bearer ${this.configuration.token}` } });
          throw error;
        });
      }
    },
  ),
  fault(
    'probes on although nobody waits any more',
    'ends its start and its probe in time when they are aborted while the source is slow',
    class extends LibraryConnector {
      override probe(): Promise<readonly ProbeStep[]> {
        return super.probe(new AbortController().signal);
      }
    },
  ),
  fault(
    'starts on although it is to stop',
    'ends its start and its probe in time when they are aborted while the source is slow',
    class extends LibraryConnector {
      async start(): Promise<void> {
        for (let attempt = 0; attempt < 3; attempt += 1) await pause(1_500);
      }
    },
  ),
  fault(
    'has properties that its type has not',
    'says only what a metadata server takes',
    class extends LibraryConnector {
      protected override bookItem(shelf: string, book: Book): SourceItem {
        const item = super.bookItem(shelf, book);
        const [element, ...parts] = item.elements;
        const properties = { ...element.properties, numberOfPages: 12 };
        return { ...item, elements: [{ ...element, properties }, ...parts] };
      }
    },
  ),
];

type Tell = [scope: GenericScope, shelf: string, books: readonly Book[], run: LibraryRun];
const allPages = new Map<string, readonly (readonly Book[])[]>();

function fault(mistake: string, foundBy: string, connector: Parameters<typeof libraryProvider>[0]): PlantedFault {
  return { mistake, foundBy, definition: libraryProvider(connector) };
}

function named(item: SourceItem, qualifiedName: string): SourceItem {
  const [element, ...parts] = item.elements;
  return { ...item, elements: [{ ...element, qualifiedName }, ...parts] };
}

/** The same run with another cursor. */
function goingOnFrom(run: LibraryRun, cursor: number): LibraryRun {
  return new Proxy(run, {
    get(of, name) {
      const value: unknown = name === 'cursor' ? cursor : Reflect.get(of, name);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

function described(item: SourceItem, description: string): SourceItem {
  const [element, ...parts] = item.elements;
  return { ...item, elements: [{ ...element, properties: { ...element.properties, description } }, ...parts] };
}
