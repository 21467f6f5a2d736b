import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { describeConnectorContract } from '@isthmus/connector-testing';
import { sqliteConnector } from './index.js';
import { testFolder, write } from './testing-schema.js';

describeConnectorContract(
  sqliteConnector,
  async () => {
    const folder = await testFolder();
    const [shop, staff] = [folder.at('shop.db'), folder.at('staff.db')];
    write(shop, 'CREATE TABLE a (x)', 'CREATE TABLE b (x)', 'CREATE TABLE c (x)');
    write(staff, 'CREATE TABLE d (x)');
    const away = `${folder.path}-away`;
    let isAway = false;
    return {
      configuration: folder.configuration,
      async break() {
        await rename(folder.path, away);
        isAway = true;
      },
      async mend() {
        if (isAway) await rename(away, folder.path);
        isAway = false;
      },
      // as a program does that encrypts it
      forbid: () => writeFile(staff, createHash('shake256', { outputLength: 8_192 }).digest()),
      grow: async (count) =>
        write(shop, 'BEGIN', ...Array.from({ length: count }, (_, number) => `CREATE TABLE t${number} (x)`), 'COMMIT'),
      async addOddNames() {
        const odd = [
          'a:b',
          'a b',
          ' a b',
          'a/b',
          'a%3Ab',
          '"',
          "'",
          '`',
          'ü',
          'Ü',
          'u\u0308',
          '📚',
          '#1',
          '-',
          '.',
          'a.b',
        ];
        write(shop, ...odd.map((name) => `CREATE TABLE "${name.replaceAll('"', '""')}" (x)`));
        // names of files are odd too
        await copyFile(staff, folder.at('odd : 100% "ü".db'));
        return odd.length + 2;
      },
      change: async () => write(shop, 'CREATE INDEX i ON a (x)'),
      remove: async () => write(shop, 'DROP TABLE c'),
      rename: async () => write(shop, 'ALTER TABLE b RENAME TO z'),
      async fingerprint() {
        const names = (await readdir(folder.path)).sort();
        const contents = await Promise.all(names.map((name) => readFile(folder.at(name), 'base64')));
        return JSON.stringify([names, contents]);
      },
      async close() {
        if (isAway) await rename(away, folder.path);
        await folder.close();
      },
    };
  },
  { without: ['breakHalfway', 'delay'] },
);
