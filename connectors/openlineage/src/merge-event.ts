import type { DatasetMention, JsonFields, LineageEvent, RunState } from './event.js';
import { isFields, listIn, textIn } from './facet-values.js';
import { type Graph, type JobRecord, keyOf, newRun, type RunRecord } from './graph.js';
import { laterOf, mergeFacets, setLater } from './register.js';
import { keptRuns, shownRuns, tooMany } from './run-window.js';

const jobFacets = ['documentation', 'ownership', 'sql', 'sourceCode', 'sourceCodeLocation', 'jobType', 'tags'];
const runFacets = ['parent', 'nominalTime', 'errorMessage', 'processing_engine', 'externalQuery'];
const datasetFacets = [
  'schema',
  'documentation',
  'dataSource',
  'ownership',
  'columnLineage',
  'version',
  'storage',
  'lifecycleStateChange',
  'symlinks',
  'datasetType',
  'catalog',
  'tags',
];
const useFacets = ['outputStatistics', 'inputStatistics'];

/**
 * Adds what one event says to the graph. Whatever the order in which events come, and however often each, the graph is
 * the same in the end: sets grow, and of values the one with the latest `eventTime` holds.
 *
 * @param shown - how many runs of a job are shown
 */
export function mergeEvent(graph: Graph, event: LineageEvent, shown: number): void {
  const { job, run, dataset, time } = event;
  for (const mention of [...event.inputs, ...event.outputs]) mergeDataset(graph, mention, time);
  if (dataset !== undefined) mergeDataset(graph, dataset, time);
  if (job === undefined) return;
  const key = keyOf(job);
  const record = graph.job(key);
  let isChanged = mergeFacets(record.facets, job.facets, time, jobFacets);
  if (run === undefined) isChanged = mergeDeclared(record, event) || isChanged;
  else {
    isChanged = mergeParent(graph, key, record, event) || isChanged;
    isChanged = mergeRun(graph, key, record, event, run, shown) || isChanged;
  }
  if (isChanged) graph.jobChanged(key);
}

function mergeDataset(graph: Graph, mention: DatasetMention, time: number): void {
  const key = keyOf(mention);
  const record = graph.dataset(key);
  const facets = datasetFacets.filter((name) => saysSomething(name, mention.facets));
  if (mergeFacets(record.facets, mention.facets, time, facets)) graph.datasetChanged(key);
}

/** Columns are not gone because a client could not tell them: what takes them back is `_deleted`. */
function saysSomething(name: string, facets: JsonFields): boolean {
  const facet = facets[name];
  if (!isFields(facet) || facet._deleted === true) return true;
  if (name === 'schema') return listIn(facet, 'fields').some((field) => textIn(field, 'name') !== undefined);
  return name !== 'columnLineage' || isFields(facet.fields);
}

/** An event about a job alone tells all that it reads and writes. */
function mergeDeclared(record: JobRecord, { time, inputs, outputs }: LineageEvent): boolean {
  if (inputs.length === 0 && outputs.length === 0) return false;
  const value = { inputs: joined([], inputs), outputs: joined([], outputs) };
  const later = laterOf(record.declared, time, value);
  if (later === undefined) return false;
  record.declared = later;
  return true;
}

/** Of which job this one is a part, by the last of its runs that said so. */
function mergeParent(graph: Graph, key: string, record: JobRecord, { time, run }: LineageEvent): boolean {
  const parent = run?.facets.parent;
  if (typeof parent !== 'object' || parent === null || !('job' in parent)) return false;
  const { job } = parent;
  if (typeof job !== 'object' || job === null || !('namespace' in job) || !('name' in job)) return false;
  const { namespace, name } = job;
  if (typeof namespace !== 'string' || typeof name !== 'string') return false;
  const above = keyOf({ namespace, name });
  if (above === key) return false;
  graph.job(above);
  return setLater(record.facets, 'parent', time, above);
}

function mergeRun(
  graph: Graph,
  key: string,
  job: JobRecord,
  event: LineageEvent,
  run: NonNullable<LineageEvent['run']>,
  shown: number,
): boolean {
  const { time, inputs, outputs } = event;
  const { id } = run;
  const [last, lastWithData] = job.runs[id] ?? [0, 0];
  const hasData = inputs.length > 0 || outputs.length > 0;
  const isMoved = time > last || (hasData && time > lastWithData);
  if (isMoved)
    move(graph, key, job, id, [Math.max(last, time), hasData ? Math.max(lastWithData, time) : lastWithData], shown);
  if (job.runs[id] === undefined) return isMoved;
  const known = graph.run(key, id);
  const record = known ?? newRun(id);
  const { inputs: read, outputs: written } = record;
  if (mergeIntoRun(record, event, run) || known === undefined) graph.runChanged(key, record);
  // what a job reads and writes is that of its runs
  return isMoved || record.inputs !== read || record.outputs !== written;
}

/** Notes when a run was heard of, and drops those that are too many by that. */
function move(
  graph: Graph,
  key: string,
  job: JobRecord,
  id: string,
  times: JobRecord['runs'][string],
  shown: number,
): void {
  const before = shownRuns(job.runs, shown);
  job.runs[id] = times;
  for (const dropped of tooMany(job.runs, keptRuns(shown))) {
    delete job.runs[dropped];
    graph.dropRun(key, dropped);
  }
  const after = shownRuns(job.runs, shown);
  for (const left of before) if (!after.includes(left)) graph.runLeft(key, left);
  for (const entered of after) if (!before.includes(entered)) graph.runEntered(key, entered);
}

function mergeIntoRun(
  record: RunRecord,
  { time, inputs, outputs }: LineageEvent,
  { state, facets }: NonNullable<LineageEvent['run']>,
): boolean {
  let isChanged = mergeFacets(record.facets, facets, time, runFacets);
  if (isFurther(record, state, time)) {
    record.state = state;
    record.stateTime = time;
    isChanged = true;
  }
  if (state === 'START' && time < (record.started ?? Number.POSITIVE_INFINITY)) {
    record.started = time;
    isChanged = true;
  }
  if (rank[state] === rank.COMPLETE && time > (record.ended ?? 0)) {
    record.ended = time;
    isChanged = true;
  }
  for (const [part, mentions] of [
    ['inputs', inputs],
    ['outputs', outputs],
  ] as const) {
    const all = joined(record[part], mentions);
    if (all.length > record[part].length) {
      record[part] = all;
      isChanged = true;
    }
    for (const mention of mentions)
      isChanged = mergeUse(record, part === 'inputs' ? 'in' : 'out', mention, time) || isChanged;
  }
  return isChanged;
}

function mergeUse(record: RunRecord, way: 'in' | 'out', mention: DatasetMention, time: number): boolean {
  if (!useFacets.some((name) => mention.use[name] !== undefined)) return false;
  const use = `${way}:${keyOf(mention)}`;
  const kept = record.uses[use] ?? {};
  record.uses[use] = kept;
  return mergeFacets(kept, mention.use, time, useFacets);
}

/** A run that has ended does not run again, however late it is told that it began. */
const rank: Readonly<Record<RunState, number>> = { OTHER: 0, START: 1, RUNNING: 2, COMPLETE: 3, ABORT: 3, FAIL: 3 };

function isFurther(record: RunRecord, state: RunState, time: number): boolean {
  const further = rank[state] - rank[record.state];
  if (further !== 0) return further > 0;
  return time > record.stateTime || (time === record.stateTime && state > record.state);
}

function joined(known: readonly string[], mentions: readonly DatasetMention[]): readonly string[] {
  if (mentions.length === 0) return known;
  const all = new Set(known);
  for (const mention of mentions) all.add(keyOf(mention));
  return all.size === known.length ? known : [...all].sort();
}
