import { describe, expect, it } from '@jest/globals';
import type { JsonFields } from './event.js';
import { timeOf } from './event-time.js';
import { EventFault, readEvent } from './read-event.js';
import { datasetOf, runEvent, testNow } from './testing-graph.js';

function faultOf(event: unknown): string | undefined {
  try {
    readEvent(event, testNow);
    return undefined;
  } catch (error) {
    if (error instanceof EventFault) return error.field;
    throw error;
  }
}

/** An event of so many levels. */
function nested(levels: number): JsonFields {
  let inner: JsonFields = {};
  for (let level = 4; level < levels; level += 1) inner = { inner };
  return { ...good, job: { namespace: 'n', name: 'x', facets: { deep: inner } } };
}

const good = runEvent('load', 1, 'START', 0);

describe('readEvent', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['no object', [], 'event'],
    ['no time', { ...good, eventTime: undefined }, 'eventTime'],
    ['a time without zone', { ...good, eventTime: '2026-11-29T00:00:00' }, 'eventTime'],
    ['a time of no calendar', { ...good, eventTime: '2026-13-29T00:00:00Z' }, 'eventTime'],
    ['a time far ahead', { ...good, eventTime: '2099-01-01T00:00:00Z' }, 'eventTime'],
    ['a time before all clocks', { ...good, eventTime: '1970-01-01T00:00:00Z' }, 'eventTime'],
    ['an unknown type', { ...good, eventType: 'DONE' }, 'eventType'],
    ['a run without id', { ...good, run: {} }, 'run.runId'],
    ['a run with another id', { ...good, run: { runId: 'nightly-1' } }, 'run.runId'],
    ['no job', { ...good, job: undefined }, 'job'],
    ['a job without name', { ...good, job: { namespace: 'n', name: '' } }, 'job.name'],
    ['a job without namespace', { ...good, job: { name: 'n' } }, 'job.namespace'],
    ['a name that is too long', { ...good, job: { namespace: 'n', name: 'x'.repeat(1_001) } }, 'job.name'],
    ['a name with NUL', { ...good, job: { namespace: 'n', name: 'x\0' } }, 'job.name'],
    ['facets that are a list', { ...good, job: { namespace: 'n', name: 'x', facets: [] } }, 'job.facets'],
    ['a facet that is a text', { ...good, job: { namespace: 'n', name: 'x', facets: { sql: 'x' } } }, 'job.facets.sql'],
    ['inputs that are no list', { ...good, inputs: {} }, 'inputs'],
    ['an input without name', { ...good, inputs: [datasetOf('a'), { namespace: 'n' }] }, 'inputs[1].name'],
    [
      'output facets that are no object',
      { ...good, outputs: [{ ...datasetOf('a'), outputFacets: 1 }] },
      'outputs[0].outputFacets',
    ],
    [
      'a parent without job',
      { ...good, run: { ...(good.run as JsonFields), facets: { parent: {} } } },
      'run.facets.parent.job',
    ],
    ['a producer that is no text', { ...good, producer: 1 }, 'producer'],
    ['a dataset without namespace', { eventTime: good.eventTime, dataset: { name: 'a' } }, 'dataset.namespace'],
    ['nesting without end', nested(501), 'event'],
    ['a type without a run', { ...good, run: undefined }, 'run'],
  ];
  it.each(cases)('names the field of an event with %s', (_what, event, field) => {
    expect(faultOf(event)).toBe(field);
  });

  it('takes what is nested as deep as is kept', () => {
    expect(faultOf(nested(500))).toBeUndefined();
  });

  it('takes events of runs, of jobs alone and of datasets alone', () => {
    const { eventTime, job } = good;
    expect(faultOf(good)).toBeUndefined();
    expect(faultOf({ eventTime, job, inputs: [datasetOf('a')] })).toBeUndefined();
    expect(faultOf({ eventTime, dataset: datasetOf('a') })).toBeUndefined();
  });

  it('takes lists and facets that are null for none', () => {
    expect(
      faultOf({ ...good, inputs: null, job: { namespace: 'n', name: 'x', facets: { sql: null } } }),
    ).toBeUndefined();
  });
});

describe('timeOf', () => {
  it('tells moments apart by less than a millisecond, whatever the zone', () => {
    const one = timeOf('2026-11-29T01:00:00.123456+01:00') ?? 0;
    expect(one - (timeOf('2026-11-29T00:00:00.123455Z') ?? 0)).toBe(1);
    expect(timeOf('2026-11-29T00:00:00.1234567891Z')).toBe(one);
    expect(timeOf('2026-11-29T00:00:00+0000')).toBe(timeOf('2026-11-29T00:00:00Z'));
  });
});
