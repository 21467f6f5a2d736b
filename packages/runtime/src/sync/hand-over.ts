import type { ItemKey, KnownItem, SyncJournal, SyncOwner } from '../journal/journal.js';
import type { Removal } from './held-removals.js';
import type { WorkSink } from './work-sink.js';

interface HandOverParts {
  readonly journal: Pick<SyncJournal, 'knownItem'>;
  readonly owner: SyncOwner;
  readonly writer: Pick<WorkSink, 'latest'>;
  /** Whether the run has opened the scope. */
  readonly isListed: (scope: string) => boolean;
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

  /** Call it once everything was listed and written. @returns the former items, which are to go */
  async former(): Promise<readonly Removal[]> {
    const moved = this.#moved.filter(({ holder }) => !this.parts.isListed(holder.scope));
    this.#moved = [];
    const former: Removal[] = [];
    for (const { heir, holder } of moved) {
      const item = await this.#handedOver(heir, holder);
      const reason = `${heir.scope} lists it now`;
      if (item !== undefined) former.push({ item, scope: holder.scope, reason });
    }
    return former;
  }

  /** The former item, if the other one has its name by now: a write may have been refused. */
  async #handedOver(heir: ItemKey, holder: ItemKey): Promise<KnownItem | undefined> {
    const { journal, owner, writer } = this.parts;
    const item = await journal.knownItem(owner, holder);
    const now = await writer.latest(heir);
    return item !== undefined && now?.qualifiedNames[0] === item.qualifiedNames[0] ? item : undefined;
  }
}
