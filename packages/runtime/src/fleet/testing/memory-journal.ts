import type { Override, OverrideJournal, RunJournal, RunRecord } from '../../journal/journal.js';

/** Runs, tokens and overrides in memory; outlives a fleet as the real one outlives the process. */
export class MemoryJournal implements RunJournal, OverrideJournal {
  readonly records = new Map<string, RunRecord>();
  readonly #tokens = new Map<string, number>();
  readonly #overrides = new Map<string, Override>();
  fault: unknown;
  tokenFault: unknown;

  nextToken(slot: string): Promise<number> {
    if (this.tokenFault !== undefined) return Promise.reject(this.tokenFault);
    const token = (this.#tokens.get(slot) ?? 0) + 1;
    this.#tokens.set(slot, token);
    return Promise.resolve(token);
  }

  beginRun(run: RunRecord): Promise<void> {
    if (this.fault !== undefined) return Promise.reject(this.fault);
    this.records.set(run.id, run);
    return Promise.resolve();
  }

  endRun(run: RunRecord): Promise<void> {
    if (this.fault !== undefined) return Promise.reject(this.fault);
    this.records.set(run.id, run);
    return Promise.resolve();
  }

  runs(connectorGuid: string, limit: number): Promise<readonly RunRecord[]> {
    const own = [...this.records.values()].filter((run) => run.connectorGuid === connectorGuid);
    return Promise.resolve(own.reverse().slice(0, limit));
  }

  run(id: string): Promise<RunRecord | undefined> {
    return Promise.resolve(this.records.get(id));
  }

  closeOpenRuns(): Promise<number> {
    return Promise.resolve(0);
  }

  loadOverrides(): Promise<readonly Override[]> {
    return Promise.resolve([...this.#overrides.values()]);
  }

  putOverride(override: Override): Promise<void> {
    this.#overrides.set(override.connectorGuid, override);
    return Promise.resolve();
  }

  removeOverride(connectorGuid: string): Promise<void> {
    this.#overrides.delete(connectorGuid);
    return Promise.resolve();
  }
}
