import type { SyncJournal, SyncOwner } from '../journal/journal.js';
import type { PlanRecorder } from '../plan/plan-recorder.js';

export interface AcceptedScopesParts {
  readonly journal: Pick<SyncJournal, 'savePlaces' | 'saveRights'>;
  readonly owner: SyncOwner;
  /** Writes all that was decided: of scopes without items nothing is kept. */
  readonly written: () => Promise<void>;
  /** The run makes a plan: media are kept with it, rights not at all. */
  readonly plan: PlanRecorder | undefined;
}

const mostKept = 1000;

/** What is remembered of scopes whose listing was accepted, once their items are: the medium, and the source's rights. */
export class AcceptedScopes {
  readonly #places = new Map<string, string | undefined>();
  readonly #rights = new Map<string, readonly string[]>();

  constructor(private readonly parts: AcceptedScopesParts) {}

  notePlace(scope: string, place: string | undefined): Promise<void> {
    this.#places.set(scope, place);
    return this.#keepFew(this.#places.size);
  }

  noteRights(scope: string, rights: readonly string[]): Promise<void> {
    this.#rights.set(scope, rights);
    return this.#keepFew(this.#rights.size);
  }

  async flush(): Promise<void> {
    const { journal, owner, plan } = this.parts;
    if (this.#rights.size > 0 && plan === undefined) await journal.saveRights(owner, this.#rights);
    this.#rights.clear();
    if (this.#places.size > 0) {
      if (plan !== undefined) await plan.notePlaces(this.#places);
      else await journal.savePlaces(owner, this.#places);
    }
    this.#places.clear();
  }

  async #keepFew(size: number): Promise<void> {
    if (size < mostKept) return;
    await this.parts.written();
    await this.flush();
  }
}
