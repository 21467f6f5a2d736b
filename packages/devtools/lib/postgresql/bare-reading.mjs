// Reads the rows of the catalogs of one database with the very questions of the connector, and does nothing with them: the
// least that any listing of it costs. A process of its own, so that it starts as cold as nothing else.
// Usage: node bare-reading.mjs <port> <user> <database> -> { ms, tables }
import pg from 'pg';
import * as queries from '../../../../connectors/postgresql/dist/catalog-queries.js';

const [port, user, database] = process.argv.slice(2);
const times = [];
let tables = 0;
for (let round = 0; round < 4; round += 1) {
  const started = performance.now();
  await read('postgres', [queries.versionQuery, queries.databasesQuery]);
  tables = await read(
    database,
    [queries.schemasQuery, queries.relationCountsQuery, queries.valueSetsQuery],
    queries.relationsQuery,
  );
  times.push(performance.now() - started);
}
console.log(JSON.stringify({ ms: Math.min(...times), first: times[0], tables }));

async function read(name, plain, listing) {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user,
    database: name,
    password: '',
    options: '-c jit=off -c search_path=',
  });
  await client.connect();
  for (const query of plain) await client.query(query);
  let count = 0;
  if (listing !== undefined) {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`DECLARE listing NO SCROLL CURSOR FOR ${listing}`);
    for (let got = -1; got !== 0; ) {
      got = (await client.query('FETCH 500 FROM listing')).rows.length;
      count += got;
    }
    await client.query('COMMIT');
  }
  await client.end();
  return count;
}
