import { setTimeout as pause } from 'node:timers/promises';
import {
  type ConnectorDefinition,
  defineConnector,
  type GenericScope,
  type SourceItem,
  type TSchema,
  Type,
} from '@isthmus/connector-sdk';
import { type Book, LibraryFault } from './library.js';
import { LibraryConnector, type LibraryRun, libraryConfiguration, libraryProvider } from './library-connector.js';

/** A connector with one mistake that people make, and the test of the contract that is to find it. */
export interface PlantedFault {
  readonly mistake: string;
  readonly definition: ConnectorDefinition<'catalog', TSchema>;
  readonly foundBy: string;
}

/** Each is the right connector but for what it overrides. */
export const plantedFaults: readonly PlantedFault[] = [
  planted(
    'certifies a shelf whose listing broke off',
    'removes nothing when the listing breaks off halfway',
    class extends LibraryConnector {
      protected override async *pages(run: LibraryRun, shelf: string): AsyncGenerator<readonly Book[]> {
        try {
          yield* super.pages(run, shelf);
        } catch (error) {
          if (error instanceof LibraryFault && error.code === 'BROKEN') return;
          throw error;
        }
      }
    },
  ),
  planted(
    'takes a source that does not answer for an empty one',
    'fails when the source cannot be read, and removes nothing',
    class extends LibraryConnector {
      protected override shelves(run: LibraryRun): Promise<readonly string[]> {
        return super.shelves(run).catch(() => []);
      }
    },
  ),
  planted(
    'goes on after an abort',
    'ends when it is aborted at any of its calls, and certifies nothing afterwards',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        await super.refresh({ ...run, signal: new AbortController().signal }).catch(() => undefined);
      }
    },
  ),
  planted(
    'certifies a shelf when it is aborted',
    'ends when it is aborted at any of its calls, and certifies nothing afterwards',
    class extends LibraryConnector {
      protected override async listShelf(run: LibraryRun, shelf: string): Promise<void> {
        try {
          await super.listShelf(run, shelf);
        } catch (error) {
          run
            .scope(`shelf:${shelf}`)
            .complete()
            .catch(() => undefined);
          throw error;
        }
      }
    },
  ),
  planted(
    'waits for a slow source although it was aborted',
    'ends in time when it is aborted while the source is slow',
    class extends LibraryConnector {
      protected override shelves(): Promise<readonly string[]> {
        return this.library.shelves(this.configuration.token);
      }
    },
  ),
  planted(
    'leaves a timer running',
    'leaves nothing open when it is stopped, once or twice, also after a failure',
    class extends LibraryConnector {
      async start(): Promise<void> {
        leftTimers.push(setInterval(() => undefined, 60_000));
      }
    },
  ),
  planted(
    'cannot be stopped twice',
    'leaves nothing open when it is stopped, once or twice, also after a failure',
    class extends LibraryConnector {
      #stopped = false;
      override async stop(): Promise<void> {
        if (this.#stopped) throw new Error('stopped already');
        this.#stopped = true;
      }
    },
  ),
  planted(
    'needs to have been started before it can be stopped',
    'can be stopped without having been started',
    class extends LibraryConnector {
      #session: { close(): void } | undefined;
      async start(): Promise<void> {
        this.#session = { close: () => undefined };
      }
      override async stop(): Promise<void> {
        if (this.#session === undefined) throw new TypeError('there is no session');
        this.#session.close();
      }
    },
  ),
  planted(
    'numbers what it names',
    'changes nothing in a second refresh',
    class extends LibraryConnector {
      #number = 0;
      protected override version(book: Book): string {
        this.#number += 1;
        return `${book.edition} ${this.#number}`;
      }
      protected override bookItem(shelf: string, book: Book): SourceItem {
        return withName(super.bookItem(shelf, book), `${this.name(shelf, book.title)}#${this.#number}`);
      }
    },
  ),
  planted(
    'makes another element by an operation each time',
    'changes nothing in a second refresh',
    class extends LibraryConnector {
      #number = 0;
      override async refresh(run: LibraryRun): Promise<void> {
        await super.refresh(run);
        this.#number += 1;
        const qualifiedName = `Collection::${this.context.source}:visit ${this.#number}`;
        await this.context.createElement({ typeName: 'Collection', qualifiedName });
      }
    },
  ),
  planted(
    'names things after the year of the day',
    'tells the same whatever the clock shows',
    class extends LibraryConnector {
      protected override version(book: Book): string {
        return `${book.edition} ${new Date().getUTCFullYear()}`;
      }
      protected override bookItem(shelf: string, book: Book): SourceItem {
        return withName(super.bookItem(shelf, book), this.name(shelf, book.title, String(new Date().getUTCFullYear())));
      }
    },
  ),
  planted(
    'lists in another order each time',
    'says the same whichever instance is asked',
    class extends LibraryConnector {
      protected override async shelves(run: LibraryRun): Promise<readonly string[]> {
        const shelves = await super.shelves(run);
        orderTurn += 1;
        return orderTurn % 2 === 0 ? shelves : [...shelves].reverse();
      }
    },
  ),
  planted(
    'never certifies its shelves',
    'certifies every scope that it opens',
    class extends LibraryConnector {
      protected override async listShelf(run: LibraryRun, shelf: string): Promise<void> {
        const scope = run.scope(`shelf:${shelf}`);
        for await (const books of this.pages(run, shelf)) await this.tell(scope, shelf, books, run);
      }
    },
  ),
  planted(
    'forgets shelves that it has listed before',
    'lets an item go that was removed, and no other',
    class extends LibraryConnector {
      readonly #listed = new Set<string>();
      protected override async listShelf(run: LibraryRun, shelf: string): Promise<void> {
        if (this.#listed.has(shelf)) return;
        await super.listShelf(run, shelf);
        this.#listed.add(shelf);
      }
    },
  ),
  planted(
    'swallows what the host refuses',
    'fails when the host refuses any of its calls, and works again afterwards',
    class extends LibraryConnector {
      protected override put(scope: GenericScope, item: SourceItem): Promise<void> {
        return super.put(scope, item).catch(() => undefined);
      }
    },
  ),
  planted(
    'keeps every book that it ever saw',
    'keeps no memory of what it has listed',
    class extends LibraryConnector {
      readonly #seen: unknown[] = [];
      protected override async tell(
        scope: GenericScope,
        shelf: string,
        books: readonly Book[],
        run: LibraryRun,
      ): Promise<void> {
        this.#seen.push(...books.map((book) => ({ shelf, book, told: this.bookItem(shelf, book) })));
        await super.tell(scope, shelf, books, run);
      }
    },
  ),
  planted(
    'does not wait for its host',
    'waits for its host',
    class extends LibraryConnector {
      readonly #puts: Promise<void>[] = [];
      override async refresh(run: LibraryRun): Promise<void> {
        try {
          await super.refresh(run);
        } finally {
          await Promise.all(this.#puts.splice(0));
        }
      }
      protected override async put(scope: GenericScope, item: SourceItem): Promise<void> {
        const put = super.put(scope, item);
        put.catch(() => undefined);
        this.#puts.push(put);
      }
    },
  ),
  planted(
    'still tells of items when its refresh has ended',
    'says nothing more once its refresh has ended',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        await super.refresh(run);
        const late = async (): Promise<void> => {
          await pause(1);
          await run.scope('shelves').put(this.shelfItem('afterwards'));
        };
        late().catch(() => undefined);
      }
    },
  ),
  planted(
    'writes to its source although it may only read',
    'leaves the source as it is',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        this.library.note();
        await super.refresh(run);
      }
    },
  ),
  planted(
    'shares a session between its instances',
    'does not disturb another instance beside it',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        if (sharedSessions.get(this.configuration.library) === 'closed') throw new Error('the session is closed');
        sharedSessions.set(this.configuration.library, 'open');
        await super.refresh(run);
      }
      override async stop(): Promise<void> {
        sharedSessions.set(this.configuration.library, 'closed');
      }
    },
  ),
  planted(
    'changes an item after it has sent it',
    'changes neither its configuration nor what it has told',
    class extends LibraryConnector {
      readonly #item: { key: string; elements: SourceItem['elements'] } = {
        key: '',
        elements: [{ typeName: 'Collection', qualifiedName: 'none', properties: {} }],
      };
      protected override put(scope: GenericScope, item: SourceItem): Promise<void> {
        if (item.opens !== undefined) return super.put(scope, item);
        Object.assign(this.#item, item);
        return super.put(scope, this.#item);
      }
    },
  ),
  planted(
    'changes its configuration',
    'changes neither its configuration nor what it has told',
    class extends LibraryConnector {
      async start(): Promise<void> {
        Object.assign(this.configuration, { startedBefore: true });
      }
    },
  ),
  planted(
    'keeps the event loop to itself',
    'lets others have their turn',
    class extends LibraryConnector {
      protected override shelfItem(shelf: string): SourceItem {
        const until = performance.now() + 400;
        while (performance.now() < until);
        return super.shelfItem(shelf);
      }
    },
  ),
  planted(
    'names books before their shelf',
    'names every parent before what refers to it',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        const shelves = await this.shelves(run);
        for (const shelf of shelves) await this.listShelf(run, shelf);
        const root = run.scope('shelves');
        for (const shelf of shelves) await this.put(root, this.shelfItem(shelf));
        await root.complete();
      }
    },
  ),
  planted(
    'takes what it may no longer read as gone',
    'keeps what it may no longer read, and tells so',
    class extends LibraryConnector {
      protected override async forbidden(scope: GenericScope): Promise<void> {
        await scope.complete();
      }
    },
  ),
  planted(
    'says nothing of what it may not read',
    'keeps what it may no longer read, and tells so',
    class extends LibraryConnector {
      protected override async forbidden(): Promise<void> {}
    },
  ),
  planted(
    'reads the first page alone',
    'lists a large source to its end',
    class extends LibraryConnector {
      protected override async *pages(run: LibraryRun, shelf: string): AsyncGenerator<readonly Book[]> {
        for await (const books of super.pages(run, shelf)) {
          yield books;
          return;
        }
      }
    },
  ),
  planted(
    'takes every book for unchanged',
    'tells of an item that changed',
    class extends LibraryConnector {
      protected override version(): string {
        return 'as ever';
      }
    },
  ),
  planted(
    'does not tell names apart that differ in signs or letter case',
    'tells names apart, however odd',
    class extends LibraryConnector {
      protected override bookItem(shelf: string, book: Book): SourceItem {
        return { ...super.bookItem(shelf, book), key: book.title.toLowerCase().replace(/\W+/g, '-') };
      }
    },
  ),
  planted(
    'believes that a preview was written',
    'tells an apply after a preview everything again',
    class extends LibraryConnector {
      readonly #told = new Set<string>();
      protected override async put(scope: GenericScope, item: SourceItem): Promise<void> {
        const name = `${item.elements[0].qualifiedName} ${item.sourceVersion}`;
        if (this.#told.has(name) && (await scope.keep(item.key, item.sourceVersion ?? ''))) return;
        if (this.#told.has(name))
          return scope.finding({ severity: 'info', code: 'TOLD', message: 'told before', key: item.key });
        this.#told.add(name);
        await super.put(scope, item);
      }
    },
  ),
  planted(
    'writes its token into what it catalogues',
    'never says its secrets',
    class extends LibraryConnector {
      protected override shelfItem(shelf: string): SourceItem {
        const item = super.shelfItem(shelf);
        const [element] = item.elements;
        const url = `https://library.example/${shelf}?token=${this.configuration.token}`;
        return { ...item, elements: [{ ...element, properties: { ...element.properties, url } }] };
      }
    },
  ),
  planted(
    'has its token in the messages of its errors',
    'never says its secrets',
    class extends LibraryConnector {
      protected override shelves(run: LibraryRun): Promise<readonly string[]> {
        return super.shelves(run).catch((error: unknown) => {
          throw new Error(`no answer to ${this.configuration.token}`, { cause: error });
        });
      }
    },
  ),
  planted(
    'finds nothing wrong in its probe, ever',
    'probes a source that cannot be read in a step that fails, with a message',
    class extends LibraryConnector {
      override async probe(): Promise<
        readonly [{ readonly name: 'reach'; readonly ok: true; readonly message: string }]
      > {
        return [{ name: 'reach', ok: true, message: 'well' }];
      }
    },
  ),
  {
    mistake: 'has a configuration that takes anything',
    foundBy: 'takes the configuration of its tests, and names each field whose value is wrong',
    definition: defineConnector({
      kind: 'catalog',
      provider: 'library',
      version: 1,
      configuration: Type.Object({ ...libraryConfiguration.properties, library: Type.Any() }),
      create: (context, configuration) => new LibraryConnector(context, configuration),
    }),
  },
  planted(
    'sends a live object',
    'says in a first refresh what is there, each name once',
    class extends LibraryConnector {
      protected override bookItem(shelf: string, book: Book): SourceItem {
        const item = super.bookItem(shelf, book);
        const [element] = item.elements;
        const properties = { ...element.properties, additionalProperties: new Shout(book.title) };
        return { ...item, elements: [{ ...element, properties }] };
      }
    },
  ),
];

/** Timers that a planted fault has left, so that whoever runs it can end them. */
export const leftTimers: NodeJS.Timeout[] = [];
const sharedSessions = new Map<string, 'open' | 'closed'>();
let orderTurn = 0;

/** An object with a method: plain data to the compiler, not to a message. */
class Shout {
  readonly [name: string]: string;
  constructor(title: string) {
    Object.defineProperty(this, 'title', { value: title, enumerable: true });
    Object.defineProperty(this, 'toJSON', { value: () => title.toUpperCase() });
  }
}

function planted(mistake: string, foundBy: string, connector: Parameters<typeof libraryProvider>[0]): PlantedFault {
  return { mistake, foundBy, definition: libraryProvider(connector) };
}

function withName(item: SourceItem, qualifiedName: string): SourceItem {
  const [element, ...parts] = item.elements;
  return { ...item, elements: [{ ...element, qualifiedName }, ...parts] };
}
