import type { Finding } from '@isthmus/connector-sdk';
import { noCounts, type RunCounts, type RunFinding } from '../journal/journal.js';

export type Counted = Exclude<keyof RunCounts, 'scopesOpen' | 'scopesCompleted'>;

const keptFindings = 100;

/** Counts and findings of one run. */
export class RunTally {
  readonly #counts: Record<Counted, number> = { ...noCounts };
  readonly #findings: RunFinding[] = [];
  #findingCount = 0;
  #isPartial = false;

  add(what: Counted, count = 1): void {
    this.#counts[what] += count;
  }

  finding(scope: string | undefined, finding: Finding): void {
    this.#findingCount += 1;
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
