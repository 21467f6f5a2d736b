// The databases of a PostgreSQL server catalogued by a real daemon (lib/database-bench.mjs); beside it DataHub's source of the
// same database. Usage: node packages/devtools/bench/postgresql.mjs [tables...] [--slice]
import { serverPrograms, startServer } from '../../../connectors/postgresql/dist/testing-server.js';
import { measureDatabases } from '../lib/database-bench.mjs';
import { figure, readable } from '../lib/figures.mjs';
import { datahubProgram, datahubRun } from '../lib/postgresql/datahub.mjs';
import { makeTables } from '../lib/postgresql/tables.mjs';
import { isSlice } from '../lib/report.mjs';

/** It takes a minute for so many. */
const mostBesideDatahub = 1_000;

const programs = serverPrograms();
if (programs === undefined)
  console.log('SKIP bench postgresql: PostgreSQL is not installed; `npm run servers -- --install` brings it');
else {
  const server = await startServer(programs);
  try {
    await measureDatabases({
      provider: 'postgresql',
      address: `postgresql://127.0.0.1:${server.port}/postgres`,
      port: server.port,
      user: server.superuser,
      asks: true,
      makeTables: (database, count) => makeTables(server, database, count),
      drop: (database) => server.sql('postgres', `DROP DATABASE ${database} WITH (FORCE)`),
      beside: (folder, database, count, ours) => besideDatahub(server, folder, database, count, ours),
    });
  } finally {
    await server.close();
  }
}

function besideDatahub(server, folder, database, count, { firstMs, unchangedMs }) {
  if (isSlice || count > mostBesideDatahub) return;
  const program = datahubProgram();
  if (program === undefined) return;
  const { seconds, tables } = datahubRun(program, folder, { port: server.port, user: server.superuser, database });
  console.log(`     DataHub over ${count} tables: ${readable(seconds)} s, ${tables} datasets in its file`);
  const peer = { peer: seconds * 1000, of: "DataHub's time", goalOf: 'ratio' };
  figure(`first run over ${count} tables, beside DataHub`, firstMs, 'ms', { goal: 0.1, ...peer });
  figure(`unchanged run over ${count} tables, beside DataHub`, unchangedMs, 'ms', { goal: 0.025, ...peer });
}
