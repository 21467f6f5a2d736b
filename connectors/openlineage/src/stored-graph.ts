import { type DatasetRecord, type Graph, type JobRecord, newDataset, newJob, type RunRecord, runKey } from './graph.js';
import type { Kind, LineageStore } from './lineage-store.js';

type AnyRecord = DatasetRecord | JobRecord | RunRecord;
type Cached = { readonly kind: Kind; readonly key: string; readonly record: AnyRecord };

/** Records that are kept in memory: those in use are asked for again and again. */
const mostCached = 4_000;
const savesPerCheck = 100;

/** The graph in a store. What changes is written with the transaction in which it changed, each record once. */
export class StoredGraph implements Graph {
  readonly #cache = new Map<string, Cached>();
  readonly #changed = new Map<string, Cached>();
  readonly #dropped = new Set<string>();
  readonly #left = new Map<string, boolean>();
  #sequence: number | undefined;
  #savedCount = 0;

  constructor(private readonly store: LineageStore) {}

  /** Number of the last change that was saved here; undefined: of none yet. */
  get sequence(): number | undefined {
    return this.#sequence;
  }

  job(key: string): JobRecord {
    return this.#known('job', key, isJob) ?? this.#made('job', key, newJob(key));
  }

  dataset(key: string): DatasetRecord {
    return this.#known('dataset', key, isDataset) ?? this.#made('dataset', key, newDataset(key));
  }

  run(jobKey: string, id: string): RunRecord | undefined {
    return this.#known('run', runKey(jobKey, id), isRun);
  }

  jobChanged(key: string): void {
    this.#note('job', key);
  }

  datasetChanged(key: string): void {
    this.#note('dataset', key);
  }

  runChanged(jobKey: string, record: RunRecord): void {
    const key = runKey(jobKey, record.id);
    this.#dropped.delete(key);
    this.#remember({ kind: 'run', key, record });
    this.#note('run', key);
  }

  dropRun(jobKey: string, id: string): void {
    const key = runKey(jobKey, id);
    this.#cache.delete(`run ${key}`);
    this.#changed.delete(`run ${key}`);
    this.#dropped.add(key);
  }

  runLeft(jobKey: string, id: string): void {
    this.#left.set(runKey(jobKey, id), true);
  }

  runEntered(jobKey: string, id: string): void {
    this.#left.set(runKey(jobKey, id), false);
  }

  /** How many records have changed since they were saved last. */
  get unsavedCount(): number {
    return this.#changed.size + this.#dropped.size;
  }

  /** Writes what has changed since the last time; within a transaction. It counts as saved once `saved` was called. */
  save(): void {
    if (this.#changed.size === 0 && this.#dropped.size === 0 && this.#left.size === 0) return;
    const sequence = (this.#sequence ?? this.store.lastSequence()) + 1;
    for (const { kind, key, record } of this.#changed.values())
      this.store.run(
        `INSERT INTO record VALUES (?, ?, ?, ?)
         ON CONFLICT (kind, key) DO UPDATE SET sequence = excluded.sequence, body = excluded.body`,
        kind,
        key,
        sequence,
        JSON.stringify(record),
      );
    for (const key of this.#dropped) this.store.run("DELETE FROM record WHERE kind = 'run' AND key = ?", key);
    for (const [key, hasLeft] of this.#left)
      if (hasLeft) this.store.run('INSERT OR REPLACE INTO left_run VALUES (?, ?)', key, sequence);
      else this.store.run('DELETE FROM left_run WHERE key = ?', key);
    if (this.#savedCount % savesPerCheck === 0) this.store.boundLeft();
  }

  /** The transaction is made. @returns how many rows were written */
  saved(): number {
    const rows = this.#changed.size + this.#dropped.size + this.#left.size;
    if (rows === 0) return 0;
    this.#sequence = (this.#sequence ?? this.store.lastSequence() - 1) + 1;
    this.#savedCount += 1;
    this.#changed.clear();
    this.#dropped.clear();
    this.#left.clear();
    this.#trim();
    return rows;
  }

  #known<T extends AnyRecord>(kind: Kind, key: string, is: (record: AnyRecord) => record is T): T | undefined {
    const cached = this.#cache.get(`${kind} ${key}`);
    if (cached !== undefined) return is(cached.record) ? cached.record : undefined;
    if (kind === 'run' && this.#dropped.has(key)) return undefined;
    const body = this.store.record(kind, key);
    if (body === undefined) return undefined;
    const record: AnyRecord = JSON.parse(body);
    this.#remember({ kind, key, record });
    return is(record) ? record : undefined;
  }

  #made<T extends AnyRecord>(kind: Kind, key: string, record: T): T {
    this.#remember({ kind, key, record });
    this.#note(kind, key);
    return record;
  }

  #remember(cached: Cached): void {
    this.#cache.set(`${cached.kind} ${cached.key}`, cached);
  }

  #note(kind: Kind, key: string): void {
    const name = `${kind} ${key}`;
    const cached = this.#cache.get(name);
    if (cached !== undefined) this.#changed.set(name, cached);
  }

  /** Those that came first go first. */
  #trim(): void {
    for (const name of this.#cache.keys()) {
      if (this.#cache.size <= mostCached) return;
      this.#cache.delete(name);
    }
  }
}

function isJob(record: AnyRecord): record is JobRecord {
  return 'runs' in record;
}

function isDataset(record: AnyRecord): record is DatasetRecord {
  return 'namespace' in record && !('runs' in record);
}

function isRun(record: AnyRecord): record is RunRecord {
  return 'uses' in record;
}
