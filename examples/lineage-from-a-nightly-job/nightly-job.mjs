// The night of the shop: two steps that read and write CSV files, and tell what they do as OpenLineage events. It knows
// nothing of Isthmus: any job that speaks OpenLineage is heard alike.
// Usage: OPENLINEAGE_URL=http://127.0.0.1:5050 node nightly-job.mjs <folder>
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const producer = 'https://example.org/alder-and-birch/night';
const namespace = 'night';

/** @param emit takes one event */
export async function runNight(folder, emit) {
  const night = randomUUID();
  await emit(event('START', { run: night, job: 'night' }));
  await step('sales-by-product', salesByProduct);
  // as on many a night, the list of the stock comes late
  await rename(join(folder, 'stock.csv'), join(folder, 'stock.csv.late'));
  await step('order-suggestions', orderSuggestions).catch(() => undefined);
  await rename(join(folder, 'stock.csv.late'), join(folder, 'stock.csv'));
  await step('order-suggestions', orderSuggestions);
  await emit(event('COMPLETE', { run: night, job: 'night' }));

  /** Tells when a step begins and how it ends, as integrations of schedulers do. */
  async function step(job, work) {
    const about = { run: randomUUID(), job, parent: night };
    await emit(event('START', about));
    try {
      await emit(event('COMPLETE', { ...about, ...(await work(folder)) }));
    } catch (error) {
      await emit(event('FAIL', { ...about, error: error.message.replaceAll(folder, '...') }));
      throw error;
    }
  }
}

async function salesByProduct(folder) {
  const sales = await readTable(join(folder, 'sales.csv'));
  const totals = new Map();
  for (const { product, pieces, price } of sales) {
    const [count, revenue] = totals.get(product) ?? [0, 0];
    totals.set(product, [count + Number(pieces), revenue + Number(pieces) * Number(price)]);
  }
  const rows = [...totals].map(([product, [pieces, revenue]]) => [product, pieces, revenue.toFixed(2)]);
  const output = join(folder, 'totals/sales_by_product.csv');
  await writeTable(output, ['product', 'pieces', 'revenue'], rows);
  const input = join(folder, 'sales.csv');
  return {
    sql: 'SELECT product, sum(pieces) AS pieces, sum(pieces * price) AS revenue FROM sales GROUP BY product',
    inputs: [dataset(input, { columns: ['day', 'shop', 'product', 'pieces', 'price'] })],
    outputs: [
      dataset(output, {
        columns: ['product', 'pieces', 'revenue'],
        from: {
          product: [[input, 'product']],
          pieces: [[input, 'pieces']],
          revenue: [
            [input, 'pieces'],
            [input, 'price'],
          ],
        },
        rows: rows.length,
      }),
    ],
  };
}

async function orderSuggestions(folder) {
  const [totals, stock] = [join(folder, 'totals/sales_by_product.csv'), join(folder, 'stock.csv')];
  const inStock = new Map((await readTable(stock)).map(({ product, pieces }) => [product, Number(pieces)]));
  const rows = (await readTable(totals))
    .map(({ product, pieces }) => [product, Number(pieces) - (inStock.get(product) ?? 0)])
    .filter(([, missing]) => missing > 0);
  const output = join(folder, 'totals/order_suggestions.csv');
  await writeTable(output, ['product', 'pieces'], rows);
  return {
    inputs: [
      dataset(totals, { columns: ['product', 'pieces', 'revenue'] }),
      dataset(stock, { columns: ['product', 'pieces'] }),
    ],
    outputs: [
      dataset(output, {
        columns: ['product', 'pieces'],
        from: {
          product: [[totals, 'product']],
          pieces: [
            [totals, 'pieces'],
            [stock, 'pieces'],
          ],
        },
        rows: rows.length,
      }),
    ],
  };
}

function event(eventType, { run, job, parent, error, sql, inputs = [], outputs = [] }) {
  return {
    eventType,
    eventTime: new Date().toISOString(),
    run: {
      runId: run,
      facets: {
        ...(parent === undefined
          ? {}
          : { parent: facet({ run: { runId: parent }, job: { namespace, name: 'night' } }) }),
        ...(error === undefined ? {} : { errorMessage: facet({ message: error, programmingLanguage: 'JavaScript' }) }),
      },
    },
    job: { namespace, name: job, facets: sql === undefined ? {} : { sql: facet({ query: sql }) } },
    inputs,
    outputs,
    producer,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  };
}

/** By the naming rules of OpenLineage a file of this machine is known by its path. */
function dataset(path, { columns, from, rows }) {
  const origins = Object.entries(from ?? {}).map(([column, inputs]) => [
    column,
    { inputFields: inputs.map(([name, field]) => ({ namespace: 'file', name, field })) },
  ]);
  return {
    namespace: 'file',
    name: path,
    facets: {
      schema: facet({ fields: columns.map((name) => ({ name })) }),
      ...(from === undefined ? {} : { columnLineage: facet({ fields: Object.fromEntries(origins) }) }),
    },
    ...(rows === undefined ? {} : { outputFacets: { outputStatistics: facet({ rowCount: rows }) } }),
  };
}

function facet(fields) {
  return { _producer: producer, _schemaURL: 'https://openlineage.io/spec/facets/1-0-0/Facet.json', ...fields };
}

async function readTable(path) {
  const [header, ...lines] = (await readFile(path, 'utf8')).trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, place) => [names[place], value])));
}

async function writeTable(path, header, rows) {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `${[header, ...rows].map((row) => row.join(',')).join('\n')}\n`);
}

/** Posts events as an OpenLineage client does. */
export function emitTo(url) {
  return async (told) => {
    const response = await fetch(`${url}/api/v1/lineage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(told),
    });
    if (!response.ok) throw new Error(`the event was answered with ${response.status}: ${await response.text()}`);
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder = '.'] = process.argv;
  await runNight(resolve(folder), emitTo(process.env.OPENLINEAGE_URL ?? 'http://127.0.0.1:5050'));
}
