import type { Finding } from '@isthmus/connector-sdk';
import type { Grant, MetadataStore } from '@isthmus/model';
import type { RunTally } from './run-tally.js';
import type { AppliedItem, DeliveredItem } from './work-parts.js';

/** Elements that a run finds instead of making them. */
export class Adoption {
  #count = 0;
  #example = '';

  constructor(
    private readonly parts: {
      readonly store: MetadataStore;
      readonly newId: () => string;
      readonly grant: Grant;
      readonly tally: RunTally;
      readonly signal: AbortSignal;
    },
  ) {}

  /**
   * Those of the items whose own element was there before; each is told, and counts as set aside.
   *
   * @param items - of which nothing is known
   */
  async foreign(scope: string, items: readonly DeliveredItem[]): Promise<ReadonlySet<DeliveredItem>> {
    const { store, newId, grant, tally, signal } = this.parts;
    const names = items.map(({ body }) => body.elements[0].qualifiedName);
    const operations = names.map((qualifiedName) => ({ op: 'look', qualifiedName }) as const);
    tally.add('requests');
    const found = await store.writeBatch({ id: newId(), grant, operations }, signal);
    const foreign = new Set<DeliveredItem>();
    for (const [index, item] of items.entries()) {
      const state = found.items[index]?.former?.state;
      if (state === undefined || state === 'deleted') continue;
      foreign.add(item);
      tally.add('setAside');
      tally.finding(scope, notAdopted(names[index] ?? '', item.digest.key));
    }
    return foreign;
  }

  note(items: readonly AppliedItem[]): void {
    for (const { work, progress } of items) {
      if (!work.isNew || (progress.own !== 'unchanged' && progress.own !== 'updated')) continue;
      if (this.#count === 0) this.#example = work.known?.qualifiedNames[0] ?? work.item.key;
      this.#count += 1;
    }
  }

  tell(): void {
    if (this.#count === 0) return;
    const [elements, them] = this.#count === 1 ? ['1 element was', 'it'] : [`${this.#count} elements were`, 'them'];
    this.parts.tally.finding(undefined, {
      severity: 'info',
      code: 'ELEMENTS_ADOPTED',
      message: `${elements} there before this connector wrote ${them} first, e.g. ${this.#example}; what others have set there follows the field policy`,
    });
  }
}

function notAdopted(qualifiedName: string, key: string): Finding {
  return {
    severity: 'error',
    code: 'ELEMENT_EXISTS',
    message: `${qualifiedName} was there before and is left alone, as isthmus.adoption of the registration says; set that to adopt, or delete or rename the element`,
    key,
  };
}
