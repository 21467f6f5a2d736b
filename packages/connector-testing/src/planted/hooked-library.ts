import type { CatalogTarget, ElementChanges, OpenLineageEvent, TargetChanges } from '@isthmus/connector-sdk';
import {
  type LibraryConfiguration,
  LibraryConnector,
  type LibraryDefinition,
  type LibraryRun,
  libraryProvider,
} from './library-connector.js';

/** A right connector with every hook beside its runs. */
export class HookedLibraryConnector extends LibraryConnector {
  /** One for each target, as a connector has that follows them. */
  protected readonly watches = new Map<string, NodeJS.Timeout>();

  async start(): Promise<void> {
    this.context.watchFolders([{ path: '/library' }]);
  }

  override async refresh(run: LibraryRun): Promise<void> {
    const { target } = run;
    if (target === undefined) return await super.refresh(run);
    this.watch(target);
    await this.listing(target).refresh(run);
  }

  async reconfigure(next: LibraryConfiguration, signal: AbortSignal): Promise<'applied' | 'restart'> {
    const other = new LibraryConnector(this.context, next);
    const [failed] = (await other.probe(signal)).filter(({ ok }) => !ok);
    signal.throwIfAborted();
    if (failed !== undefined) throw new Error(failed.message);
    this.configuration = next;
    this.context.changed();
    return 'applied';
  }

  async engage(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const timer = setInterval(() => this.context.changed(), 50);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    clearInterval(timer);
  }

  async elementsChanged({ elements, missed }: ElementChanges, _signal: AbortSignal): Promise<void> {
    for (const { guid, isOwn } of elements) {
      if (isOwn) continue;
      const element = await this.context.getElement({ element: { guid } });
      if (element !== undefined) this.context.changed();
    }
    if (missed) this.context.changed();
  }

  async openLineageEvent({ event }: OpenLineageEvent): Promise<void> {
    if (event.eventType === 'COMPLETE') this.context.changed();
  }

  async foldersChanged(_folders: readonly string[]): Promise<void> {
    this.context.changed();
  }

  async targetsChanged({ added, changed, removed }: TargetChanges<LibraryConfiguration>): Promise<void> {
    for (const target of [...added, ...changed]) this.watch(target);
    for (const name of removed) this.unwatch(name);
  }

  override async stop(): Promise<void> {
    for (const name of [...this.watches.keys()]) this.unwatch(name);
  }

  protected listing({ source, configuration }: CatalogTarget): LibraryConnector {
    return new LibraryConnector({ ...this.context, source }, configuration as LibraryConfiguration);
  }

  protected watch({ name }: CatalogTarget): void {
    if (!this.watches.has(name))
      this.watches.set(
        name,
        setInterval(() => undefined, 60_000),
      );
  }

  protected unwatch(name: string): void {
    clearInterval(this.watches.get(name));
    this.watches.delete(name);
  }
}

export type HookedLibraryClass = new (
  ...given: ConstructorParameters<typeof HookedLibraryConnector>
) => HookedLibraryConnector;

export function hookedProvider(connector: HookedLibraryClass = HookedLibraryConnector): LibraryDefinition {
  return {
    ...libraryProvider(connector as Parameters<typeof libraryProvider>[0]),
    targets: true,
    listensTo: ['Collection'],
  };
}
