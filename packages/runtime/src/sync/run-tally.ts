import type { Finding } from '@isthmus/connector-sdk';
import type { BatchItemResult } from '@isthmus/model';
import {
  type ChangedElements,
  noCounts,
  type OperationCount,
  type RunCounts,
  type RunFinding,
  type ScopesReport,
} from '../journal/journal.js';
import { mostEffects } from '../journal/operation-journal.js';
import { type OperatedCall, touchedBy } from '../operations/operated-call.js';
import { ScopeTally } from './scope-tally.js';

export type Counted = Exclude<keyof RunCounts, 'scopesOpen' | 'scopesCompleted'>;

const keptFindings = 100;
const keptGuids = 200;
const keptOperations = 100;

/** Counts and findings of one run. */
export class RunTally {
  readonly #counts: Record<Counted, number> = { ...noCounts };
  readonly #findings: RunFinding[] = [];
  #findingCount = 0;
  #isPartial = false;
  readonly #scopes = new ScopeTally();
  #lastHeld: string | undefined;
  readonly #operations = new Map<string, Omit<OperationCount, 'operation'>>();
  #toldUnkept = false;
  readonly #changed: Record<keyof ChangedElements, string[]> = { created: [], updated: [], deleted: [] };

  /** @param scope - where it belongs to one */
  add(what: Counted, count = 1, scope?: string): void {
    this.#counts[what] += count;
    if (scope !== undefined && what !== 'requests') this.#scopes.add(scope, what, count);
  }

  get setAsideCount(): number {
    return this.#counts.setAside;
  }

  /** Items that are no longer listed, and why they stay. */
  kept(scope: string, count: number, why: string): void {
    this.#scopes.add(scope, 'kept', count);
    this.#scopes.why(scope, why);
  }

  /** Elements that were written, for who asks for a report. */
  changed(outcome: BatchItemResult['outcome'], guid: string | undefined): void {
    if (outcome !== 'deleted' && guid !== undefined) this.#lastHeld = guid;
    else if (guid === this.#lastHeld) this.#lastHeld = undefined;
    const list = listOf(outcome);
    if (list !== undefined && guid !== undefined && this.#changed[list].length < keptGuids)
      this.#changed[list].push(guid);
  }

  /** What a call of an operation did, or would do. */
  operated({ call: { operation }, effects, unkeptCount }: OperatedCall): void {
    const touched = touchedBy(effects);
    for (const what of ['created', 'updated', 'deleted'] as const) this.#counts[what] += touched[what];
    const known = this.#operations.get(operation) ?? { calls: 0, created: 0, updated: 0, deleted: 0 };
    const isKnown = this.#operations.has(operation);
    if (isKnown || this.#operations.size < keptOperations)
      this.#operations.set(operation, {
        calls: known.calls + 1,
        created: known.created + touched.created,
        updated: known.updated + touched.updated,
        deleted: known.deleted + touched.deleted,
      });
    if (unkeptCount > 0 && !this.#toldUnkept) {
      this.#toldUnkept = true;
      const message = `operations wrote more than ${mostEffects} times: what goes beyond cannot be taken back`;
      this.finding(undefined, { severity: 'warning', code: 'OPERATIONS_NOT_KEPT', message });
    }
  }

  /** Undefined: none wrote anything. */
  get operations(): readonly OperationCount[] | undefined {
    if (this.#operations.size === 0) return undefined;
    return [...this.#operations].map(([operation, counts]) => ({ operation, ...counts }));
  }

  /** GUID of the last element that the store was seen to hold. */
  get lastHeld(): string | undefined {
    return this.#lastHeld;
  }

  get scopes(): ScopesReport {
    return this.#scopes.report();
  }

  get changedElements(): ChangedElements {
    return this.#changed;
  }

  finding(scope: string | undefined, finding: Finding): void {
    this.#findingCount += 1;
    if (scope !== undefined && finding.severity === 'error') this.#scopes.why(scope, finding.message);
    const isWithheld = finding.code === 'DELETE_WITHHELD' && finding.severity !== 'info';
    if (finding.severity === 'error' || isWithheld) this.#isPartial = true;
    if (this.#findings.length < keptFindings)
      this.#findings.push(scope === undefined ? finding : { ...finding, scope });
  }

  /** Something about which the store does not show the source as it is. */
  shortcoming(scope: string, finding: Finding): void {
    this.#isPartial = true;
    this.finding(scope, finding);
  }

  counts(scopes: { readonly opened: number; readonly completed: number }): RunCounts {
    return { ...this.#counts, scopesCompleted: scopes.completed, scopesOpen: scopes.opened - scopes.completed };
  }

  get findings(): readonly RunFinding[] {
    return [...this.#findings];
  }

  get findingCount(): number {
    return this.#findingCount;
  }

  /** Told an error, a removal that was withheld or a shortcoming; also when it is not among the findings that are kept. */
  get isPartial(): boolean {
    return this.#isPartial;
  }
}

function listOf(outcome: BatchItemResult['outcome']): keyof ChangedElements | undefined {
  if (outcome === 'created' || outcome === 'restored') return 'created';
  return outcome === 'updated' || outcome === 'deleted' ? outcome : undefined;
}
