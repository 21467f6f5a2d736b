import type { ErrorReport } from '@isthmus/kernel';
import type { RunAct, RunFinding } from '../../journal/journal.js';
import { noCounts } from '../../journal/journal.js';
import type { SyncAct, SyncEngine, SyncReport, SyncRun, SyncRunSpec } from '../../sync/sync-engine.js';

/** Takes everything, writes nothing; remembers how each run began and ended. */
export class FakeEngine implements SyncEngine {
  readonly opened: SyncRunSpec[] = [];
  readonly finished: string[] = [];
  openFault: unknown;
  finishFault: unknown;
  findings: readonly RunFinding[] = [];
  scopesOpen = 0;

  readonly acts: RunAct[] = [];
  actFault: unknown;
  /** What people approved before this fleet was there. */
  approved: ReadonlyMap<string, readonly RunAct[]> = new Map();
  readonly forgone: { readonly act: RunAct; readonly code: string; readonly runId?: string }[] = [];

  approvedActs(): Promise<ReadonlyMap<string, readonly RunAct[]>> {
    return Promise.resolve(this.approved);
  }

  forgoAct(act: RunAct, { code }: ErrorReport, runId?: string): Promise<void> {
    this.forgone.push({ act, code, ...(runId === undefined ? {} : { runId }) });
    return Promise.resolve();
  }

  openAct(spec: SyncRunSpec, act: RunAct): Promise<SyncAct> {
    if (this.openFault !== undefined) return Promise.reject(this.openFault);
    this.opened.push(spec);
    this.acts.push(act);
    const report: SyncReport = { counts: noCounts, findings: [], findingCount: 0, isPartial: false };
    return Promise.resolve({
      counts: noCounts,
      progressText: undefined,
      operated: () => Promise.resolve(),
      perform: () => {
        const fault = typeof this.actFault === 'function' ? this.actFault(act) : this.actFault;
        return fault === undefined ? Promise.resolve(report) : Promise.reject(fault);
      },
    });
  }

  open(spec: SyncRunSpec): Promise<SyncRun> {
    if (this.openFault !== undefined) return Promise.reject(this.openFault);
    this.opened.push(spec);
    const counts = () => ({ ...noCounts, scopesOpen: this.scopesOpen });
    return Promise.resolve({
      get counts() {
        return counts();
      },
      progressText: undefined,
      operated: () => Promise.resolve(),
      keep: () => [],
      offer: () => Promise.resolve([]),
      deliver: () => Promise.resolve(),
      missing: () => Promise.resolve([]),
      finding: () => Promise.resolve(),
      complete: () => Promise.resolve(),
      cursor: undefined,
      push: () => Promise.resolve(),
      gone: () => Promise.resolve(),
      source: () => Promise.resolve(true),
      saveCursor: () => Promise.resolve(),
      cursorRefused: () => Promise.resolve(),
      progress: () => undefined,
      finish: (listing): Promise<SyncReport> => {
        this.finished.push(listing);
        if (this.finishFault !== undefined && listing === 'completed') return Promise.reject(this.finishFault);
        return Promise.resolve({
          counts: counts(),
          findings: this.findings,
          findingCount: this.findings.length,
          isPartial: this.findings.some(({ severity }) => severity === 'error'),
        });
      },
    });
  }
}
