import { processSlicer } from '@isthmus/kernel';
import type { BatchOperation } from '@isthmus/model';
import { itemText, type KnownItem, type SyncJournal, type SyncOwner } from '../journal/journal.js';
import type { OpenedScopes } from './opened-scopes.js';
import { countOf } from './removal-text.js';
import type { ScopeLedger } from './scope-ledger.js';
import type { Staying } from './staying.js';
import type { ItemWork } from './work-parts.js';

/** An item that a certified scope no longer lists, with everything below it, deepest first, itself last. */
export interface MissingTree {
  readonly root: KnownItem;
  readonly items: readonly KnownItem[];
}

export interface RemovalPlan {
  readonly trees: readonly MissingTree[];
  /** Missing, but this very run saw what lies below them, and nothing else opens that so far. */
  readonly contradicted: readonly KnownItem[];
}

export interface RemovalPlanParts {
  readonly journal: Pick<SyncJournal, 'descendants'>;
  readonly owner: SyncOwner;
  readonly opened: Pick<OpenedScopes, 'isOpenBeside'>;
  readonly wasSeenIn: (scope: string) => boolean;
}

/** Trees of what is missing from the scope. An item that several missing ones lead to is in the first tree alone. */
export async function planRemoval(
  { journal, owner, opened: elsewhere, wasSeenIn }: RemovalPlanParts,
  ledger: ScopeLedger,
  missing: readonly KnownItem[],
): Promise<RemovalPlan> {
  const opened = ledger.openedBeside(new Set(missing.map(({ key }) => key)));
  const going = new Set(missing.map(itemText));
  const walked = new Set<string>([ledger.name]);
  const trees: MissingTree[] = [];
  const contradicted: KnownItem[] = [];
  for (const root of missing) {
    await processSlicer.turn();
    const { opens } = root;
    const isOpened = opens === undefined || opened.has(opens) || walked.has(opens);
    if (isOpened || (await elsewhere.isOpenBeside(opens, (item) => going.has(itemText(item))))) {
      trees.push({ root, items: [root] });
      continue;
    }
    const found = await journal.descendants(owner, opens);
    const below = found.filter((item) => !walked.has(item.scope));
    const seen = [...new Set([opens, ...below.map(({ scope }) => scope)])].filter(wasSeenIn);
    if (seen.length > 0) {
      const tree = new Set(below.map(itemText));
      const isMissing = (item: KnownItem) => going.has(itemText(item)) || tree.has(itemText(item));
      let isContradicted = false;
      for (const scope of seen) isContradicted ||= !(await elsewhere.isOpenBeside(scope, isMissing));
      if (isContradicted) {
        contradicted.push(root);
        continue;
      }
    }
    walked.add(opens);
    for (const item of below) walked.add(item.scope);
    trees.push({ root, items: [...below, root] });
  }
  return { trees, contradicted };
}

/** What may go, what is over the limit, and what a run before kept for such a reason and of which nothing has come back. */
export function withinLimit(
  trees: readonly MissingTree[],
  of: {
    /** The source's own count agrees. */
    readonly isCounted: boolean;
    /** See `ScopeLedger`. */
    readonly isVouchedFor: boolean;
    /** Whether so many more are too many. */
    readonly isOver: (count: number) => boolean;
  },
): Readonly<Record<'within' | 'over' | 'heldBefore', readonly MissingTree[]>> {
  const wasMissed = ({ root }: MissingTree) => root.absence === 'unconfirmed';
  const proven = of.isCounted ? trees.filter(wasMissed) : [];
  const isHeld = (tree: MissingTree) => !of.isCounted && wasMissed(tree) && !of.isVouchedFor;
  const heldBefore = trees.filter(isHeld);
  const free = trees.filter((tree) => !isHeld(tree) && !proven.includes(tree));
  // What was held before by what is anchored to it was counted when it was missed first.
  const isOver = of.isOver(countOf(free.filter(({ root }) => root.absence !== 'holding')));
  return { within: isOver ? proven : [...proven, ...free], over: isOver ? free : [], heldBefore };
}

/**
 * Deletes the item's own element, with which its parts go; where that stays, its parts that do not go one by one. So do
 * the parts of an item that others touched: where its own element is gone already, nothing takes them along.
 */
export function removalWork(item: KnownItem, staying: ReadonlyMap<string, Staying>, reason: string): ItemWork {
  const [own, ...parts] = item.qualifiedNames.filter((name) => !staying.has(name));
  const isOwnDeleted = own !== undefined && own === item.qualifiedNames[0];
  const others = isOwnDeleted ? parts : item.qualifiedNames.slice(1).filter((name) => !staying.has(name));
  const stays = staying.get(item.qualifiedNames[0] ?? '')?.why;
  const names = [...(isOwnDeleted && item.hash !== '' ? [] : others.reverse()), ...(isOwnDeleted ? [own] : [])];
  return {
    item,
    operations: names.map((qualifiedName): BatchOperation => ({ op: 'delete', qualifiedName })),
    gone: { scope: item.scope, key: item.key },
    removed: item,
    reason,
    ...(stays === undefined ? {} : { stays }),
    isNew: false,
  };
}
