import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { mediumOf } from '@isthmus/connector-sdk/helpers';
import { recordingHost, relationalLines } from '@isthmus/connector-testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sqliteConnector } from './index.js';
import type { SqliteConfiguration } from './sqlite-config.js';
import { SqliteConnector } from './sqlite-connector.js';
import { linesOfDatabase } from './testing-completeness.js';
import { generatedStatements, nastyStatements, type TestFolder, testFolder, write } from './testing-schema.js';

let folder: TestFolder;
let hosts: { stop(): Promise<void> }[] = [];
let writers: ChildProcess[] = [];

beforeEach(async () => {
  folder = await testFolder();
});
afterEach(async () => {
  for (const host of hosts) await host.stop();
  for (const writer of writers) writer.kill('SIGKILL');
  hosts = [];
  writers = [];
  await folder.close();
});

async function hostOf(changes: Partial<SqliteConfiguration> = {}, excludedPaths: readonly string[] = []) {
  const host = recordingHost(
    sqliteConnector,
    { ...folder.configuration, ...changes },
    { source: 'src', excludedPaths },
  );
  hosts.push(host);
  await host.start();
  return host;
}

async function refreshed(changes: Partial<SqliteConfiguration> = {}) {
  const host = await hostOf(changes);
  const run = await host.refresh();
  if (run.failure !== undefined) throw run.failure;
  return { host, run };
}

/** Another process that has the database open. */
async function writerOf(path: string) {
  const child = fork(fileURLToPath(new URL('./testing-writer.js', import.meta.url)), [path]);
  writers.push(child);
  return {
    run: (...statements: readonly string[]) =>
      statements.reduce(async (before, statement) => {
        await before;
        const done = new Promise<void>((resolve) => child.once('message', () => resolve()));
        child.send(statement);
        await done;
      }, Promise.resolve()),
    async crash() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Every file of the folder: name, time and content. */
async function traces(): Promise<readonly string[]> {
  const names = (await readdir(folder.path)).sort();
  return Promise.all(
    names.map(async (name) => {
      const { mtimeMs, isDirectory } = await stat(folder.at(name)).then((stats) => ({
        mtimeMs: stats.mtimeMs,
        isDirectory: stats.isDirectory(),
      }));
      const content = isDirectory
        ? ''
        : createHash('sha1')
            .update(await readFile(folder.at(name)))
            .digest('hex');
      return `${name} ${mtimeMs} ${content}`;
    }),
  );
}

const withoutBlanks = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replaceAll(' (', '('));
const tablesOf = (host: { elements(): ReadonlyMap<string, { readonly typeName: string }> }): readonly string[] =>
  [...host.elements()]
    .flatMap(([name, { typeName }]) => (typeName === 'RelationalTable' ? [name.split('::src:')[1] ?? ''] : []))
    .sort();

it('calls things as the template says: what holds them and what they refer to, too', async () => {
  write(
    `${folder.path}/shop.db`,
    'create table customer (id integer primary key)',
    'create table bill (id integer primary key, customer integer references customer (id))',
  );
  const { host } = await refreshed({ qualifiedNames: '{type}::{source}|{database}|{table}' });
  const elements = host.elements();
  expect(elements.get('RelationalTable::src|shop.db|bill')).toBeDefined();
  const column = elements.get('RelationalColumn::src|shop.db|bill/customer');
  expect(column?.links?.map(({ qualifiedName }) => qualifiedName)).toEqual([
    'RelationalColumn::src|shop.db|customer/id',
  ]);
  for (const { parent } of elements.values())
    if (parent !== undefined) expect(elements.has(parent.qualifiedName)).toBe(true);
  expect((await host.refresh()).sent).toEqual([]);
});

describe('what is catalogued of a database', () => {
  it('is every table, column in its order, type, nullability and key that its statements tell', async () => {
    write(folder.at('nasty.db'), ...nastyStatements);
    const { host, run } = await refreshed();
    expect(run.findings.map(({ code, message }) => [code, message])).toEqual([
      ['VIEW_UNREADABLE', expect.stringMatching(/view broken cannot be told: .*gone/)],
    ]);
    const expected = linesOfDatabase(folder.at('nasty.db'), 'nasty.db');
    expect(expected.length).toBeGreaterThan(70);
    const found = relationalLines(host.elements(), 'nasty.db').filter((line) => !/"(words|boxes)"/.test(line));
    expect(withoutBlanks(found)).toEqual(withoutBlanks(expected));
  });

  it.each([1, 4711])('is the same of a large generated schema (%i)', async (seed) => {
    write(folder.at('made.db'), 'BEGIN', ...generatedStatements(400, seed), 'COMMIT');
    const { host } = await refreshed();
    const expected = linesOfDatabase(folder.at('made.db'), 'made.db');
    expect(expected.length).toBeGreaterThan(4_000);
    expect(withoutBlanks(relationalLines(host.elements(), 'made.db'))).toEqual(withoutBlanks(expected));
  });

  it('is described down to defaults, formulas, checks, triggers, virtual tables and what views read', async () => {
    write(folder.at('nasty.db'), ...nastyStatements);
    const { host } = await refreshed();
    const of = (type: string, ...names: string[]) => host.elements().get(`${type}::src:nasty.db/${names.join('/')}`);
    const facts = (...names: string[]) => of('RelationalTable', ...names)?.properties.additionalProperties;
    const queries = (name: string) =>
      of('RelationalTable', name)
        ?.links?.map(({ qualifiedName }) => qualifiedName.split('nasty.db/')[1])
        .sort();
    expect(of('RelationalColumn', 'made', 'gross')?.classifications?.CalculatedValue).toMatchObject({
      formula: 'round(net * 1.19, 2)',
    });
    expect(of('RelationalColumn', 'made', 'half')?.properties.additionalProperties).toEqual({ generated: 'virtual' });
    expect(
      ['c', 'd', 'e'].map(
        (name) => of('RelationalColumn', 'no_types', name)?.classifications?.TypeEmbeddedAttribute?.defaultValue,
      ),
    ).toEqual(['1 + 2', '-5', '"word"']);
    expect(facts('strict_one')).toEqual({
      kind: 'table',
      strict: 'true',
      autoIncrement: 'true',
      'check 1': "word <> 'no, (not this)'",
    });
    expect(facts('pair')).toMatchObject({ withoutRowid: 'true' });
    expect(facts('member')).toMatchObject({
      'check 1': 'id > 0',
      'index by_lower': '(lower(team_region), id DESC, WHERE id > 7)',
      'unique sqlite_autoindex_member_1': 'team_region, boss',
      'foreign key boss -> MEMBER': 'ON DELETE SET NULL',
      'trigger noted': expect.stringContaining('AFTER INSERT ON member'),
      estimatedRows: '40',
    });
    expect(facts('dangling')).toMatchObject({ danglingForeignKeys: 'y -> member; x -> nowhere' });
    expect(facts('words')).toMatchObject({ kind: 'virtual table', module: 'fts5' });
    expect(of('RelationalColumn', 'words', 'title')).toBeDefined();
    expect(tablesOf(host).filter((name) => name.includes('words_'))).toEqual([]);
    expect(queries('readers')).toEqual(['member', 'pair']);
    expect(queries('of_view')).toEqual(['boxes', 'made', 'readers']);
    expect(queries('counts')).toEqual(['a.b']);
  });

  it('is all but the views that SQLite cannot compile: with a function of a program, with more names than columns', async () => {
    write(
      folder.at('a.db'),
      'CREATE TABLE t (a)',
      'CREATE VIEW good AS SELECT a FROM t',
      'CREATE VIEW counted AS SELECT own_count(a) AS a FROM t',
      'CREATE VIEW short (x, y) AS SELECT 1',
      'CREATE VIEW unlocked AS SELECT * FROM locked_accounts',
    );
    const { host, run } = await refreshed();
    expect(tablesOf(host)).toEqual(['a.db/good', 'a.db/t']);
    expect(run.findings.map(({ code, message }) => [code, message])).toEqual([
      ['VIEW_UNREADABLE', expect.stringMatching(/view counted cannot be told: no such function: own_count/)],
      ['VIEW_UNREADABLE', expect.stringMatching(/view short cannot be told: expected 2 columns/)],
      ['VIEW_UNREADABLE', expect.stringMatching(/view unlocked cannot be told: no such table: main.locked_accounts/)],
    ]);
  });

  it('is what lies in a folder and below, as the patterns say; a file that is named itself has no need of them', async () => {
    await mkdir(folder.at('deep'));
    for (const name of ['a.db', 'b.other', 'deep/a.sqlite', 'deep/left.db'])
      write(folder.at(name), 'CREATE TABLE t (x)');
    const { host } = await refreshed({ exclude: ['left.db'] });
    expect(tablesOf(host)).toEqual(['a.db/t', 'deep%2Fa.sqlite/t']);
    const { host: single } = await refreshed({ root: folder.at('b.other') });
    expect(tablesOf(single)).toEqual(['b.other/t']);
  });

  it('is never what Isthmus keeps itself', async () => {
    await mkdir(folder.at('own'));
    write(folder.at('own/store.db'), 'CREATE TABLE t (x)');
    const host = await hostOf({}, [folder.at('own')]);
    await host.refresh();
    expect(tablesOf(host)).toEqual([]);
    const inside = await hostOf({ root: folder.at('own/store.db') }, [folder.at('own')]);
    expect((await inside.refresh()).failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });
});

describe('a database that is read', () => {
  it.each(['DELETE', 'WAL', 'PERSIST', 'TRUNCATE'])('is left as it is (journal %s)', async (mode) => {
    write(folder.at('a.db'), `PRAGMA journal_mode = ${mode}`, 'CREATE TABLE t (x)');
    const before = await traces();
    const { host } = await refreshed();
    expect(tablesOf(host)).toEqual(['a.db/t']);
    expect(await traces()).toEqual(before);
  });

  it('is read together with a log that others write, and they neither wait nor find anything changed', async () => {
    write(folder.at('a.db'), 'PRAGMA journal_mode = WAL', 'CREATE TABLE t (x)');
    const writer = await writerOf(folder.at('a.db'));
    await writer.run('CREATE TABLE in_log (y)');
    const before = await traces();
    expect(before).toHaveLength(3);
    const { host } = await refreshed();
    expect(tablesOf(host)).toEqual(['a.db/in_log', 'a.db/t']);
    expect(await traces()).toEqual(before);
    const run = await host.refresh({
      onMessage: () => writer.run('CREATE TABLE IF NOT EXISTS meanwhile (z)', 'INSERT INTO meanwhile VALUES (1)'),
    });
    expect(run.failure).toBeUndefined();
    expect(run.removed).toEqual([]);
    await host.refresh();
    expect(tablesOf(host)).toContain('a.db/meanwhile');
  });

  it('is read from a copy where a log was left behind, and is told where the copy would be too large', async () => {
    write(folder.at('a.db'), 'PRAGMA journal_mode = WAL', 'CREATE TABLE t (x)');
    const writer = await writerOf(folder.at('a.db'));
    await writer.run('CREATE TABLE in_log (y)');
    await writer.crash();
    await rm(folder.at('a.db-shm'));
    const before = await traces();
    const { host } = await refreshed();
    expect(tablesOf(host)).toEqual(['a.db/in_log', 'a.db/t']);
    expect(await traces()).toEqual(before);
    const { run } = await refreshed({ maxCopyBytes: 100 });
    expect(run.findings).toMatchObject([
      { code: 'DATABASE_TOO_LARGE', message: expect.stringContaining('`maxCopyBytes`') },
    ]);
    expect(await traces()).toEqual(before);
  });

  it('whose writer died in the middle of a transaction stays as it is known', async () => {
    write(folder.at('a.db'), 'CREATE TABLE t (x)');
    const { host } = await refreshed();
    const before = [...host.elements().keys()];
    const journal = Buffer.concat([Buffer.from('d9d505f920a163d7', 'hex'), Buffer.alloc(504)]);
    await writeFile(folder.at('a.db-journal'), journal);
    const run = await host.refresh();
    expect(run.findings).toMatchObject([{ severity: 'warning', code: 'DATABASE_BUSY' }]);
    expect([...host.elements().keys()]).toEqual(before);
  });

  it('stays as it is known when a pipe lies where its journal would be: nobody waits for what writes into that', async () => {
    write(folder.at('a.db'), 'CREATE TABLE t (x)');
    const { host } = await refreshed();
    expect(spawnSync('mkfifo', [folder.at('a.db-journal')]).status).toBe(0);
    expect((await host.refresh()).findings).toMatchObject([{ code: 'FILE_UNREADABLE', key: 'database a.db' }]);
    expect(tablesOf(host)).toEqual(['a.db/t']);
  });

  it('while its writer changes it again and again is read as it was at one moment', async () => {
    write(folder.at('a.db'), 'CREATE TABLE t (x)', 'CREATE TABLE u (x)');
    const { host } = await refreshed();
    const writer = await writerOf(folder.at('a.db'));
    for (let round = 0; round < 20; round += 1) {
      const writing = writer.run(`ALTER TABLE t RENAME TO t${round}`, `ALTER TABLE t${round} RENAME TO t`);
      const run = await host.refresh();
      await writing;
      expect(run.failure).toBeUndefined();
      const tables = tablesOf(host).length;
      expect(run.findings.length === 0 ? tables : 2).toBe(2);
    }
    await host.refresh();
    expect(tablesOf(host)).toEqual(['a.db/t', 'a.db/u']);
  });
});

describe('a file that cannot be read', () => {
  const damages: readonly (readonly [string, string, (path: string) => Promise<void>])[] = [
    ['holds no bytes', 'DATABASE_EMPTY', (path) => writeFile(path, '')],
    ['is no database', 'NOT_A_DATABASE', (path) => writeFile(path, 'this is no database, however long. '.repeat(200))],
    [
      'is encrypted',
      'NOT_A_DATABASE',
      (path) => writeFile(path, createHash('shake256', { outputLength: 8_192 }).digest()),
    ],
    ['is torn', 'DATABASE_DAMAGED', async (path) => writeFile(path, (await readFile(path)).fill(0xff, 100, 4_096))],
    [
      'is shorter than it says',
      'DATABASE_DAMAGED',
      async (path) => writeFile(path, (await readFile(path)).subarray(0, 4_500)),
    ],
  ];

  it.each(damages)('as it %s is a finding, and what is known of it stays', async (_what, code, damage) => {
    const tables = Array.from({ length: 60 }, (_, number) => `CREATE TABLE t${number} (a, b, c REFERENCES t0)`);
    write(folder.at('a.db'), ...tables);
    write(folder.at('b.db'), 'CREATE TABLE t (x)');
    const { host } = await refreshed();
    const before = JSON.stringify([...host.elements()]);
    await copyFile(folder.at('a.db'), folder.at('whole'));
    await damage(folder.at('a.db'));
    const run = await host.refresh();
    expect(run.failure).toBeUndefined();
    expect(run.findings).toMatchObject([{ severity: 'warning', code, message: expect.stringContaining('a.db') }]);
    expect(run.removed).toEqual([]);
    expect(JSON.stringify([...host.elements()])).toBe(before);
    await copyFile(folder.at('whole'), folder.at('a.db'));
    const after = await host.refresh();
    expect([after.findings, after.removed]).toEqual([[], []]);
    expect(JSON.stringify([...host.elements()])).toBe(before);
  });

  it('is gone when it is gone, and a root that is gone is no empty one', async () => {
    for (const name of ['a.db', 'b.db']) write(folder.at(name), 'CREATE TABLE t (x)');
    const { host } = await refreshed();
    await rm(folder.at('a.db'));
    expect((await host.refresh()).removed).toContain('RelationalTable::src:a.db/t');
    expect(tablesOf(host)).toEqual(['b.db/t']);
    await rename(folder.path, `${folder.path}-away`);
    const run = await host.refresh();
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE', message: expect.stringContaining('ENOENT') });
    await rename(`${folder.path}-away`, folder.path);
    expect((await host.refresh()).removed).toEqual([]);
    expect(tablesOf(host)).toEqual(['b.db/t']);
  });

  it.each([
    ['a file system', () => ['-t', 'tmpfs', 'isthmus-test']],
    ['a folder of the same device', () => ['--bind', folder.at('.store')]],
  ])('lies on %s that is no longer mounted, and stays with all that is in it', async (_what, what) => {
    write(folder.at('a.db'), 'CREATE TABLE t (x)');
    await mkdir(folder.at('.store'));
    await mkdir(folder.at('sub'));
    const mounted = spawnSync('mount', [...what(), folder.at('sub')], { encoding: 'utf8' });
    if (mounted.status !== 0) {
      console.warn(`SKIPPED: what becomes of an unmounted folder is not tested, mount says: ${mounted.stderr}`);
      return;
    }
    const host = await hostOf({ exclude: ['.store'] });
    try {
      write(folder.at('sub/b.db'), 'CREATE TABLE u (x)');
      const { place } = await mediumOf(folder.at('sub'));
      expect((await host.refresh()).places).toContain(`database:sub/b.db ${place}`);
    } finally {
      expect(spawnSync('umount', [folder.at('sub')]).status).toBe(0);
    }
    for (let round = 0; round < 2; round += 1) expect((await host.refresh()).removed).toEqual([]);
    expect(tablesOf(host)).toEqual(['a.db/t', 'sub%2Fb.db/u']);
  });

  it('is kept when it, or a folder above it, was moved elsewhere and is a link now, and goes with the link', async () => {
    await mkdir(folder.at('sub'));
    for (const name of ['a.db', 'sub/b.db', 'c.db']) write(folder.at(name), 'CREATE TABLE t (x)');
    const { host } = await refreshed();
    const elsewhere = `${folder.path}-elsewhere`;
    await mkdir(elsewhere);
    try {
      for (const name of ['a.db', 'sub']) {
        await rename(folder.at(name), `${elsewhere}/${name}`);
        await symlink(`${elsewhere}/${name}`, folder.at(name));
      }
      await symlink(`${elsewhere}/a.db`, folder.at('never.db'));
      const run = await host.refresh();
      expect(run.removed).toEqual([]);
      expect(run.findings).toMatchObject([
        {
          severity: 'warning',
          code: 'FILE_UNREADABLE',
          key: 'database a.db',
          message: expect.stringContaining('link'),
        },
        { severity: 'warning', code: 'FILE_UNREADABLE', key: 'database sub/b.db' },
      ]);
      expect(tablesOf(host)).toEqual(['a.db/t', 'c.db/t', 'sub%2Fb.db/t']);
      await rm(folder.at('a.db'));
      expect((await host.refresh()).removed).toContain('RelationalTable::src:a.db/t');
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it('of no bytes is none until something is written into it', async () => {
    await writeFile(folder.at('a.db'), '');
    const { host, run } = await refreshed();
    expect(run.findings).toMatchObject([{ severity: 'warning', code: 'DATABASE_EMPTY' }]);
    expect(host.elements().size).toBe(0);
    write(folder.at('a.db'), 'CREATE TABLE t (x)');
    expect((await host.refresh()).findings).toEqual([]);
    expect(tablesOf(host)).toEqual(['a.db/t']);
  });
});

describe('a change', () => {
  it('is seen by looking at the files, and only the database that changed is read again', async () => {
    const looks: (() => void)[] = [];
    const timers = {
      after(_delayMs: number, action: () => void) {
        looks.push(action);
        return () => undefined;
      },
    };
    for (const name of ['a.db', 'b.db']) write(folder.at(name), 'CREATE TABLE t (x)');
    const host = recordingHost(
      { ...sqliteConnector, create: (context, configuration) => new SqliteConnector(context, configuration, timers) },
      { ...folder.configuration, pollSeconds: 30 },
      { source: 'src' },
    );
    hosts.push(host);
    await host.start();
    await host.refresh();
    write(folder.at('b.db'), 'INSERT INTO t VALUES (1)', 'CREATE TABLE fresh (x)');
    looks.shift()?.();
    const scopes = await host.nextChange(60_000);
    expect(scopes).toEqual(['database:b.db']);
    const run = await host.refresh({ requested: scopes ?? [] });
    expect(run.changed.filter((name) => name.includes('fresh'))).toEqual(['database:b.db table fresh']);
    expect(run.completed).not.toContain('database:a.db');
    expect(tablesOf(host)).toEqual(['a.db/t', 'b.db/fresh', 'b.db/t']);
  });
});

describe('a probe', () => {
  const probe = async (changes: Partial<SqliteConfiguration>) => {
    const host = recordingHost(sqliteConnector, { ...folder.configuration, ...changes });
    hosts.push(host);
    const steps = (await host.connector.probe?.(AbortSignal.timeout(60_000))) ?? [];
    return steps.map(({ name, ok, message }) => `${ok ? 'ok' : 'FAILS'} ${name}: ${message}`);
  };

  it('shows what is found, or what to do', async () => {
    write(folder.at('a.db'), 'CREATE TABLE t (x)');
    expect(await probe({})).toEqual([
      'ok reach: 1 files may be databases',
      'ok authorise: they may be read',
      'ok sample: 1 tables and views in a.db',
    ]);
    expect((await probe({ root: '/no/such/folder' })).at(-1)).toMatch(/^FAILS reach: .*ENOENT.*correct `root`/);
    expect((await probe({ root: 'relative' })).at(-1)).toMatch(/^FAILS reach: .*no absolute path/);
    await writeFile(folder.at('a.db'), 'nothing of the kind');
    expect((await probe({})).at(-1)).toMatch(/^FAILS sample: a.db cannot be read .*`exclude`/);
  });
});
