import { processSlicer } from '@isthmus/kernel';
import { itemText, type KnownItem } from '../journal/journal.js';
import type { ActParts } from './apply-plan.js';

const pageSize = 1000;

/** What an undo leaves where it is, and what has to stay with that. Items come latest made first: what lies in something was made after it. */
export class KeptByUndo {
  /** Names of elements to which something that stays is related. */
  readonly #needed = new Set<string>();
  /** Items that go and may not be remembered so yet. */
  readonly #going = new Set<string>();

  constructor(private readonly parts: ActParts) {}

  /** Those elements of the items that another connector has too. */
  async claimed(items: readonly KnownItem[]): Promise<ReadonlySet<string>> {
    const { journal, spec, clock, options } = this.parts;
    const claimed = await journal.claimedByOthers(spec.owner, items, clock.now() - options.claimLifetimeMs);
    return new Set([...claimed].flatMap(([name, { isOther }]) => (isOther ? [name] : [])));
  }

  letGo(item: KnownItem): void {
    this.#going.add(itemText(item));
  }

  /** Whether something that stays lies below the item, or is related to its element. */
  async isHolding({ qualifiedNames: [own = ''], opens }: KnownItem): Promise<boolean> {
    if (this.#needed.has(own)) return true;
    if (opens === undefined) return false;
    const { journal, spec } = this.parts;
    const below = await journal.knownScope(spec.owner, opens);
    return below.some(({ key, undone }) => undone === undefined && !this.#going.has(itemText({ scope: opens, key })));
  }

  /** Its element stays: so does what that is anchored or related to, of what was made before it. */
  async keep({ qualifiedNames: [own = ''] }: KnownItem): Promise<void> {
    const { store, signal } = this.parts;
    const element = await store.getByQualifiedName(own, {}, signal);
    if (element === undefined) return;
    const anchor = element.classifications.find(({ classificationName }) => classificationName === 'Anchors');
    const anchorGuid = anchor?.properties.anchorGUID;
    if (typeof anchorGuid === 'string' && anchorGuid !== element.guid)
      this.#need(await store.get(anchorGuid, { forLineage: true }, signal));
    for (let startFrom = 0; ; startFrom += pageSize) {
      await processSlicer.turn();
      const page = await store.related(element.guid, { startFrom, pageSize, forLineage: true }, signal);
      for (const related of page) this.#need(related.element);
      if (page.length < pageSize) return;
    }
  }

  #need(element: { readonly properties: Readonly<Record<string, unknown>> } | undefined): void {
    const name = element?.properties.qualifiedName;
    if (typeof name === 'string') this.#needed.add(name);
  }
}
