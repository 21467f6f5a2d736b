import type { OperationCount } from '../journal/journal.js';
import type { SyncReport } from '../sync/sync-engine.js';

const mostOperations = 100;

/** What several parts of one run did by operations, by operation. */
export function operationsOf(reports: readonly (SyncReport | undefined)[]): Pick<SyncReport, 'operations'> {
  const sums = new Map<string, OperationCount>();
  for (const each of reports.flatMap((report) => report?.operations ?? [])) {
    const known = sums.get(each.operation);
    sums.set(each.operation, known === undefined ? each : sum(known, each));
  }
  return sums.size === 0 ? {} : { operations: [...sums.values()].slice(0, mostOperations) };
}

function sum(one: OperationCount, other: OperationCount): OperationCount {
  return {
    operation: one.operation,
    calls: one.calls + other.calls,
    created: one.created + other.created,
    updated: one.updated + other.updated,
    deleted: one.deleted + other.deleted,
  };
}
