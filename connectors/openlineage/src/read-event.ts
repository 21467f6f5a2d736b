import type { JsonValue } from '@isthmus/connector-sdk';
import type { DatasetMention, Identity, JsonFields, LineageEvent, RunState } from './event.js';
import { runStates } from './event.js';
import { timeOf } from './event-time.js';

/** Longest namespace or name: qualified names are made of them. */
export const longestName = 1_000;
const mostDatasets = 10_000;
const mostAheadMs = 24 * 3_600_000;
/** What is nested deeper cannot be written down again: it would hold up all that was heard before and after it. */
const deepest = 500;

/** Why an event is not taken, and which of its fields is at fault. */
export class EventFault extends Error {
  constructor(
    readonly field: string,
    fault: string,
  ) {
    super(`\`${field}\` ${fault}`);
  }
}

/**
 * Checks one event of OpenLineage 1 or 2. What the specification asks for and nothing is made of (`producer`,
 * `schemaURL`) may be left out.
 *
 * @param nowMs - an event that lies more than a day ahead of it would hide all that its client sends later
 * @throws EventFault
 */
export function readEvent(value: unknown, nowMs: number): LineageEvent {
  if (!isFields(value)) throw new EventFault('event', 'must be an object');
  if (isDeeperThan(value, deepest)) throw new EventFault('event', `must not be nested more than ${deepest} deep`);
  const time = timeIn(value, nowMs);
  for (const field of ['producer', 'schemaURL'])
    if (value[field] !== undefined && typeof value[field] !== 'string') throw new EventFault(field, 'must be a text');
  if (value.job !== undefined) return jobEvent(value, time);
  if (value.run !== undefined) throw new EventFault('job', 'is missing: an event of a run names its job');
  if (value.dataset === undefined)
    throw new EventFault('job', 'is missing: an event is about a run of a job, a job or a dataset');
  return { time, inputs: [], outputs: [], dataset: mention(value.dataset, 'dataset', ''), raw: value };
}

function jobEvent(value: JsonFields, time: number): LineageEvent {
  const job = { ...identity(value.job, 'job'), facets: facetsOf(value.job, 'job', 'facets') };
  const inputs = mentions(value.inputs, 'inputs', 'inputFacets');
  const outputs = mentions(value.outputs, 'outputs', 'outputFacets');
  const { run } = value;
  if (run === undefined) {
    if (value.eventType !== undefined) throw new EventFault('run', 'is missing: an event with an `eventType` has one');
    return { time, job, inputs, outputs, raw: value };
  }
  if (!isFields(run)) throw new EventFault('run', 'must be an object');
  if (typeof run.runId !== 'string' || !uuid.test(run.runId)) throw new EventFault('run.runId', 'must be a UUID');
  const facets = facetsOf(run, 'run', 'facets');
  checkParent(facets.parent);
  return {
    time,
    job,
    run: { id: run.runId.toLowerCase(), state: stateOf(value), facets },
    inputs,
    outputs,
    raw: value,
  };
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

function stateOf({ eventType = 'OTHER' }: JsonFields): RunState {
  const state = runStates.find((known) => known === eventType);
  if (state === undefined) throw new EventFault('eventType', `must be one of ${runStates.join(', ')}`);
  return state;
}

function timeIn({ eventTime }: JsonFields, nowMs: number): number {
  const time = typeof eventTime === 'string' ? timeOf(eventTime) : undefined;
  if (time === undefined)
    throw new EventFault('eventTime', 'must be a date and time with its zone, as 2026-11-30T02:00:00Z');
  // nothing that is known would be later than it
  if (time <= 0) throw new EventFault('eventTime', 'lies before 1970: set the clock of the client');
  if (time / 1_000 > nowMs + mostAheadMs)
    throw new EventFault('eventTime', 'lies more than a day in the future: set the clock of the client');
  return time;
}

function mentions(value: JsonValue | undefined, field: string, useFacets: string): readonly DatasetMention[] {
  if (value === undefined || value === null) return [];
  if (!isList(value)) throw new EventFault(field, 'must be a list');
  if (value.length > mostDatasets) throw new EventFault(field, `must have at most ${mostDatasets} datasets`);
  return value.map((one, position) => mention(one, `${field}[${position}]`, useFacets));
}

function mention(value: JsonValue, field: string, useFacets: string): DatasetMention {
  return {
    ...identity(value, field),
    facets: facetsOf(value, field, 'facets'),
    use: useFacets === '' ? {} : facetsOf(value, field, useFacets),
  };
}

function identity(value: JsonValue | undefined, field: string): Identity {
  if (!isFields(value)) throw new EventFault(field, 'must be an object');
  return { namespace: nameIn(value, field, 'namespace'), name: nameIn(value, field, 'name') };
}

function nameIn(value: JsonFields, field: string, part: string): string {
  const name = value[part];
  if (typeof name !== 'string' || name === '') throw new EventFault(`${field}.${part}`, 'must be a text, not empty');
  if (unstorable.test(name)) throw new EventFault(`${field}.${part}`, 'must not have NUL or half characters');
  if (name.length > longestName)
    throw new EventFault(`${field}.${part}`, `must have at most ${longestName} characters`);
  return name;
}

const unstorable = /\0|\p{Surrogate}/u;

/** A facet that is null says nothing. */
function facetsOf(value: JsonValue | undefined, field: string, part: string): JsonFields {
  const facets = isFields(value) ? value[part] : undefined;
  if (facets === undefined || facets === null) return {};
  if (!isFields(facets)) throw new EventFault(`${field}.${part}`, 'must be an object');
  for (const [name, facet] of Object.entries(facets))
    if (facet !== null && !isFields(facet)) throw new EventFault(`${field}.${part}.${name}`, 'must be an object');
  return facets;
}

function checkParent(parent: JsonValue | undefined): void {
  if (parent === undefined || parent === null) return;
  if (isFields(parent)) identity(parent.job, 'run.facets.parent.job');
}

function isDeeperThan(value: JsonValue | undefined, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

function isFields(value: unknown): value is JsonFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
