import { type Clock, IsthmusError, type Logger } from '@isthmus/kernel';
import type { GroupKey, MetadataStore } from '@isthmus/model';
import type { ConnectorFleet } from '../fleet/connector-fleet.js';
import type { GroupStatus } from '../groups/group-status.js';
import type { GroupJournal } from '../journal/journal.js';
import { GroupDirectory, type GroupSelection } from './group-directory.js';

/** A watcher as the daemon holds it; one per group. */
export interface WatchedGroup {
  start(): Promise<void>;
  /** Reads the group soon. */
  nudge(): void;
  /** Resolves when a reading that began after this call has ended, well or not, or after `waitMs`. */
  read(waitMs: number): Promise<void>;
  confirm(by: string): Promise<void>;
  status(): GroupStatus;
  close(signal: AbortSignal): Promise<void>;
}

export interface WatchedGroupsParts {
  readonly metadataServer: { readonly name: string };
  readonly store: MetadataStore;
  readonly fleet: Pick<ConnectorFleet, 'registrations' | 'dropGroup'>;
  readonly journal: GroupJournal;
  readonly watch: (key: GroupKey) => WatchedGroup;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: { readonly groups: GroupSelection; readonly groupPollMs: number };
}

/** Who no longer watches waits at most so long for a reading that is on. */
const closeMs = 3000;

/** Which groups a daemon watches, and how they come and go: by its selection, by the server's list, by being gone. */
export class WatchedGroups {
  readonly #parts: WatchedGroupsParts;
  readonly #watchers = new Map<string, WatchedGroup>();
  readonly #directory: GroupDirectory;
  #selection: GroupSelection;

  constructor(parts: WatchedGroupsParts) {
    this.#parts = parts;
    const { store, clock, logger, options } = parts;
    this.#selection = options.groups;
    this.#directory = new GroupDirectory(store, options.groups, options.groupPollMs, clock, logger, (name) =>
      this.#watch(name),
    );
  }

  get selection(): GroupSelection {
    return this.#selection;
  }

  /** @param known - names from the journal; those that are selected are watched before the server answers */
  start(known: readonly string[]): void {
    this.#directory.start(known.filter((name) => this.selects(name)));
  }

  /** Whether a group of this name would be watched. */
  selects(qualifiedName: string): boolean {
    return this.#directory.selects(qualifiedName);
  }

  /** See `RunningDaemon.select`. */
  async select(groups: GroupSelection): Promise<void> {
    this.#selection = groups;
    this.#directory.select(groups);
    const gone = [...this.#watchers.keys()].filter((name) => !this.selects(name));
    for (const name of gone) {
      // closed first: a reading that is on would hold the connectors to its list again
      await this.#stopWatching(name);
      await this.#parts.fleet.dropGroup(this.#keyOf(name));
      this.#parts.logger.info('group is no longer configured; its connectors stop', { group: name });
    }
  }

  /** Reads the server's list of groups now. */
  look(): Promise<void> {
    return this.#directory.look();
  }

  /** Something of this group was written; undefined: of any group. */
  nudge(groupName?: string): void {
    for (const [name, watcher] of this.#watchers) if (groupName === undefined || name === groupName) watcher.nudge();
    if (groupName === undefined) void this.#directory.look();
  }

  all(): readonly WatchedGroup[] {
    this.dropGone();
    return [...this.#watchers.values()];
  }

  /** Throws GROUP_NOT_FOUND. */
  get(qualifiedName: string): WatchedGroup {
    this.dropGone();
    const watcher = this.find(qualifiedName);
    if (watcher === undefined)
      throw new IsthmusError('GROUP_NOT_FOUND', `this daemon runs no group named ${qualifiedName}`, {
        details: { group: qualifiedName },
      });
    return watcher;
  }

  find(qualifiedName: string): WatchedGroup | undefined {
    return this.#watchers.get(qualifiedName);
  }

  /** Groups that are gone with all they ran: no longer shown. One named in the configuration stays, as missing. */
  dropGone(): void {
    for (const [name, watcher] of this.#watchers) {
      if (
        watcher.status().state !== 'missing' ||
        this.#selection.includes(name) ||
        this.#parts.fleet.registrations(name).length > 0
      )
        continue;
      void this.#stopWatching(name);
    }
  }

  /** What runs goes on. */
  async close(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#directory.close(),
      ...[...this.#watchers.values()].map((watcher) => watcher.close(signal)),
    ]);
  }

  #watch(qualifiedName: string): void {
    const watcher = this.#parts.watch(this.#keyOf(qualifiedName));
    this.#watchers.set(qualifiedName, watcher);
    watcher.start().catch((error: unknown) =>
      this.#parts.logger.error('a group does not run yet what it ran before; it is tried again', {
        group: qualifiedName,
        error,
      }),
    );
  }

  async #stopWatching(name: string): Promise<void> {
    const watcher = this.#watchers.get(name);
    this.#watchers.delete(name);
    this.#directory.forget(name);
    const forgotten = this.#parts.journal.forgetAccepted(this.#keyOf(name));
    await Promise.all([
      watcher?.close(AbortSignal.timeout(closeMs)),
      forgotten.catch((error: unknown) =>
        this.#parts.logger.warn('an old list could not be forgotten', { group: name, error }),
      ),
    ]);
  }

  #keyOf(qualifiedName: string): GroupKey {
    return { server: this.#parts.metadataServer.name, qualifiedName };
  }
}
