import type { Identity, RunState } from './event.js';
import type { Register, Registers } from './register.js';

/** When a run was heard of last, and when of its data; 0 = never (microseconds). */
export type RunTimes = readonly [last: number, lastWithData: number];

export interface JobRecord extends Identity {
  readonly facets: Registers;
  /** By id: those that are kept. */
  readonly runs: { [id: string]: RunTimes };
  /** What the job reads and writes by an event about the job alone. */
  declared?: Register;
}

export interface RunRecord {
  readonly id: string;
  /** Earliest event that said that it starts. */
  started?: number;
  /** Latest event that said that it ends. */
  ended?: number;
  state: RunState;
  stateTime: number;
  readonly facets: Registers;
  /** Keys of datasets, sorted. */
  inputs: readonly string[];
  outputs: readonly string[];
  /** What was measured, by `in:` or `out:` and the key of the dataset. */
  readonly uses: { [use: string]: Registers };
}

export interface DatasetRecord extends Identity {
  readonly facets: Registers;
}

/** Where the graph lies. Records are changed in place and then named as changed. */
export interface Graph {
  /** Makes it when there is none. */
  job(key: string): JobRecord;
  dataset(key: string): DatasetRecord;
  run(jobKey: string, id: string): RunRecord | undefined;
  jobChanged(key: string): void;
  datasetChanged(key: string): void;
  /** Also of a new one. */
  runChanged(jobKey: string, record: RunRecord): void;
  dropRun(jobKey: string, id: string): void;
  /** It is no longer one of those that are shown. */
  runLeft(jobKey: string, id: string): void;
  /** It is shown from now on. */
  runEntered(jobKey: string, id: string): void;
}

/** One text for namespace and name, whatever they hold. */
export function keyOf({ namespace, name }: Identity): string {
  return `${namespace.length}:${namespace}${name}`;
}

export function identityOf(key: string): Identity {
  const colon = key.indexOf(':');
  const end = colon + 1 + Number(key.slice(0, colon));
  return { namespace: key.slice(colon + 1, end), name: key.slice(end) };
}

export function newJob(key: string): JobRecord {
  return { ...identityOf(key), facets: {}, runs: {} };
}

export function newDataset(key: string): DatasetRecord {
  return { ...identityOf(key), facets: {} };
}

export function newRun(id: string): RunRecord {
  return { id, state: 'OTHER', stateTime: 0, facets: {}, inputs: [], outputs: [], uses: {} };
}

/** Ids have one length, so that the key of the job ends where they begin. */
export function runKey(jobKey: string, id: string): string {
  return `${jobKey}#${id}`;
}

export function partsOfRunKey(key: string): { readonly jobKey: string; readonly id: string } {
  const at = key.lastIndexOf('#');
  return { jobKey: key.slice(0, at), id: key.slice(at + 1) };
}
