// Whether every database of a data directory can be read: on copies, in a process of its own, as an operator would look.
// Run as `node database-check.mjs <folder>` it prints one JSON object per database.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const doubleNames =
  'SELECT qualified_name FROM element WHERE visible > 0 AND qualified_name IS NOT NULL GROUP BY qualified_name HAVING count(*) > 1';
const doubleLinks = 'SELECT end1 FROM relationship WHERE visible > 0 GROUP BY type, end1, end2 HAVING count(*) > 1';

/** Copies every database with its log as it lies there now. The processes that own them must be stopped. */
export function copyDatabases(dataDirectory, to) {
  for (const entry of readdirSync(dataDirectory, { recursive: true })) {
    const path = join(dataDirectory, entry);
    if (!/\.db(-wal)?$/.test(entry) || !statSync(path).isFile()) continue;
    mkdirSync(join(to, relative(dataDirectory, join(path, '..'))), { recursive: true });
    cpSync(path, join(to, entry));
  }
}

/** @returns {Promise<{ database: string, integrity: string, foreignKeys: number, doubles: number }[]>} */
export function checkDatabases(folder) {
  return new Promise((settle, fail) => {
    const child = spawn(process.execPath, ['--no-warnings', self, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('exit', (code) => {
      if (code !== 0) return fail(new Error(`the databases could not be read: ${errors}`));
      settle(
        output
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line)),
      );
    });
  });
}

if (process.argv[1] === self) {
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const [folder] = process.argv.slice(2);
  for (const entry of readdirSync(folder, { recursive: true })) {
    if (!entry.endsWith('.db')) continue;
    const database = new DatabaseSync(join(folder, entry));
    const rows = (sql) => database.prepare(sql).all();
    const integrity = rows('PRAGMA integrity_check')
      .map((row) => Object.values(row).join(' '))
      .join('; ');
    const foreignKeys = rows('PRAGMA foreign_key_check').length;
    const doubles = basename(entry) === 'store.db' ? rows(doubleNames).length + rows(doubleLinks).length : 0;
    console.log(JSON.stringify({ database: entry, integrity, foreignKeys, doubles }));
    database.close();
  }
}
