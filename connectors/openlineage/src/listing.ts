import { hash } from 'node:crypto';
import type { OmisScopes, RefreshRun } from '@isthmus/connector-sdk';
import { type NameFilter, nameFilter } from '@isthmus/connector-sdk/servers';
import type { Identity } from './event.js';
import { type DatasetRecord, type JobRecord, partsOfRunKey, type RunRecord, runKey } from './graph.js';
import type { LineageStore, StoredRow } from './lineage-store.js';
import type { DatasetMapping } from './openlineage-config.js';
import { runsWithData, shownRuns } from './run-window.js';
import { toDataset } from './to-dataset.js';
import { type ProcessNames, toJob, toRun } from './to-process.js';

type Run = RefreshRun<'lineage'>;
type Scope = OmisScopes['lineage'];

export interface ListingSettings {
  readonly runs: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly unify: readonly DatasetMapping[];
}

/** Of what kind the next run may go on: everything that was heard until then is in the catalogue. */
interface Cursor {
  readonly memory: string;
  readonly settings: string;
  readonly sequence: number;
}

const rowsAtOnce = 200;

/** Says what was heard: all of it, or what has changed since the run before. */
export class Listing {
  readonly #names: ProcessNames;
  readonly #filter: NameFilter;
  readonly #datasets: Scope;
  readonly #jobs: Scope;
  readonly #runs: Scope;

  constructor(
    private readonly run: Run,
    private readonly store: LineageStore,
    private readonly settings: ListingSettings,
  ) {
    this.#filter = nameFilter(settings);
    this.#datasets = run.scope('datasets');
    this.#jobs = run.scope('jobs');
    this.#runs = run.scope('runs');
    this.#names = { unify: settings.unify, nameOfJob: (names) => this.#jobs.nameOf('job', names) };
  }

  async tell(): Promise<void> {
    const { run, store } = this;
    // A memory that began anew is not all that was ever heard: nothing is concluded from what it lacks.
    await run.source(store.id);
    const next = this.#cursor(store.lastSequence());
    const from = await this.#from();
    if (from === undefined) await this.#everything();
    else await this.#changes(from, next.sequence);
    run.signal.throwIfAborted();
    for (const scope of [this.#datasets, this.#jobs, this.#runs]) {
      run.signal.throwIfAborted();
      await scope.complete();
    }
    run.signal.throwIfAborted();
    await run.saveCursor({ ...next });
    if (run.mode === 'apply') await store.forgetLeft(next.sequence);
  }

  #cursor(sequence: number): Cursor {
    const { store, settings } = this;
    return {
      memory: `${store.id} ${store.epoch()}`,
      settings: hash('sha1', JSON.stringify([settings.runs, settings.unify, settings.include, settings.exclude])),
      sequence,
    };
  }

  /** The last change that the catalogue has; undefined: everything is to be told. */
  async #from(): Promise<number | undefined> {
    if (!this.run.incremental) return undefined;
    const known = this.run.cursor;
    const { memory, settings } = this.#cursor(0);
    if (isCursor(known) && known.memory === memory && known.settings === settings) return known.sequence;
    await this.run.cursorRefused();
    return undefined;
  }

  /** In the order of keys, which stays: what is added or changed meanwhile is told then or the next time. */
  async #everything(): Promise<void> {
    for (const tell of [
      ['dataset', (rows: readonly StoredRow[]) => this.#tellDatasets(rows)],
      ['job', (rows: readonly StoredRow[]) => this.#tellJobs(rows)],
    ] as const) {
      const [kind, tellRows] = tell;
      for (let after = ''; ; ) {
        const rows = this.store.recordsAfter(kind, after, rowsAtOnce);
        await tellRows(rows);
        const last = rows.at(-1);
        if (last === undefined || rows.length < rowsAtOnce) break;
        after = last.key;
      }
    }
  }

  async #changes(from: number, until: number): Promise<void> {
    await this.#pages('dataset', from, until, (rows) => this.#tellDatasets(rows));
    await this.#pages('job', from, until, (rows) => this.#tellJobs(rows));
    await this.#pages('run', from, until, (rows) => this.#tellRuns(rows));
    for (const key of this.store.runsLeft(from, until)) {
      this.run.signal.throwIfAborted();
      await this.#runs.gone(key);
    }
  }

  /** Many records may have changed with one number, so a page ends with the last of them. */
  async #pages(
    kind: 'dataset' | 'job' | 'run',
    from: number,
    until: number,
    tell: (rows: readonly StoredRow[]) => Promise<void>,
  ): Promise<void> {
    let place = { sequence: from, key: '\u{10ffff}' };
    for (;;) {
      const rows = this.store.recordsChanged(kind, place, until, rowsAtOnce);
      await tell(rows);
      const last = rows.at(-1);
      if (last === undefined || rows.length < rowsAtOnce) return;
      place = last;
    }
  }

  async #tellDatasets(rows: readonly StoredRow[]): Promise<void> {
    this.run.signal.throwIfAborted();
    const told = rows
      .map(({ body }) => datasetIn(body))
      .filter((record) => this.#holds(record))
      .map((record) => toDataset(record, this.settings.unify));
    for (const dataset of await this.#datasets.keepThings('dataset', told)) {
      this.run.signal.throwIfAborted();
      await this.#datasets.dataset(dataset);
    }
  }

  /** With the runs of each that are shown. */
  async #tellJobs(rows: readonly StoredRow[]): Promise<void> {
    this.run.signal.throwIfAborted();
    const jobs = rows
      .map(({ key, body }) => ({ key, record: jobIn(body) }))
      .filter(({ record }) => this.#holds(record));
    const told = jobs.map(({ key, record }) => {
      const runs = runsWithData(record.runs, this.settings.runs).flatMap((id) => this.#runRecord(key, id));
      return toJob(record, runs, this.#names);
    });
    for (const job of await this.#jobs.keepThings('job', told)) {
      this.run.signal.throwIfAborted();
      await this.#jobs.job(job);
    }
    const runs = jobs.flatMap(({ key, record }) =>
      [...shownRuns(record.runs, this.settings.runs)]
        .sort()
        .flatMap((id) => this.#runRecord(key, id).map((run) => toRun(record, run, this.#names))),
    );
    await this.#putRuns(runs);
  }

  /** Runs that changed without their job: what was told of them later than their last event, say. */
  async #tellRuns(rows: readonly StoredRow[]): Promise<void> {
    const runs = rows.flatMap(({ key, body }) => {
      const { jobKey, id } = partsOfRunKey(key);
      const text = this.store.record('job', jobKey);
      if (text === undefined) return [];
      const job = jobIn(text);
      if (!this.#holds(job)) return [];
      return shownRuns(job.runs, this.settings.runs).includes(id) ? [toRun(job, runIn(body), this.#names)] : [];
    });
    await this.#putRuns(runs);
  }

  async #putRuns(runs: readonly ReturnType<typeof toRun>[]): Promise<void> {
    this.run.signal.throwIfAborted();
    for (const run of await this.#runs.keepThings('run', runs)) {
      this.run.signal.throwIfAborted();
      await this.#runs.run(run);
    }
  }

  #holds({ namespace, name }: Identity): boolean {
    return this.#filter.holds(namespace, name);
  }

  #runRecord(jobKey: string, id: string): readonly RunRecord[] {
    const body = this.store.record('run', runKey(jobKey, id));
    return body === undefined ? [] : [runIn(body)];
  }
}

function isCursor(value: unknown): value is Cursor {
  return typeof value === 'object' && value !== null && 'sequence' in value && typeof value.sequence === 'number';
}

// What is read here was written by this connector.
function datasetIn(body: string): DatasetRecord {
  return JSON.parse(body);
}

function jobIn(body: string): JobRecord {
  return JSON.parse(body);
}

function runIn(body: string): RunRecord {
  return JSON.parse(body);
}
