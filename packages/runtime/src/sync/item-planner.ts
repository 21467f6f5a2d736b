import type { SourceItem } from '@isthmus/connector-sdk';
import type { Clock } from '@isthmus/kernel';
import { maySeveralHold } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import type { KnownItem, KnownLink, StoreMark, SyncJournal, SyncOwner } from '../journal/journal.js';
import type { AnsweringSource } from './answering-source.js';
import { type ItemPlan, linkKey, linksOf, planItem } from './plan-item.js';
import type { SyncSettings } from './sync-settings.js';
import type { VanishingParts } from './vanishing-parts.js';
import type { DeliveredItem } from './work-parts.js';

export interface ItemPlannerParts {
  readonly journal: Pick<SyncJournal, 'departed' | 'knownLinks' | 'linksTo'>;
  readonly clock: Clock;
  readonly owner: SyncOwner;
  readonly settings: SyncSettings;
  readonly knownCount: number;
  readonly mark: () => StoreMark;
  readonly source: AnsweringSource;
  /** What is told of parts that another source does not show. */
  readonly onKept: (scope: string, names: readonly string[]) => void;
  readonly vanishing: VanishingParts;
}

/** Plans items with what it takes of the journal: what was written of elements that went, and what may be deleted. */
export class ItemPlanner {
  constructor(private readonly parts: ItemPlannerParts) {}

  /**
   * @param isTold - what is held and the policy gives to the source has been told
   * @param isOwn - the element is this connector's though the item is not known
   */
  async plan(
    scope: string,
    { digest, body }: DeliveredItem,
    before: KnownItem | undefined,
    { isTold = false, isOwn = false }: { readonly isTold?: boolean; readonly isOwn?: boolean },
  ): Promise<ItemPlan> {
    const { journal, clock, owner, knownCount, mark, settings, vanishing } = this.parts;
    const { waiting: vanished, withheld } = vanishing.decide(scope, body, before);
    const mayHaveBeen = knownCount > 0 || mark().firstRun !== true;
    const names = mayHaveBeen ? unknownNames(body, before) : [];
    const departed = names.length > 0 ? await journal.departed(owner, names) : undefined;
    const own: SyncSettings = isOwn ? { ...settings, adoption: 'adopt' } : settings;
    const keptLinks = this.parts.source.isOther ? await this.#linksToKeep(scope, digest.key, body, before) : [];
    const heldNames = heldWithOthers(body);
    const linksTo = heldNames.length === 0 ? [] : await journal.linksTo(owner, heldNames);
    const asked = { scope, digest, body, before, vanished, withheld, keptLinks, linksTo, settings: own, isTold };
    return planItem({ ...asked, now: clock.now(), ...(departed === undefined ? {} : { departed }) });
  }

  /** What another source than before does not say of an item is not untrue. */
  async #linksToKeep(
    scope: string,
    key: string,
    body: SourceItem,
    before: KnownItem | undefined,
  ): Promise<readonly KnownLink[]> {
    const { journal, owner, onKept } = this.parts;
    if (before === undefined) return [];
    const told = new Set((linksOf(body, true).links ?? []).map(linkKey));
    const kept = (await journal.knownLinks(owner, { scope, key })).filter((link) => !told.has(linkKey(link)));
    if (kept.length > 0)
      onKept(
        scope,
        kept.map(({ typeName, other }) => `${typeName} ${other}`),
      );
    return kept;
  }
}

/** Those whose kind of parent lets them have several. */
function heldWithOthers({ elements }: SourceItem): readonly string[] {
  const types = standardTypes();
  const names: string[] = [];
  for (const { parent, qualifiedName } of elements)
    if (parent !== undefined && maySeveralHold(types, parent)) names.push(qualifiedName);
  return names;
}

/** Elements of which the item has not written what is there: they are new with it, or another item has written them since. */
function unknownNames({ elements }: SourceItem, before: KnownItem | undefined): readonly string[] {
  if (before === undefined) return elements.map(({ qualifiedName }) => qualifiedName);
  const { qualifiedNames, prints } = before;
  const known = new Set<string>();
  for (let index = 0; index < qualifiedNames.length; index += 1)
    if (prints?.[index] !== '') known.add(qualifiedNames[index] ?? '');
  const names: string[] = [];
  for (const { qualifiedName } of elements) if (!known.has(qualifiedName)) names.push(qualifiedName);
  return names;
}
