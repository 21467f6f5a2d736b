import type { ScopeReport, ScopesReport } from '../journal/journal.js';

export type ScopeCounted = Exclude<keyof ScopeReport, 'scope' | 'why'>;

const noScopeCounts: Omit<ScopeReport, 'scope' | 'why'> = {
  seen: 0,
  unchanged: 0,
  created: 0,
  updated: 0,
  restored: 0,
  deleted: 0,
  setAside: 0,
  kept: 0,
};

type Counts = { -readonly [K in ScopeCounted]: number };
interface Tallied {
  readonly counts: Counts;
  why?: string;
}

/** Scopes in mind at a time: half of them, those with the fewest items, are summed when there are more. */
const mostScopes = 2_000;
/** Scopes in the report. */
const reportedScopes = 100;

/** What became of the items of each scope, of the largest scopes in detail and of the rest in sum. */
export class ScopeTally {
  readonly #scopes = new Map<string, Tallied>();
  readonly #rest: Counts = { ...noScopeCounts };
  #restCount = 0;

  add(scope: string, what: ScopeCounted, count: number): void {
    this.#of(scope).counts[what] += count;
  }

  /** The first reason is told. */
  why(scope: string, reason: string): void {
    this.#of(scope).why ??= reason;
  }

  report(): ScopesReport {
    const sorted = this.#sorted();
    const shown = sorted.slice(0, reportedScopes);
    const rest: Counts = { ...this.#rest };
    for (const [, { counts }] of sorted.slice(reportedScopes)) addTo(rest, counts);
    const restCount = this.#restCount + sorted.length - shown.length;
    return {
      items: shown.map(([scope, { counts, why }]) => ({ scope, ...counts, ...(why === undefined ? {} : { why }) })),
      restCount,
      ...(restCount === 0 ? {} : { rest }),
    };
  }

  #of(scope: string): Tallied {
    const known = this.#scopes.get(scope);
    if (known !== undefined) return known;
    if (this.#scopes.size >= mostScopes) this.#sumSmall();
    const tallied: Tallied = { counts: { ...noScopeCounts } };
    this.#scopes.set(scope, tallied);
    return tallied;
  }

  #sumSmall(): void {
    for (const [scope, { counts }] of this.#sorted().slice(mostScopes / 2)) {
      addTo(this.#rest, counts);
      this.#restCount += 1;
      this.#scopes.delete(scope);
    }
  }

  /** Those with a reason first, as people look for them; then the largest. */
  #sorted(): [string, Tallied][] {
    const weight = ({ counts, why }: Tallied) =>
      (why === undefined ? 0 : 1e9) + counts.seen + counts.deleted + counts.kept + counts.updated + counts.created;
    return [...this.#scopes].sort(([, one], [, other]) => weight(other) - weight(one));
  }
}

/** The same report with fewer scopes in detail. */
export function largestScopes(report: ScopesReport, most: number): ScopesReport {
  if (report.items.length <= most) return report;
  const rest: Counts = { ...(report.rest ?? noScopeCounts) };
  for (const item of report.items.slice(most)) addTo(rest, item);
  const restCount = report.restCount + report.items.length - most;
  return { items: report.items.slice(0, most), restCount, rest };
}

function addTo(sum: Counts, counts: Omit<ScopeReport, 'scope' | 'why'>): void {
  sum.seen += counts.seen;
  sum.unchanged += counts.unchanged;
  sum.created += counts.created;
  sum.updated += counts.updated;
  sum.restored += counts.restored;
  sum.deleted += counts.deleted;
  sum.setAside += counts.setAside;
  sum.kept += counts.kept;
}
