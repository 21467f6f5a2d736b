// Reads the rows of the catalogs of one database with the very questions of the connector, each at once for all tables, and
// does nothing with them: the least that any listing of it costs. A process of its own, so that it starts as cold as nothing else.
// Usage: node bare-reading.mjs <port> <user> <database> -> { ms, first, tables }
import mysql from 'mysql2/promise';
import * as queries from '../../../../connectors/mysql/dist/catalog-queries.js';

const [port, user, database] = process.argv.slice(2);
const times = [];
let tables = 0;
for (let round = 0; round < 4; round += 1) {
  const started = performance.now();
  tables = await read();
  times.push(performance.now() - started);
}
console.log(JSON.stringify({ ms: Math.min(...times), first: times[0], tables }));

async function read() {
  const connection = await mysql.createConnection({ host: '127.0.0.1', port: Number(port), user, dateStrings: true });
  const rows = async (question, values = []) => (await connection.query(question, values))[0];
  const abilities = queries.abilitiesOf(
    await rows(queries.abilitiesQuery),
    (await rows(queries.variablesQuery)).map((row) => row.Variable_name),
  );
  await rows(queries.databasesQuery(abilities));
  const found = await rows(queries.tablesQuery(true), [database, database]);
  for (const question of [
    queries.columnsQuery(abilities),
    queries.indexesQuery(abilities),
    queries.foreignKeysQuery,
    queries.keyRulesQuery,
    queries.checksQuery(abilities),
  ])
    await rows(question, [database, database]);
  await connection.end();
  return found.length;
}
