import {
  type DirectedDefinition,
  defineConnector,
  type IntegrationConnector,
  type OmisContexts,
  type OpenLineageEvent,
  type ReadingContexts,
  type ReadingRun,
  type SupportedKind,
} from '@isthmus/connector-sdk';
import { contractFailures } from './contract-failures.js';
import {
  type LibraryConfiguration,
  LibraryConnector,
  type LibraryRun,
  libraryConfiguration,
  libraryNamed,
  libraryProvider,
} from './library-connector.js';
import { librarySource } from './library-source.js';

/** Lists nothing: writes what it is told. */
class ListeningConnector implements IntegrationConnector<'lineage'> {
  constructor(private readonly context: OmisContexts['lineage']) {}

  async openLineageEvent({ event }: OpenLineageEvent): Promise<void> {
    const { job } = event;
    if (typeof job !== 'object' || job === null || !('name' in job)) return;
    const qualifiedName = `Process::${this.context.source}:${String(job.name)}`;
    await this.context.createElement({ typeName: 'Process', qualifiedName, properties: { displayName: 'a job' } });
  }
}

class WaitingConnector implements IntegrationConnector<'topic'> {
  async engage(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
}

/** Makes elements by operations, in no scope. */
class OperatingConnector extends LibraryConnector {
  override async refresh(run: LibraryRun): Promise<void> {
    for (const shelf of await this.shelves(run)) {
      run.signal.throwIfAborted();
      const properties = { displayName: shelf };
      await this.context.createElement({ typeName: 'Collection', qualifiedName: this.name(shelf), properties });
    }
  }
}

/** Only carries to its third party. */
class OutwardConnector implements IntegrationConnector<'search', 'TO_THIRD_PARTY'> {
  constructor(
    private readonly context: ReadingContexts['search'],
    private readonly configuration: LibraryConfiguration,
  ) {}

  async refresh({ signal, mode }: ReadingRun<'search'>): Promise<void> {
    const { library, token } = this.configuration;
    await libraryNamed(library).shelves(token, signal);
    const { elements } = await this.context.findElements({ typeName: 'Collection' });
    signal.throwIfAborted();
    if (mode === 'apply') for (const _element of elements) libraryNamed(library).note();
  }
}

/** Everything of one sort in one scope, which is listed whatever is there. */
class SortedConnector extends LibraryConnector {
  override async refresh(run: LibraryRun): Promise<void> {
    const shelves = await this.shelves(run);
    const ofShelves = run.scope('shelves');
    for (const shelf of shelves) {
      const { opens: _opens, ...item } = this.shelfItem(shelf);
      await this.put(ofShelves, item);
    }
    run.signal.throwIfAborted();
    await ofShelves.complete();
    const ofBooks = run.scope('books');
    for (const shelf of shelves) {
      try {
        for await (const books of this.pages(run, shelf))
          for (const book of books) {
            run.signal.throwIfAborted();
            await this.put(ofBooks, { ...this.bookItem(shelf, book), key: JSON.stringify([shelf, book.title]) });
          }
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'FORBIDDEN')) throw error;
        await ofBooks.finding({ severity: 'error', code: 'SHELF_CLOSED', message: `shelf ${shelf} may not be read` });
      }
    }
    run.signal.throwIfAborted();
    await ofBooks.complete();
  }
}

/** Where one listing fails the others are under way, and are not waited for. */
class SideBySideConnector extends LibraryConnector {
  override async refresh(run: LibraryRun): Promise<void> {
    const shelves = await this.shelves(run);
    const root = run.scope('shelves');
    for (const shelf of shelves) await this.put(root, this.shelfItem(shelf));
    run.signal.throwIfAborted();
    await root.complete();
    await Promise.all(shelves.map((shelf) => this.listShelf(run, shelf)));
  }
}

/** Tells of an operation that was refused, and goes on. */
class TellingConnector extends LibraryConnector {
  override async refresh(run: LibraryRun): Promise<void> {
    await super.refresh(run);
    try {
      const properties = { displayName: 'all of it' };
      await this.context.createElement({ typeName: 'Collection', qualifiedName: this.name('whole'), properties });
    } catch (error) {
      run.signal.throwIfAborted();
      await run.finding({ severity: 'error', code: 'NOT_WRITTEN', message: String(error) });
    }
  }
}

const plain = { version: 1, configuration: libraryConfiguration };

const hearing = defineConnector({
  ...plain,
  kind: 'lineage',
  provider: 'hearing',
  create: (context) => new ListeningConnector(context),
});
const outward = defineConnector({
  ...plain,
  kind: 'search',
  direction: 'TO_THIRD_PARTY',
  provider: 'outward',
  create: (context, configuration) => new OutwardConnector(context, configuration),
});

/** Right connectors of unusual shapes, in which the contract finds nothing: what runs it over each. */
export const rightShapes: readonly { readonly shape: string; readonly failures: () => Failures }[] = [
  right('only hears events', hearing),
  right(
    'only waits',
    defineConnector({ ...plain, kind: 'topic', provider: 'waiting', create: () => new WaitingConnector() }),
  ),
  right('has no hooks at all', defineConnector({ ...plain, kind: 'catalog', provider: 'idle', create: () => ({}) })),
  right('writes by operations alone', libraryProvider(OperatingConnector)),
  right('only carries to its third party', outward),
  right('has a scope for each sort of thing', libraryProvider(SortedConnector)),
  right('tells of a refused operation and goes on', libraryProvider(TellingConnector)),
  right('lists its shelves side by side', libraryProvider(SideBySideConnector)),
];

type Failures = ReturnType<typeof contractFailures>;

function right<K extends SupportedKind>(
  shape: string,
  definition: DirectedDefinition<K, typeof libraryConfiguration>,
): (typeof rightShapes)[number] {
  const isWanted = (name: string) => !name.startsWith('keeps no memory');
  return { shape, failures: () => contractFailures(definition, librarySource, isWanted) };
}
