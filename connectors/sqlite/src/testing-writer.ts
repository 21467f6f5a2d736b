import { DatabaseSync } from '@photostructure/sqlite';

// another program that has a database open: runs each statement that it is sent
const database = new DatabaseSync(process.argv[2] ?? '');
process.on('message', (statement) => {
  database.exec(String(statement));
  process.send?.('done');
});
process.on('disconnect', () => process.exit());
