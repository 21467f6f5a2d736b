import type { Finding } from '@isthmus/connector-sdk';
import type { BatchItemResult } from '@isthmus/model';
import {
  type ChangedElements,
  noCounts,
  type RunCounts,
  type RunFinding,
  type ScopesReport,
} from '../journal/journal.js';
import { ScopeTally } from './scope-tally.js';

export type Counted = Exclude<keyof RunCounts, 'scopesOpen' | 'scopesCompleted'>;

const keptFindings = 100;
const keptGuids = 200;

/** Counts and findings of one run. */
export class RunTally {
  readonly #counts: Record<Counted, number> = { ...noCounts };
  readonly #findings: RunFinding[] = [];
  #findingCount = 0;
  #isPartial = false;
  readonly #scopes = new ScopeTally();
  #lastHeld: string | undefined;
  readonly #changed: Record<keyof ChangedElements, string[]> = { created: [], updated: [], deleted: [] };

  /** @param scope - where it belongs to one */
  add(what: Counted, count = 1, scope?: string): void {
    this.#counts[what] += count;
    if (scope !== undefined && what !== 'requests') this.#scopes.add(scope, what, count);
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
    if (finding.severity === 'error' || finding.code === 'DELETE_WITHHELD') this.#isPartial = true;
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
