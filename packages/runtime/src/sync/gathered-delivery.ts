import type { Clock, Scheduled } from '@isthmus/kernel';
import type { ItemDelivery } from './item-delivery.js';
import type { ScopeLedger } from './scope-ledger.js';
import { sizeOfElement } from './size-of.js';
import type { DeliveredItem } from './work-parts.js';

interface GatheringParts {
  readonly delivery: Pick<ItemDelivery, 'deliver'>;
  readonly clock: Pick<Clock, 'schedule'>;
  /** How long items wait for others. */
  readonly lingerMs: number;
}

/** Items of one scope that came one after the other. */
interface Group {
  readonly ledger: ScopeLedger;
  readonly items: DeliveredItem[];
  readonly keys: Set<string>;
}

const mostItems = 32;
const mostBytes = 256 * 1024;

/**
 * Gathers items over deliveries, as what is asked of the journal for each delivery costs more than for each item: of a
 * listing in which one item of a hundred changed a delivery brings two. They are worked through in the order in which
 * they came, before anything is done that follows from them: all that the run is told beside comparing and delivering
 * begins with `flush`. Nothing that opens a scope is gathered: what lies below is compared by what becomes of it.
 */
export class GatheredDelivery {
  #groups: Group[] = [];
  #count = 0;
  #bytes = 0;
  #linger: Scheduled | undefined;
  /** What was taken from the groups, one after the other. */
  #working: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(private readonly parts: GatheringParts) {}

  /** Resolves when there is room for more. Throws what ended the work on items before. */
  async deliver(ledger: ScopeLedger, items: readonly DeliveredItem[]): Promise<void> {
    this.#throwIfFailed();
    if (items.some(({ digest: { key } }) => this.has(ledger, key))) await this.flush();
    for (const item of items) this.#add(ledger, item);
    const isWaiting = items.every(
      ({ digest }) => digest.opens === undefined && ledger.opensOf(digest.key) === undefined,
    );
    if (!isWaiting || this.#count >= mostItems || this.#bytes >= mostBytes) return this.flush();
    this.#linger ??= this.parts.clock.schedule(this.parts.lingerMs, () => {
      // told to whoever comes next
      this.flush().catch(() => undefined);
    });
  }

  /** Whether it was delivered and nothing was done yet. */
  has(ledger: ScopeLedger, key: string): boolean {
    return this.#groups.some((group) => group.ledger === ledger && group.keys.has(key));
  }

  /** Resolves when all that was delivered is planned and on its way. Throws what ended that. */
  async flush(): Promise<void> {
    const groups = this.#take();
    if (groups.length > 0)
      this.#working = this.#working.then(async () => {
        try {
          for (const { ledger, items } of groups) {
            if (this.#failure !== undefined) return;
            await this.parts.delivery.deliver(ledger, items);
          }
        } catch (error) {
          this.#failure = { error };
        }
      });
    await this.#working;
    this.#throwIfFailed();
  }

  /** Forgets what waits, and resolves when nothing is worked on, however that ended. */
  async drop(): Promise<void> {
    this.#take();
    await this.#working;
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #add(ledger: ScopeLedger, item: DeliveredItem): void {
    const latest = this.#groups.at(-1);
    const isNext = latest?.ledger === ledger;
    const group = isNext ? latest : { ledger, items: [], keys: new Set<string>() };
    if (!isNext) this.#groups.push(group);
    group.items.push(item);
    group.keys.add(item.digest.key);
    this.#count += 1;
    for (const element of item.body.elements) this.#bytes += sizeOfElement(element);
  }

  #take(): readonly Group[] {
    const groups = this.#groups;
    this.#linger?.cancel();
    this.#linger = undefined;
    this.#groups = [];
    this.#count = 0;
    this.#bytes = 0;
    return groups;
  }
}
