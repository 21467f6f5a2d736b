// Events of OpenLineage as schedulers send them: each run begins, and ends with what it read and wrote.
import { seeded } from '../report.mjs';

const beginMs = Date.parse('2026-01-01T00:00:00Z');
const producer = 'https://example.org/scheduler';

/**
 * @param count how many events; two to a run
 * @param jobs how many jobs take turns
 */
export function nightlyEvents(count, jobs, seed) {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, index) => {
    const run = Math.floor(index / 2);
    return eventOf(run, run % jobs, index % 2 === 0 ? 'START' : random() < 0.1 ? 'FAIL' : 'COMPLETE', index);
  });
}

function eventOf(run, job, eventType, index) {
  const name = `warehouse.load_table_${job}`;
  const dataset = (number, more = {}) => ({
    namespace: 'postgres://warehouse.example.org:5432',
    name: `warehouse.public.table_${number}`,
    facets: {
      schema: { ...facet, fields: columns(number) },
      dataSource: { ...facet, name: 'warehouse', uri: 'postgres://warehouse.example.org:5432/warehouse' },
    },
    ...more,
  });
  const outputs = [
    dataset(job, { outputFacets: { outputStatistics: { ...facet, rowCount: index, size: index * 100 } } }),
  ];
  return {
    eventType,
    eventTime: new Date(beginMs + index * 1_000).toISOString(),
    run: {
      runId: `00000000-0000-4000-8000-${run.toString(16).padStart(12, '0')}`,
      facets: { nominalTime: { ...facet, nominalStartTime: new Date(beginMs + run * 2_000).toISOString() } },
    },
    job: {
      namespace: 'airflow://scheduler.example.org',
      name,
      facets: {
        sql: { ...facet, query: `INSERT INTO table_${job} SELECT * FROM table_${job + 1} JOIN table_${job + 2}` },
      },
    },
    inputs: eventType === 'START' ? [] : [dataset(job + 1), dataset(job + 2)],
    outputs: eventType === 'START' ? [] : outputs,
    producer,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  };
}

const facet = { _producer: producer, _schemaURL: 'https://openlineage.io/spec/facets/1-1-1/Facet.json' };

function columns(number) {
  return Array.from({ length: 8 }, (_, column) => ({
    name: `column_${column}`,
    type: number % 2 ? 'integer' : 'text',
  }));
}

/** Each once, a share of them again, in random order. */
export function shuffledWithRepeats(events, share, seed) {
  const random = seeded(seed);
  const all = [...events, ...events.filter(() => random() < share)];
  for (let place = all.length - 1; place > 0; place -= 1) {
    const other = Math.floor(random() * (place + 1));
    [all[place], all[other]] = [all[other], all[place]];
  }
  return all;
}
