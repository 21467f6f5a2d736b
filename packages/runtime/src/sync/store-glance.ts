import type { Clock } from '@isthmus/kernel';
import type { MetadataStore, StoreIdentity } from '@isthmus/model';
import type { SyncRunSpec } from './sync-engine.js';

/** Who asks for a run has changed something before, so that run is told nothing that is older; time has not. */
const glanceMs = 250;

export function mostAgeOf({ isTimed }: Pick<SyncRunSpec, 'isTimed'>): number {
  return isTimed === true ? glanceMs : 0;
}

/**
 * What the store is and how far it has come, looked at once for the runs that time starts within a moment: after a start
 * they are all that the daemon has.
 */
export class StoreGlance {
  #last: { readonly identity: StoreIdentity; readonly askedAt: number } | undefined;

  constructor(
    private readonly store: Pick<MetadataStore, 'identity'>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /**
   * @param mostAgeMs - what it told others less than so long ago will do
   * @param isEnough - whether there is nothing to be asked: of what looks as if the store had gone back it is asked again
   * @returns what it told, and whether it was asked
   */
  async identity(
    mostAgeMs: number,
    isEnough: (identity: StoreIdentity) => boolean,
    signal: AbortSignal,
  ): Promise<{ readonly identity: StoreIdentity; readonly isAsked: boolean }> {
    const last = this.#last;
    const askedAt = this.clock.monotonic();
    if (last !== undefined && askedAt - last.askedAt < mostAgeMs && isEnough(last.identity))
      return { identity: last.identity, isAsked: false };
    const identity = await this.store.identity(signal);
    if ((this.#last?.askedAt ?? askedAt) <= askedAt) this.#last = { identity, askedAt };
    return { identity, isAsked: true };
  }
}
