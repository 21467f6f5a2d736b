import { type Clock, isAbort, type Logger, type Scheduled, toErrorReport } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';

/** Every group of the metadata access server, or the names given. */
export type GroupSelection = readonly string[];

const pageSize = 500;
/** More groups than this on one server are not followed. */
const mostGroups = 5000;

/**
 * Finds the names of the groups to watch when the selection says "*". A group that is no longer listed is no business
 * of the directory: its watcher finds out by itself, under its guard.
 */
export class GroupDirectory {
  readonly #names = new Set<string>();
  #timer: Scheduled | undefined;
  #reading: Promise<void> | undefined;
  #again = false;
  #hasTooMany = false;
  readonly #closed = new AbortController();

  constructor(
    private readonly store: Pick<MetadataStore, 'find'>,
    private selection: GroupSelection,
    private readonly pollMs: number,
    private readonly clock: Clock,
    private readonly logger: Logger,
    /** Called for each name that is new; may be called again for a name that was `forget`ten. */
    private readonly onName: (qualifiedName: string) => void,
  ) {}

  /** Names known from the journal or the configuration are there before the server answers. */
  start(known: readonly string[]): void {
    for (const name of [...this.selection.filter((name) => name !== '*'), ...known]) this.#add(name);
    void this.look();
  }

  /** From now on these; names that are new are there at once. Nothing is said of those that are no longer selected. */
  select(selection: GroupSelection): void {
    this.selection = selection;
    for (const name of selection.filter((each) => each !== '*')) this.#add(name);
    void this.look();
  }

  /** Whether this daemon would watch a group of this name. */
  selects(qualifiedName: string): boolean {
    return this.selection.includes('*') || this.selection.includes(qualifiedName);
  }

  /** Reads the list now. Calls during a reading lead to one more. */
  look(): Promise<void> {
    if (!this.selection.includes('*') || this.#closed.signal.aborted) return Promise.resolve();
    if (this.#reading !== undefined) {
      this.#again = true;
      return this.#reading;
    }
    this.#timer?.cancel();
    this.#reading = this.#readUntilSettled().finally(() => {
      this.#reading = undefined;
      if (!this.#closed.signal.aborted) this.#timer = this.clock.schedule(this.pollMs, () => void this.look());
    });
    return this.#reading;
  }

  /** The group is gone and nothing of it runs any more; should it come back it is new. */
  forget(qualifiedName: string): void {
    if (!this.selection.includes(qualifiedName)) this.#names.delete(qualifiedName);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#timer?.cancel();
    await this.#reading;
  }

  async #readUntilSettled(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#read();
      } catch (error) {
        if (!isAbort(error)) this.logger.debug('the list of groups could not be read', { error: toErrorReport(error) });
      }
    } while (this.#again && !this.#closed.signal.aborted);
  }

  async #read(): Promise<void> {
    let before: string | undefined;
    for (let startFrom = 0; startFrom < mostGroups; startFrom += pageSize) {
      const page = await this.store.find(
        undefined,
        { typeName: 'IntegrationGroup', startFrom, pageSize, sequencingOrder: 'CREATION_DATE_OLDEST' },
        this.#closed.signal,
      );
      // A server that begins each page anew has told all that it tells.
      if (page.length === 0 || page[0]?.guid === before) return;
      before = page[0]?.guid;
      for (const element of page) {
        const name = element.properties.qualifiedName;
        if (typeof name === 'string') this.#add(name);
      }
    }
    if (this.#hasTooMany) return;
    this.#hasTooMany = true;
    this.logger.warn('more groups than are followed', { limit: mostGroups });
  }

  #add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.onName(name);
  }
}
