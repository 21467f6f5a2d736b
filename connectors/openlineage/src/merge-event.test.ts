import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonFields, LineageEvent } from './event.js';
import { keyOf } from './graph.js';
import { catalogueOf, datasetOf, eventOf, runEvent } from './testing-graph.js';

const shown = 3;

/** One run of a job, as schedulers tell it: several events, each with facets that may say something else than before. */
const story = fc.record({
  job: fc.integer({ min: 0, max: 3 }),
  inputs: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
  outputs: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
  end: fc.constantFrom('COMPLETE', 'FAIL', 'ABORT', undefined),
  beats: fc.integer({ min: 0, max: 2 }),
  said: fc.constantFrom('one', 'two', 'three'),
  parent: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  sameMoment: fc.boolean(),
});

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

function eventsOf(stories: readonly Story[]): readonly LineageEvent[] {
  return stories.flatMap((one, number) => {
    const minute = number * 10;
    const about = (
      with_: Partial<Record<'inputs' | 'outputs', readonly number[]>>,
      extra: JsonFields = {},
    ): JsonFields => ({
      job: { namespace: 'nightly', name: `job ${one.job}`, facets: { documentation: { description: one.said } } },
      run: {
        runId: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
        facets:
          one.parent === undefined ? {} : { parent: { job: { namespace: 'nightly', name: `job ${one.parent}` } } },
      },
      inputs: (with_.inputs ?? []).map((input) => datasetOf(`in.${input}`, { dataSource: { name: one.said } })),
      outputs: (with_.outputs ?? []).map((output) => ({
        ...datasetOf(`out.${output}`, { schema: { fields: [{ name: one.said, type: 'text' }] } }),
        outputFacets: { outputStatistics: { rowCount: number } },
      })),
      ...extra,
    });
    const step = (type: string, at: number, more: JsonFields) =>
      eventOf(runEvent(`job ${one.job}`, number, type, minute + (one.sameMoment ? 0 : at), more));
    return [
      step('START', 0, about({ inputs: one.inputs })),
      ...Array.from({ length: one.beats }, (_, beat) => step('RUNNING', beat + 1, about({ outputs: one.outputs }))),
      ...(one.end === undefined ? [] : [step(one.end, 9, about({ inputs: one.inputs, outputs: one.outputs }))]),
    ];
  });
}

describe('mergeEvent', () => {
  it('makes the same of events in whatever order and however often each comes', () => {
    fc.assert(
      fc.property(fc.array(story, { minLength: 1, maxLength: 20 }), fc.infiniteStream(fc.nat()), (stories, draws) => {
        const events = eventsOf(stories);
        const random = draws[Symbol.iterator]();
        const draw = (below: number): number => Number(random.next().value) % below;
        const again = [...events, ...events.filter(() => draw(5) === 0)];
        const shuffled = again
          .map((event) => ({ event, at: draw(1_000_000) }))
          .sort((one, other) => one.at - other.at)
          .map(({ event }) => event);
        expect(catalogueOf(shuffled, shown)).toEqual(catalogueOf(events, shown));
      }),
      { numRuns: 100 },
    );
  });

  it('makes the same when half was missing and is brought later', () => {
    fc.assert(
      fc.property(fc.array(story, { minLength: 1, maxLength: 12 }), fc.boolean(), (stories, isFirst) => {
        const events = eventsOf(stories);
        const [half, rest] = [0, 1].map((which) => events.filter((_, place) => (place % 2 === which) === isFirst));
        expect(catalogueOf([...(half ?? []), ...(rest ?? [])], shown)).toEqual(catalogueOf(events, shown));
      }),
      { numRuns: 50 },
    );
  });

  it('knows a run of which the beginning was never told', () => {
    const end = eventOf(
      runEvent('load', 1, 'COMPLETE', 5, { inputs: [datasetOf('shop.orders')], outputs: [datasetOf('shop.totals')] }),
    );
    expect(Object.values(catalogueOf([end], shown))).toContainEqual(
      expect.objectContaining({ activityStatus: 'COMPLETED', completionTime: Date.parse('2026-11-29T00:05:00Z') }),
    );
  });

  it('does not let a run go on that has ended, however late its beginning is told', () => {
    const [start, fail] = [runEvent('load', 1, 'START', 9), runEvent('load', 1, 'FAIL', 5)].map(eventOf);
    const runs = Object.values(catalogueOf([fail, start] as LineageEvent[], shown));
    expect(runs).toContainEqual(expect.objectContaining({ activityStatus: 'FAILED' }));
  });

  it('takes what a job reads from its last runs that told of data, so that one without any hides nothing', () => {
    const events = [
      eventOf(runEvent('load', 0, 'COMPLETE', 0, { inputs: [datasetOf('shop.orders')] })),
      ...Array.from({ length: 60 }, (_, run) => eventOf(runEvent('load', run + 1, 'FAIL', run + 1))),
    ];
    expect(catalogueOf(events, shown)['job 7:nightlyload']).toMatchObject({
      reads: [['postgres://db.example.org:5432', 'shop.orders']],
    });
  });

  it('keeps the last runs of a job and no more', () => {
    const events = Array.from({ length: 200 }, (_, run) => eventOf(runEvent('load', run, 'COMPLETE', run)));
    expect(Object.keys(catalogueOf(events, shown)).filter((name) => name.startsWith('run '))).toHaveLength(shown);
  });

  it.each<readonly [string, JsonFields]>([
    ['a schema without fields', { schema: {} }],
    ['a schema of no fields', { schema: { fields: [] } }],
    ['a schema whose fields are a text', { schema: { fields: 'none' } }],
    ['a schema whose fields have no names', { schema: { fields: [{ type: 'text' }, null] } }],
    ['origins that are a text', { columnLineage: { fields: 'none' } }],
    ['origins of nothing', { columnLineage: {} }],
  ])('keeps the columns that are known when it is told %s', (_what, facets) => {
    const told = (minute: number, said: JsonFields) =>
      eventOf(runEvent('load', minute, 'COMPLETE', minute, { outputs: [datasetOf('shop.totals', said)] }));
    const input = { namespace: 'n', name: 'in', field: 'x' };
    const known = {
      schema: { fields: [{ name: 'id' }] },
      columnLineage: { fields: { sum: { inputFields: [input] } } },
    };
    const dataset = `dataset ${keyOf({ namespace: 'postgres://db.example.org:5432', name: 'shop.totals' })}`;
    const columns = [{ name: 'id' }, { name: 'sum', mappedFrom: [{ to: ['n', 'in', 'x'] }] }];
    expect(catalogueOf([told(1, known), told(2, facets)], shown)[dataset]).toMatchObject({ columns });
    expect(catalogueOf([told(2, facets), told(1, known)], shown)[dataset]).toMatchObject({ columns });
  });

  it('tells by what names a dataset was known, and none that is half missing', () => {
    const facets: JsonFields = {
      lifecycleStateChange: {
        lifecycleStateChange: 'RENAME',
        previousIdentifier: { namespace: 'hive', name: 'shop.sums' },
      },
      symlinks: { identifiers: [{ namespace: 'glue', name: 'totals', type: 'TABLE' }, { name: 'half' }, null] },
    };
    const event = eventOf(runEvent('load', 1, 'COMPLETE', 1, { outputs: [datasetOf('shop.totals', facets)] }));
    const dataset = `dataset ${keyOf({ namespace: 'postgres://db.example.org:5432', name: 'shop.totals' })}`;
    expect(catalogueOf([event], shown)[dataset]).toMatchObject({
      additionalProperties: {
        lifecycleStateChange: 'RENAME',
        renamedFrom: 'hive/shop.sums',
        alsoKnownAs: 'glue/totals',
      },
    });
  });

  it('takes columns back that are said to be deleted', () => {
    const told = (minute: number, schema: JsonFields) =>
      eventOf(runEvent('load', minute, 'COMPLETE', minute, { outputs: [datasetOf('shop.totals', { schema })] }));
    const dataset = `dataset ${keyOf({ namespace: 'postgres://db.example.org:5432', name: 'shop.totals' })}`;
    const events = [told(1, { fields: [{ name: 'id' }] }), told(2, { _deleted: true })];
    expect(catalogueOf(events, shown)[dataset]).toMatchObject({ columns: [] });
  });

  it('takes a facet back that says that it is deleted', () => {
    const described = (facet: JsonFields, minute: number) =>
      eventOf(
        runEvent('load', 1, 'RUNNING', minute, {
          job: { namespace: 'nightly', name: 'load', facets: { documentation: facet } },
        }),
      );
    const told = catalogueOf([described({ description: 'x' }, 1), described({ _deleted: true }, 2)], shown);
    expect(told['job 7:nightlyload']).toMatchObject({ description: undefined });
  });
});
