import type { JsonFields, LineageEvent } from './event.js';
import { type DatasetRecord, type Graph, type JobRecord, newDataset, newJob, type RunRecord, runKey } from './graph.js';
import { mergeEvent } from './merge-event.js';
import { readEvent } from './read-event.js';
import { runsWithData, shownRuns } from './run-window.js';
import { toDataset } from './to-dataset.js';
import { toJob, toRun } from './to-process.js';

/** A graph in memory alone. */
export class MemoryGraph implements Graph {
  readonly jobs = new Map<string, JobRecord>();
  readonly datasets = new Map<string, DatasetRecord>();
  readonly runs = new Map<string, RunRecord>();

  job(key: string): JobRecord {
    const record = this.jobs.get(key) ?? newJob(key);
    this.jobs.set(key, record);
    return record;
  }

  dataset(key: string): DatasetRecord {
    const record = this.datasets.get(key) ?? newDataset(key);
    this.datasets.set(key, record);
    return record;
  }

  run(jobKey: string, id: string): RunRecord | undefined {
    return this.runs.get(runKey(jobKey, id));
  }

  runChanged(jobKey: string, record: RunRecord): void {
    this.runs.set(runKey(jobKey, record.id), record);
  }

  dropRun(jobKey: string, id: string): void {
    this.runs.delete(runKey(jobKey, id));
  }

  jobChanged(): void {}
  datasetChanged(): void {}
  runLeft(): void {}
  runEntered(): void {}
}

/** What the catalogue would hold after these events, by qualified name and the like. */
export function catalogueOf(events: readonly LineageEvent[], shown: number): Readonly<Record<string, unknown>> {
  const graph = new MemoryGraph();
  for (const event of events) mergeEvent(graph, event, shown);
  const names = { unify: [], nameOfJob: (parts: readonly string[]) => parts.join('/') };
  const told: Record<string, unknown> = {};
  for (const [key, record] of graph.datasets) told[`dataset ${key}`] = toDataset(record, []);
  for (const [key, record] of graph.jobs) {
    const recordsOf = (ids: readonly string[]) => ids.flatMap((id) => graph.run(key, id) ?? []);
    told[`job ${key}`] = toJob(record, recordsOf(runsWithData(record.runs, shown)), names);
    for (const run of recordsOf(shownRuns(record.runs, shown)))
      told[`run ${runKey(key, run.id)}`] = toRun(record, run, names);
  }
  return told;
}

export const testNow = Date.parse('2026-11-30T12:00:00Z');

export function eventOf(fields: JsonFields): LineageEvent {
  return readEvent(fields, testNow);
}

/** An event of a run as a client writes it. */
export function runEvent(
  job: string,
  run: number,
  eventType: string,
  minute: number,
  more: JsonFields = {},
): JsonFields {
  return {
    eventType,
    eventTime: new Date(Date.parse('2026-11-29T00:00:00Z') + minute * 60_000).toISOString(),
    run: { runId: runIdOf(run) },
    job: { namespace: 'nightly', name: job },
    producer: 'https://example.org/scheduler',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    ...more,
  };
}

export function runIdOf(run: number): string {
  return `00000000-0000-4000-8000-${run.toString(16).padStart(12, '0')}`;
}

export function datasetOf(name: string, facets: JsonFields = {}): JsonFields {
  return { namespace: 'postgres://db.example.org:5432', name, facets };
}
