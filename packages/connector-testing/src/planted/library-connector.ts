import {
  type BaseContext,
  type ConnectorDefinition,
  defineConnector,
  type GenericScope,
  type IntegrationConnector,
  type ProbeStep,
  type RefreshRun,
  type SourceItem,
  type Static,
  sourceUnreadable,
  Type,
} from '@isthmus/connector-sdk';
import { type Book, type Library, LibraryFault } from './library.js';

export const libraryConfiguration = Type.Object({
  library: Type.String({ minLength: 1, title: 'Library', description: 'Name of the library.' }),
  token: Type.String({ minLength: 1, secret: true, title: 'Token', description: 'What the library knows us by.' }),
});
export type LibraryConfiguration = Static<typeof libraryConfiguration>;

export type LibraryRun = RefreshRun<'catalog'>;

/** Libraries that are open, by name: what stands for a network in these tests. */
export const openLibraries = new Map<string, Library>();

/** A right connector: shelves are collections, books are assets on them. What is wrong is made by overriding one method. */
export class LibraryConnector implements IntegrationConnector<'catalog'> {
  constructor(
    protected readonly context: BaseContext,
    protected configuration: LibraryConfiguration,
  ) {}

  async refresh(run: LibraryRun): Promise<void> {
    const shelves = await this.shelves(run);
    const root = run.scope('shelves');
    for (const shelf of shelves) await this.put(root, this.shelfItem(shelf));
    run.signal.throwIfAborted();
    await root.complete();
    for (const shelf of shelves) await this.listShelf(run, shelf);
  }

  async probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    try {
      const shelves = await this.library.shelves(this.configuration.token, signal);
      return [{ name: 'reach', ok: true, message: `${shelves.length} shelves` }];
    } catch (error) {
      return [{ name: 'reach', ok: false, message: error instanceof Error ? error.message : 'no answer' }];
    }
  }

  async stop(): Promise<void> {}

  protected get library(): Library {
    return libraryNamed(this.configuration.library);
  }

  protected async shelves(run: LibraryRun): Promise<readonly string[]> {
    return this.library.shelves(this.configuration.token, run.signal);
  }

  protected async listShelf(run: LibraryRun, shelf: string): Promise<void> {
    const scope = run.scope(`shelf:${shelf}`);
    try {
      for await (const books of this.pages(run, shelf)) await this.tell(scope, shelf, books, run);
    } catch (error) {
      if (error instanceof LibraryFault && error.code === 'FORBIDDEN') return this.forbidden(scope, shelf);
      throw error;
    }
    run.signal.throwIfAborted();
    await scope.complete();
  }

  protected async *pages(run: LibraryRun, shelf: string): AsyncGenerator<readonly Book[]> {
    let from: number | undefined = 0;
    while (from !== undefined) {
      const page = await this.library.page(this.configuration.token, shelf, from, run.signal);
      yield page.books;
      from = page.next;
    }
  }

  protected async tell(scope: GenericScope, shelf: string, books: readonly Book[], run: LibraryRun): Promise<void> {
    const known = books.map((book) => ({ key: book.title, sourceVersion: this.version(book), book }));
    for (const { book } of await scope.keepKnown(known)) {
      run.signal.throwIfAborted();
      await this.put(scope, this.bookItem(shelf, book));
    }
  }

  protected put(scope: GenericScope, item: SourceItem): Promise<void> {
    return scope.put(item);
  }

  protected async forbidden(scope: GenericScope, shelf: string): Promise<void> {
    await scope.finding({ severity: 'warning', code: 'SHELF_CLOSED', message: `shelf ${shelf} may not be read` });
  }

  protected version(book: Book): string {
    return String(book.edition);
  }

  protected name(...path: readonly string[]): string {
    return `Collection::${this.context.source}:${path.map((part) => encodeURIComponent(part)).join(':')}`;
  }

  protected shelfItem(shelf: string): SourceItem {
    return {
      key: shelf,
      opens: `shelf:${shelf}`,
      elements: [{ typeName: 'Collection', qualifiedName: this.name(shelf), properties: { displayName: shelf } }],
    };
  }

  protected bookItem(shelf: string, book: Book): SourceItem {
    return {
      key: book.title,
      sourceVersion: this.version(book),
      elements: [
        {
          typeName: 'Collection',
          qualifiedName: this.name(shelf, book.title),
          properties: { displayName: book.title, description: book.text },
          parent: { relationshipTypeName: 'CollectionMembership', qualifiedName: this.name(shelf) },
        },
      ],
    };
  }
}

/** @throws SOURCE_UNREADABLE when there is none */
export function libraryNamed(name: string): Library {
  const library = openLibraries.get(name);
  if (library === undefined) throw sourceUnreadable(`there is no library ${name}`);
  return library;
}

export type LibraryClass = new (context: BaseContext, configuration: LibraryConfiguration) => LibraryConnector;

export type LibraryDefinition = ConnectorDefinition<'catalog', typeof libraryConfiguration>;

export function libraryProvider(connector: LibraryClass = LibraryConnector): LibraryDefinition {
  return defineConnector({
    kind: 'catalog',
    provider: 'library',
    version: 1,
    configuration: libraryConfiguration,
    create: (context, configuration) => new connector(context, configuration),
  });
}
