import type { Absence, KnownItem, KnownState } from '../journal/journal.js';
import type { PlanRow } from '../plan/plan.js';
import type { Removal } from './held-removals.js';
import type { MissingTree } from './removal-plan.js';
import type { ScopeLedger } from './scope-ledger.js';

export function isFolder({ opens }: Pick<KnownState, 'opens'>): boolean {
  return opens !== undefined;
}

export function itemsAre(count: number): string {
  return count === 1 ? '1 item is' : `${count} items are`;
}

export function nameOf([example]: readonly KnownItem[]): string {
  return example?.qualifiedNames[0] ?? example?.key ?? '';
}

export function listedText({ name, seenCount }: ScopeLedger): string {
  return `no longer listed in ${name}, which was listed completely (${seenCount} seen)`;
}

export function reasonOf(listed: string, { root }: MissingTree, item: KnownItem): string {
  return item === root ? listed : `lies below ${root.qualifiedNames[0] ?? root.key}, which is ${listed}`;
}

export function keptRow(root: KnownItem, reason: string, absence: Absence | undefined): PlanRow {
  const { scope, key, qualifiedNames, shapes } = root;
  return {
    action: 'keep',
    scope,
    key,
    qualifiedName: qualifiedNames[0] ?? key,
    typeName: shapes?.[0]?.split(',')[0] ?? '',
    reason,
    changes: [],
    ...(absence === undefined || root.absence === absence ? {} : { absence }),
  };
}

export function namesOf(items: readonly KnownItem[]): readonly string[] {
  return items.flatMap(({ qualifiedNames }) => qualifiedNames);
}

export function countOfNews(removals: readonly Removal[]): number {
  return removals.filter(({ item }) => item.absence !== 'holding').length;
}

export function countOf(trees: readonly MissingTree[]): number {
  return trees.reduce((sum, tree) => sum + tree.items.length, 0);
}
