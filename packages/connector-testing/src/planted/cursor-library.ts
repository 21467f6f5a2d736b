import { LibraryConnector, type LibraryRun, libraryProvider } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

/** A right connector that goes on where its last run ended. */
export class CursorLibraryConnector extends LibraryConnector {
  override async refresh(run: LibraryRun): Promise<void> {
    const since = run.incremental ? Number(run.cursor) : Number.POSITIVE_INFINITY;
    const changes = await this.library.changes(this.configuration.token, since, run.signal);
    await this.before(run, changes.number);
    if (!run.incremental) await super.refresh(run);
    for (const { shelf, title, book } of changes.changed) {
      run.signal.throwIfAborted();
      const scope = run.scope(`shelf:${shelf}`);
      if (book !== undefined) await this.put(scope, this.bookItem(shelf, book));
      else await this.gone(run, shelf, title);
    }
    await run.saveCursor(changes.number);
  }

  protected async before(_run: LibraryRun, _number: number): Promise<void> {}

  protected async gone(run: LibraryRun, shelf: string, title: string): Promise<void> {
    await run.scope(`shelf:${shelf}`).gone(title);
  }
}

/** Mistakes in runs that go on from a cursor. */
export const cursorFaults: readonly PlantedFault[] = [
  {
    mistake: 'never tells what is gone when it goes on from its cursor',
    foundBy: 'comes from its cursor to what a full run finds',
    definition: libraryProvider(
      class extends CursorLibraryConnector {
        protected override async gone(): Promise<void> {}
      },
    ),
  },
  {
    mistake: 'saves its cursor before it has told what is new',
    foundBy: 'loses nothing when a run from its cursor fails',
    definition: libraryProvider(
      class extends CursorLibraryConnector {
        protected override async before(run: LibraryRun, number: number): Promise<void> {
          await run.saveCursor(number);
        }
      },
    ),
  },
];
