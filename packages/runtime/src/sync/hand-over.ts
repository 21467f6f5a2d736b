import type { ItemKey, KnownItem, SyncJournal, SyncOwner } from '../journal/journal.js';
import { removalWork } from './removal-plan.js';
import type { Staying } from './staying.js';
import type { WorkSink } from './work-sink.js';

interface HandOverParts {
  readonly journal: Pick<SyncJournal, 'knownItem'>;
  readonly owner: SyncOwner;
  readonly writer: WorkSink;
  /** Whether the run has opened the scope. */
  readonly isListed: (scope: string) => boolean;
  readonly staying: (items: readonly KnownItem[]) => Promise<ReadonlyMap<string, Staying>>;
}

/** Items are light, and a scope that got another name may hold many. */
const mostNoted = 100_000;

/**
 * Names that moved from a scope that the source no longer has, as when a connector calls it otherwise or people list another
 * folder: nobody lists the former items again, and as long as they hold the names what goes from the new scope would stay for good.
 */
export class HandOver {
  #moved: { readonly heir: ItemKey; readonly holder: ItemKey }[] = [];

  constructor(private readonly parts: HandOverParts) {}

  note(heir: ItemKey, holder: ItemKey): void {
    if (heir.scope !== holder.scope && this.#moved.length < mostNoted) this.#moved.push({ heir, holder });
  }

  /** Call it once everything was listed and written. */
  async settle(): Promise<void> {
    const { writer, isListed, staying } = this.parts;
    const moved = this.#moved.filter(({ holder }) => !isListed(holder.scope));
    this.#moved = [];
    const former: { readonly item: KnownItem; readonly reason: string }[] = [];
    for (const { heir, holder } of moved) {
      const item = await this.#handedOver(heir, holder);
      if (item !== undefined) former.push({ item, reason: `${heir.scope} lists it now` });
    }
    for (const { item, reason } of former) await writer.add(removalWork(item, await staying([item]), reason));
    await writer.drain();
  }

  /** The former item, if the other one has its name by now: a write may have been refused. */
  async #handedOver(heir: ItemKey, holder: ItemKey): Promise<KnownItem | undefined> {
    const { journal, owner, writer } = this.parts;
    const item = await journal.knownItem(owner, holder);
    const now = await writer.latest(heir);
    return item !== undefined && now?.qualifiedNames[0] === item.qualifiedNames[0] ? item : undefined;
  }
}
