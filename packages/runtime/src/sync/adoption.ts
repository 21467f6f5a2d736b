import type { Finding } from '@isthmus/connector-sdk';
import type { Clock } from '@isthmus/kernel';
import type { Grant, MetadataStore } from '@isthmus/model';
import type { DisputeJournal, ReportedElement } from '../journal/dispute-journal.js';
import type { SyncOwner } from '../journal/journal.js';
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
      readonly owner: SyncOwner;
      readonly disputes: DisputeJournal;
      readonly clock: Pick<Clock, 'now'>;
      readonly signal: AbortSignal;
      readonly onSetAside: (scope: string, source: DeliveredItem) => void;
    },
  ) {}

  /**
   * Those of the items whose own element was there before; each is told, and counts as set aside.
   *
   * @param items - of which nothing is known
   */
  async foreign(scope: string, items: readonly DeliveredItem[]): Promise<ReadonlySet<DeliveredItem>> {
    const { store, newId, grant, tally, signal, owner, disputes, clock, onSetAside } = this.parts;
    const names = items.map(({ body }) => body.elements[0].qualifiedName);
    const operations = names.map((qualifiedName) => ({ op: 'look', qualifiedName }) as const);
    tally.add('requests');
    const found = await store.writeBatch({ id: newId(), grant, operations }, signal);
    const decisions = await disputes.decisions(owner, names);
    const foreign = new Set<DeliveredItem>();
    const reported: ReportedElement[] = [];
    const gone: string[] = [];
    for (const [index, item] of items.entries()) {
      const state = found.items[index]?.former?.state;
      const qualifiedName = names[index] ?? '';
      const { key } = item.digest;
      if (state === undefined || state === 'deleted') {
        gone.push(qualifiedName);
        continue;
      }
      foreign.add(item);
      tally.add('setAside');
      onSetAside(scope, item);
      if (decisions.get(qualifiedName) === 'leave') tally.finding(scope, leftAlone(qualifiedName, key));
      else {
        reported.push({ qualifiedName, scope, key });
        tally.finding(scope, notAdopted(qualifiedName, key));
      }
    }
    await disputes.report(owner, reported, clock.now());
    await disputes.gone(owner, gone);
    return foreign;
  }

  /** Those of the items of which people said that the connector may write them though they were there before. */
  async adopted(items: readonly DeliveredItem[]): Promise<ReadonlySet<DeliveredItem>> {
    const { owner, disputes } = this.parts;
    const nameOf = ({ body }: DeliveredItem) => body.elements[0].qualifiedName;
    const decisions = await disputes.decisions(owner, items.map(nameOf));
    return new Set(items.filter((item) => decisions.get(nameOf(item)) === 'adopt'));
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
      message: `${elements} there before this connector wrote ${them} first, e.g. ${this.#example}; what others have set there follows the field policy, and what others made stays when the source drops it`,
    });
  }
}

function leftAlone(qualifiedName: string, key: string): Finding {
  const message = `${qualifiedName} was there before and is left alone, as people decided`;
  return { severity: 'info', code: 'ELEMENT_LEFT_ALONE', message, key };
}

function notAdopted(qualifiedName: string, key: string): Finding {
  return {
    severity: 'error',
    code: 'ELEMENT_EXISTS',
    message: `${qualifiedName} was there before and is left alone, as isthmus.adoption of the registration says; set that to adopt, decide with \`isthmus connector conflicts\`, or delete or rename the element`,
    key,
  };
}
