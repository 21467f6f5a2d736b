import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { FilesContext, IntegrationConnector, ProbeStep, RefreshRun } from '@isthmus/connector-sdk';
import { nodeTimers, orAborted, ProbeSteps, patternFilter, type Timers } from '@isthmus/connector-sdk/helpers';
import { Value } from 'typebox/value';
import { EntryDescriber } from './entry-describer.js';
import { codeOf, type FileSystem } from './file-system.js';
import { absoluteRoot, type FilesConfiguration, filesConfiguration } from './files-config.js';
import { folderScope } from './folder-listing.js';
import { FolderWalk } from './folder-walk.js';
import { FolderWatch } from './folder-watch.js';
import { HardLinks } from './hard-links.js';
import { openRoot } from './source-root.js';
import { threadedFileSystem } from './threaded-file-system.js';

/** Keeps the catalogue in step with a folder. */
export class FilesConnector implements IntegrationConnector<'files'> {
  readonly #root: string;
  #configuration: FilesConfiguration;
  #filter: ReturnType<typeof patternFilter>;
  #describer: EntryDescriber;
  #watch: FolderWatch;
  readonly #links = new HardLinks();
  /** What changed while nobody watched is unknown, so the first walk and every one after a failure sees everything. */
  #sawEverything = false;

  constructor(
    private readonly context: FilesContext,
    configuration: FilesConfiguration,
    private readonly fileSystem: FileSystem = threadedFileSystem,
    private readonly timers: Timers = nodeTimers,
  ) {
    this.#configuration = configuration;
    this.#root = absoluteRoot(configuration.root);
    this.#filter = patternFilter(configuration);
    this.#describer = new EntryDescriber(fileSystem, this.#root, configuration);
    this.#watch = this.#newWatch();
  }

  async probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    const probe = new ProbeSteps(signal, (error) => codeOf(error) || String(error));
    const { excludedPaths } = this.context;
    await probe.try('reach', `${this.#root} is a folder`, () => openRoot(this.fileSystem, this.#root, excludedPaths));
    await probe.try('authorise', `${this.#root} can be listed`, () =>
      access(this.#root, constants.R_OK | constants.X_OK),
    );
    await probe.try('sample', 'a first entry was read', async () => {
      for await (const _name of this.fileSystem.names(this.#root)) break;
    });
    return probe.steps;
  }

  async start(): Promise<void> {
    this.#watch.start();
  }

  async refresh(run: RefreshRun<'files'>): Promise<void> {
    const requested = this.#sawEverything ? run.requested : undefined;
    const sawEverything = this.#sawEverything;
    this.#sawEverything = false;
    const startedAt = performance.now();
    await orAborted(this.#walk(run, requested), run.signal);
    // A preview writes nothing: what it listed is still to be told.
    this.#sawEverything = sawEverything || run.mode === 'apply';
    this.#watch.pace(requested === undefined ? 0 : performance.now() - startedAt);
    if (requested === undefined) this.context.log.debug('everything was listed', { ...this.#watch.counts() });
  }

  /** Filters and what is read of a file are taken over at the next walk; another root or way of watching is a restart. */
  async reconfigure(next: unknown): Promise<'applied' | 'restart'> {
    if (!Value.Check(filesConfiguration, next)) return 'restart';
    const { root, watch, pollIntervalSeconds, fullScanMinutes } = this.#configuration;
    if (
      next.root !== root ||
      next.watch !== watch ||
      next.pollIntervalSeconds !== pollIntervalSeconds ||
      next.fullScanMinutes !== fullScanMinutes
    )
      return 'restart';
    this.#configuration = next;
    this.#filter = patternFilter(next);
    this.#describer = new EntryDescriber(this.fileSystem, this.#root, next);
    this.#sawEverything = false;
    this.context.changed();
    return 'applied';
  }

  async stop(): Promise<void> {
    this.#watch.close();
  }

  async #walk(run: RefreshRun<'files'>, requested: ReadonlySet<string> | undefined): Promise<void> {
    const root = await openRoot(this.fileSystem, this.#root, this.context.excludedPaths).catch((error: unknown) => {
      this.#watch.rootLost();
      throw error;
    });
    const walk = new FolderWalk(run, root, {
      fileSystem: this.fileSystem,
      filter: this.#filter,
      watch: this.#watch,
      describer: this.#describer,
      links: this.#links,
      again: (path) => this.#watch.again(path),
    });
    this.#links.beginWalk();
    await (requested === undefined ? walk.everything() : walk.only(requested));
    if (requested === undefined) await this.#links.forgetUnseen();
    for (const folder of this.#links.takeBehind()) this.#watch.again(folder);
  }

  #newWatch(): FolderWatch {
    const { watch, pollIntervalSeconds, fullScanMinutes } = this.#configuration;
    return new FolderWatch(
      {
        mode: watch,
        pollIntervalMs: pollIntervalSeconds * 1_000,
        fullScanMs: fullScanMinutes * 60_000,
        ignores: (path) => this.#filter.excludes(path),
        changed: (paths) => this.context.changed(paths?.map(folderScope)),
      },
      this.fileSystem,
      this.timers,
      this.context.log,
      this.#root,
    );
  }
}
