// The databases of a MariaDB or MySQL server catalogued by a real daemon (lib/database-bench.mjs).
// Usage: node packages/devtools/bench/mysql.mjs [tables...] [--kind=MySQL] [--slice]
import { serverPrograms } from '../../../connectors/mysql/dist/testing-programs.js';
import { startServer } from '../../../connectors/mysql/dist/testing-server.js';
import { measureDatabases } from '../lib/database-bench.mjs';
import { makeTables } from '../lib/mysql/tables.mjs';

const kind = process.argv.includes('--kind=MySQL') ? 'MySQL' : 'MariaDB';
const programs = serverPrograms(kind);
if (programs === undefined)
  console.log(`SKIP bench mysql: ${kind} is not installed; \`npm run servers -- --install\` brings it`);
else {
  const server = await startServer(programs);
  try {
    await measureDatabases({
      provider: 'mysql',
      address: `mysql://127.0.0.1:${server.port}`,
      port: server.port,
      user: 'root',
      asks: true,
      makeTables: (database, count) => makeTables(server, database, count),
      drop: (database) => server.sql(`DROP DATABASE ${database}`),
    });
  } finally {
    await server.close();
  }
}
