import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Registration } from '@isthmus/model';
import { openDatabase } from '@isthmus/sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ItemRows } from './item-rows.js';
import {
  type AcceptedList,
  type BatchIntent,
  type KnownItem,
  noCounts,
  type RunRecord,
  type SyncOwner,
} from './journal.js';
import { OwnerRows } from './owner-rows.js';
import { journalMigrations } from './schema.js';
import { openJournal, SqliteJournal } from './sqlite-journal.js';

let directory: string;
let path: string;
let journal: SqliteJournal;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'isthmus-journal-'));
  path = join(directory, 'daemon.db');
  journal = openJournal(path);
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

const reopen = (): void => {
  journal[Symbol.dispose]();
  journal = openJournal(path);
};

/** All that is known of a scope, in the order of keys: by what comparing takes and by what is kept beside. */
async function known(of: SyncOwner, scope: string): Promise<readonly KnownItem[]> {
  const states = await journal.knownScope(of, scope);
  const items = await journal.knownItems(
    of,
    scope,
    states.map(({ key }) => key),
  );
  const whole = [...items].sort((one, other) => (one.key < other.key ? -1 : 1));
  const told = whole.map(({ key, hash, sourceVersion, opens, absence, undone }) => ({
    key,
    hash,
    sourceVersion,
    opens,
    absence,
    undone,
  }));
  expect(told).toEqual(states);
  return whole;
}

/** Does something to the file that the journal never does. */
function damage(sql: string, prepare = ''): void {
  const database = openDatabase(path, journalMigrations);
  if (prepare !== '') database.exec(prepare);
  database.exec(sql);
  database[Symbol.dispose]();
}

const run = (id: string, change: Partial<RunRecord> = {}): RunRecord => ({
  id,
  slot: 'slot',
  token: 1,
  connectorGuid: 'connector',
  connectorName: 'Connector',
  mode: 'apply',
  reasons: ['start'],
  startedAt: 1,
  outcome: 'running',
  counts: noCounts,
  findings: [],
  findingCount: 0,
  ...change,
});

const owner: SyncOwner = { metadataCollectionId: 'collection', connectorGuid: 'connector', target: '' };

const item = (key: string, change: Partial<KnownItem> = {}): KnownItem => ({
  scope: 'root',
  key,
  hash: `hash of ${key}`,
  qualifiedNames: [`name of ${key}`],
  shapes: ['DataFile,displayName'],
  ...change,
});

let batches = 0;
const intent = (items: readonly KnownItem[], token = 1): BatchIntent => {
  batches += 1;
  return {
    batchId: `batch ${batches}`,
    owner,
    slot: 'slot',
    token,
    operations: [],
    items: items.map((known) => ({ known, operationIndexes: [] })),
  };
};

async function remember(items: readonly KnownItem[], guids?: ReadonlyMap<string, string>): Promise<void> {
  const batch = intent(items);
  await journal.intend(batch);
  await journal.settle(batch, { known: items, gone: [], ...(guids === undefined ? {} : { guids }) });
}

describe('desired state', () => {
  const list: AcceptedList = {
    key: { server: 'metadata-store', qualifiedName: 'IntegrationGroup::A' },
    snapshot: { registrations: [], etag: 'e', metadataCollectionId: 'collection' },
    acceptedAt: 5,
  };
  const registration: Registration = {
    connectorId: 'r',
    connectorGuid: 'c',
    qualifiedName: 'IntegrationConnector::c',
    connectorName: 'c',
    refreshTimeInterval: 60,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: false,
    usesBlockingCalls: false,
    version: 1,
  };

  it('names no shape that was only in a transaction which was taken back', () => {
    const database = openDatabase(join(directory, 'rows.db'), journalMigrations);
    const [owners, items] = [new OwnerRows(database), new ItemRows(database)];
    const put = (key: string, shape: string) => {
      const item = { scope: 'scope', key, hash: 'h', qualifiedNames: [key], shapes: [shape] };
      items.putAll(owners.ensure(owner), [item], undefined);
    };
    const failing = (): void => {
      put('a', 'lost');
      throw new Error('taken back');
    };
    expect(() => database.transaction(failing)).toThrow('taken back');
    database.transaction(() => put('b', 'other'));
    database.transaction(() => put('c', 'lost'));
    const shapesOf = (key: string) => items.one(owners.ensure(owner), { scope: 'scope', key })?.shapes;
    expect([shapesOf('b'), shapesOf('c')]).toEqual([['other'], ['lost']]);
    database[Symbol.dispose]();
  });

  it('keeps a full run due through runs that are not full', async () => {
    await journal.saveCursor(owner, { slot: 'slot', token: await journal.nextToken('slot') }, 1);
    await journal.noteRun(owner, 'full-due');
    damage('UPDATE owner SET runs_since_full = 9007199254740991 WHERE runs_since_full > 0');
    for (let run = 0; run < 3; run += 1) await journal.noteRun(owner, 'other');
    expect((await journal.cursor(owner))?.runsSinceFull).toBeGreaterThan(1_000_000);
    await journal.noteRun(owner, 'full');
    expect(await journal.cursor(owner)).toEqual({ value: 1, runsSinceFull: 0 });
  });

  it('keeps every registration of a list, whatever its texts are', async () => {
    const registrations = ['plain', '"registrations":[]', "$& $' \\", 'é\n'].map((text, index) => ({
      ...registration,
      connectorGuid: `c${index}`,
      connectorName: text,
    }));
    const saved = { ...list, snapshot: { ...list.snapshot, etag: '"registrations":[]', registrations } };
    await journal.saveAccepted(saved);
    const [first, ...others] = registrations;
    const changed = {
      ...saved,
      snapshot: { ...saved.snapshot, registrations: [{ ...registration, ...first, version: 9 }, ...others] },
    };
    await journal.saveAccepted(changed);
    reopen();
    expect(await journal.loadAccepted(list.key)).toEqual(changed);
  });

  it('outlives the process', async () => {
    await journal.saveAccepted(list);
    await journal.saveAccepted({ ...list, acceptedAt: 6 });
    await journal.putOverride({ connectorGuid: 'c', kind: 'paused', by: 'me', at: 1 });
    await journal.putOverride({ connectorGuid: 'c', kind: 'paused', by: 'you', at: 2, reason: 'why' });
    reopen();
    expect(await journal.loadAccepted(list.key)).toEqual({ ...list, acceptedAt: 6 });
    expect(await journal.loadAccepted({ ...list.key, server: 'another' })).toBeUndefined();
    expect(await journal.acceptedGroups()).toEqual([list.key]);
    expect(await journal.loadOverrides()).toEqual([
      { connectorGuid: 'c', kind: 'paused', by: 'you', at: 2, reason: 'why' },
    ]);
    await journal.forgetAccepted(list.key);
    await journal.removeOverride('c', 'paused');
    expect(await journal.loadAccepted(list.key)).toBeUndefined();
    expect([await journal.acceptedGroups(), await journal.loadOverrides()]).toEqual([[], []]);
  });

  it.each([
    ['accepted', "UPDATE accepted SET list = '{'", () => journal.loadAccepted(list.key)],
    ['accepted', `UPDATE accepted SET list = '{"key":1}'`, () => journal.loadAccepted(list.key)],
    ['override', "UPDATE override SET detail = 'null'", () => journal.loadOverrides()],
    ['run', "UPDATE run SET record = ''", () => journal.run('r')],
    ['item', "UPDATE item SET names = '[1]'", () => known(owner, 'root')],
    ['intent', "UPDATE intent SET body = '[]'", () => journal.openIntents()],
    ['owner', "UPDATE owner SET mark = '{}'", () => journal.storeMark(owner)],
  ])('never answers a damaged row of table %s with nothing (%s)', async (table, sql, read) => {
    await journal.saveAccepted(list);
    await journal.putOverride({ connectorGuid: 'c', kind: 'paused', by: 'me', at: 1 });
    await journal.beginRun(run('r'));
    await remember([item('a')]);
    await journal.intend(intent([]));
    await journal.saveStoreMark(owner, { metadataCollectionId: 'collection', certifiedRuns: 1 });
    damage(sql);
    await expect(read()).rejects.toMatchObject({
      code: 'DATABASE_UNREADABLE',
      message: expect.stringContaining(`table ${table} of ${path}`),
    });
  });
});

describe('runs and audit', () => {
  it('ends the other runs of the last process when one of them is damaged', async () => {
    for (const id of ['bad', 'good']) await journal.beginRun(run(id));
    damage("UPDATE run SET record = '' WHERE id = 'bad'");
    expect(await journal.closeOpenRuns(77)).toBe(2);
    expect(await journal.run('good')).toMatchObject({ outcome: 'interrupted', endedAt: 77 });
    await expect(journal.run('bad')).rejects.toMatchObject({ code: 'DATABASE_UNREADABLE' });
    expect(await journal.closeOpenRuns(78)).toBe(0);
  });

  it('gives tokens that only grow, over restarts', async () => {
    expect([await journal.nextToken('a'), await journal.nextToken('a'), await journal.nextToken('b')]).toEqual([
      1, 2, 1,
    ]);
    reopen();
    expect(await journal.nextToken('a')).toBe(3);
  });

  it('gives no token below the least one, so that a journal that was lost or restored is not refused by the store', async () => {
    let now = 1_000;
    using lost = openJournal(join(mkdtempSync(join(tmpdir(), 'isthmus-journal-')), 'daemon.db'), () => now);
    expect([await lost.nextToken('a'), await lost.nextToken('a')]).toEqual([1_000, 1_001]);
    now = 5_000;
    expect(await lost.nextToken('a')).toBe(5_000);
    now = 2_000;
    expect(await lost.nextToken('a')).toBe(5_001);
  });

  it('tells the runs of a connector, newest first, and keeps 200 of each', async () => {
    for (let index = 0; index < 205; index += 1) await journal.beginRun(run(`r${index}`));
    await journal.beginRun(run('other', { connectorGuid: 'other' }));
    const ended = run('r204', { outcome: 'succeeded', endedAt: 9 });
    await journal.endRun(ended);
    const runs = await journal.runs('connector', 1000);
    expect([runs.length, runs[0], runs[199]?.id]).toEqual([200, ended, 'r5']);
    expect(await journal.run('r4')).toBeUndefined();
    expect((await journal.runs('other', 10)).map(({ id }) => id)).toEqual(['other']);
  });

  it('keeps 100 findings of a run', async () => {
    const findings = Array.from({ length: 120 }, () => ({ severity: 'info', code: 'X', message: 'm' }) as const);
    await journal.beginRun(run('r', { findings, findingCount: 120 }));
    expect((await journal.run('r'))?.findings.length).toBe(100);
  });

  it('ends runs that a crash left open', async () => {
    await journal.beginRun(run('open'));
    await journal.beginRun(run('done', { outcome: 'succeeded' }));
    reopen();
    expect(await journal.closeOpenRuns(77)).toBe(1);
    expect(await journal.run('open')).toMatchObject({ outcome: 'interrupted', endedAt: 77 });
    expect(await journal.closeOpenRuns(78)).toBe(0);
  });

  it('keeps the last 10,000 entries of the audit', async () => {
    await journal.audit({ at: 1, by: 'me', action: 'pause', target: 'c', outcome: 'done', reason: 'why' });
    damage("UPDATE sqlite_sequence SET seq = 10000 WHERE name = 'audit'");
    await journal.audit({ at: 2, by: 'me', action: 'resume', target: 'c', outcome: 'done' });
    expect((await journal.audits(10)).map(({ action }) => action)).toEqual(['resume']);
  });
});

describe('memory of the sync engine', () => {
  it('outlives the process', async () => {
    const items = [
      item('a', { sourceVersion: 'v', opens: 'below' }),
      item('b', { qualifiedNames: ['n', 'p'], shapes: ['A', 'B,x'] }),
    ];
    await remember(items);
    reopen();
    expect(await known(owner, 'root')).toEqual(items);
    expect(await journal.knownCount(owner)).toBe(2);
    expect(await journal.knownScope({ ...owner, connectorGuid: 'other' }, 'root')).toEqual([]);
  });

  it('forgets what is gone, with its scope', async () => {
    await remember([item('a'), item('')]);
    const batch = intent([]);
    await journal.intend(batch);
    await journal.settle(batch, { known: [], gone: [item('a'), item(''), item('never was')] });
    expect([await known(owner, 'root'), await journal.knownCount(owner)]).toEqual([[], 0]);
  });

  it('walks below a scope deepest first, also through a circle', async () => {
    await remember([
      item('x', { scope: 'a', opens: 'b' }),
      item('y', { scope: 'b', opens: 'c' }),
      item('z', { scope: 'c', opens: 'a' }),
      item('w', { scope: 'c' }),
    ]);
    expect((await journal.descendants(owner, 'b')).map(({ key }) => key)).toEqual(['x', 'w', 'z', 'y']);
  });

  it('loads a scope of 100,000 items without holding the event loop', async () => {
    const count = 100_000;
    for (let start = 0; start < count; start += 5000) {
      await remember(Array.from({ length: 5000 }, (_, index) => item(`file ${start + index}`)));
    }
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 0);
    const items = await known(owner, 'root');
    clearInterval(timer);
    expect(items.length).toBe(count);
    expect(turns).toBeGreaterThan(20);
  });

  it('remembers a large batch in slices and keeps its intent to the last, so that after a death between two it is repeated', async () => {
    const items = Array.from({ length: 5000 }, (_, index) => item(`file ${index}`));
    const batch = intent(items);
    await journal.intend(batch);
    const cutOff = journal.settle(batch, { known: items, gone: [] }).then(
      () => 'settled',
      () => 'cut off',
    );
    while ((await journal.knownCount(owner)) === 0) await new Promise((resolve) => setImmediate(resolve));
    reopen();
    expect(await cutOff).toBe('cut off');
    expect(await journal.knownCount(owner)).toBeLessThan(5000);
    const [open] = await journal.openIntents(owner);
    expect(open).toEqual(batch);
    await journal.settle(batch, { known: items, gone: [] });
    expect(await known(owner, 'root')).toHaveLength(5000);
    expect(await journal.knownCount(owner)).toBe(5000);
    expect(await journal.openIntents(owner)).toEqual([]);
  });

  it('remembers what was settled last of an item, however long what was settled before takes', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => item(`file ${index}`));
    const [large, small] = [intent([...many, item('a')]), intent([item('a')])];
    await journal.intend(large);
    await journal.intend(small);
    await Promise.all([
      journal.settle(large, { known: [...many, item('a', { hash: '' })], gone: [] }),
      journal.settle(small, { known: [item('a', { hash: 'whole' })], gone: [] }),
    ]);
    expect(await journal.knownItem(owner, { scope: 'root', key: 'a' })).toMatchObject({ hash: 'whole' });
  });

  it('tells of an item that was read with others what is known of it now, when it was written since', async () => {
    await remember([item('a', { hash: 'before' }), item('b')]);
    await journal.knownItems(owner, 'root', ['a', 'b']);
    await remember([item('a', { hash: 'now' })]);
    expect(await journal.knownItem(owner, { scope: 'root', key: 'a' })).toMatchObject({ hash: 'now' });
    const [a] = await journal.knownItems(owner, 'root', ['a', 'b']);
    await journal.distrust(owner, { metadataCollectionId: owner.metadataCollectionId, certifiedRuns: 0 }, true);
    const after = await journal.knownItem(owner, { scope: 'root', key: 'a' });
    expect(after).toEqual({ ...a, hash: '', isOfLostStore: true });
    const elsewhere = { ...owner, target: 'another' };
    await journal.knownItems(owner, 'root', ['a']);
    expect(await journal.knownItem(elsewhere, { scope: 'root', key: 'a' })).toBeUndefined();
    expect(await journal.knownItem(owner, { scope: 'elsewhere', key: 'a' })).toBeUndefined();
  });

  it('refuses an intent under a token that was followed by another', async () => {
    await journal.nextToken('slot');
    await journal.nextToken('slot');
    await expect(journal.intend(intent([], 1))).rejects.toMatchObject({ code: 'GRANT_SUPERSEDED' });
    await expect(journal.begin(owner, { slot: 'slot', token: 1 }, 1)).rejects.toMatchObject({
      code: 'GRANT_SUPERSEDED',
    });
    expect(await journal.openIntents()).toEqual([]);
    await journal.intend(intent([], 7));
    await expect(journal.intend(intent([], 6))).rejects.toMatchObject({ code: 'GRANT_SUPERSEDED' });
    expect(await journal.nextToken('slot')).toBe(8);
  });

  it('keeps open intents in order until they are settled, once', async () => {
    const [first, second] = [intent([item('a')]), intent([item('b')])];
    await journal.intend(first);
    await journal.intend(second);
    reopen();
    expect(await journal.openIntents(owner)).toEqual([first, second]);
    await journal.settle(first, { known: [item('a')], gone: [] });
    await expect(journal.settle(first, { known: [item('a', { hash: 'old' })], gone: [] })).rejects.toMatchObject({
      code: 'GRANT_SUPERSEDED',
    });
    expect(await journal.openIntents()).toEqual([second]);
    expect(await known(owner, 'root')).toEqual([item('a')]);
  });

  it('keeps the items of an abandoned intent, to be compared again', async () => {
    await remember([item('a')]);
    const batch = intent([item('a', { hash: 'new' }), item('b')]);
    await journal.intend(batch);
    await journal.abandon(batch);
    expect(await known(owner, 'root')).toEqual([item('a', { hash: '' })]);
    expect(await journal.openIntents()).toEqual([]);
  });

  it('suspects items by the GUIDs of their elements, also of their parts', async () => {
    const two = item('b', { qualifiedNames: ['own', 'part'], shapes: ['A', 'B'] });
    await remember(
      [item('a'), two],
      new Map([
        ['name of a', 'guid-a'],
        ['part', 'guid-p'],
      ]),
    );
    expect(await journal.suspect(owner, ['guid-p', 'unknown'])).toBe(1);
    expect(await known(owner, 'root')).toEqual([item('a'), { ...two, hash: '' }]);
  });

  it('suspects items of the owner alone, however many elements others touched', async () => {
    const other: SyncOwner = { ...owner, connectorGuid: 'other' };
    const names = Array.from({ length: 250 }, (_, index) => `item-${index}`);
    await remember(
      names.map((name) => item(name)),
      new Map(names.map((name) => [`name of ${name}`, `guid of ${name}`])),
    );
    await journal.begin(other, { slot: 'other', token: 1 }, 1);
    const touched = [
      ...Array.from({ length: 450 }, (_, index) => `foreign-${index}`),
      ...names.slice(10).map((name) => `guid of ${name}`),
    ];
    expect(await journal.suspect(other, touched)).toBe(0);
    expect(await journal.suspect(owner, touched)).toBe(240);
    expect(await journal.suspect(owner, touched)).toBe(0);
    const items = await known(owner, 'root');
    expect(items.filter(({ hash }) => hash !== '')).toHaveLength(10);
  });

  it('suspects items of an owner that has few in the same way, however many elements others touched', async () => {
    const two = item('b', { qualifiedNames: ['own', 'part'], shapes: ['A', 'B'] });
    const names = ['own', 'part', 'name of a', 'name of c'];
    const guids = new Map(names.map((name) => [name, `guid of ${name}`]));
    await remember([item('a'), two, item('c')], guids);
    const foreign = Array.from({ length: 300 }, (_, index) => `foreign-${index}`);
    expect(await journal.suspect(owner, foreign)).toBe(0);
    expect(await journal.suspect(owner, [...foreign, 'guid of part', 'guid of own', 'guid of name of c'])).toBe(2);
    expect(await journal.suspect(owner, [...foreign, 'guid of part'])).toBe(0);
    expect(await known(owner, 'root')).toEqual([item('a'), { ...two, hash: '' }, { ...item('c'), hash: '' }]);
  });

  it('distrusts every hash at once and trusts what is written after', async () => {
    await remember([item('a'), item('b')]);
    await journal.distrust(owner, { metadataCollectionId: 'collection', certifiedRuns: 0, changeSequence: 4 });
    await remember([item('b')]);
    reopen();
    expect(await known(owner, 'root')).toEqual([item('a', { hash: '' }), item('b')]);
    expect(await journal.storeMark(owner)).toEqual({
      metadataCollectionId: 'collection',
      certifiedRuns: 0,
      changeSequence: 4,
    });
  });

  it('moves the sequence of the mark with the batch', async () => {
    await journal.saveStoreMark(owner, { metadataCollectionId: 'collection', certifiedRuns: 2, changeSequence: 1 });
    const batch = intent([]);
    await journal.intend(batch);
    await journal.settle(batch, { known: [], gone: [], changeSequence: 9 });
    expect((await journal.storeMark(owner))?.changeSequence).toBe(9);
  });

  it('notes absence and its end', async () => {
    await remember([item('a')]);
    await journal.markAbsent(owner, [item('a')], 'outside');
    expect(await known(owner, 'root')).toEqual([item('a', { absence: 'outside' })]);
    await journal.touch(owner, [{ scope: 'root', key: 'a', sourceVersion: 'v2' }]);
    expect(await known(owner, 'root')).toEqual([item('a', { sourceVersion: 'v2' })]);
  });

  it('knows on which medium a scope was listed, as long as something is known of the scope', async () => {
    await remember([item('a')]);
    await journal.savePlaces(
      owner,
      new Map([
        ['root', 'disk'],
        ['empty', 'disk'],
      ]),
    );
    reopen();
    expect(await journal.placesOf(owner, ['root', 'empty', 'other'])).toEqual(new Map([['root', 'disk']]));
    await journal.savePlaces(owner, new Map([['root', undefined]]));
    expect(await journal.placesOf(owner, ['root'])).toEqual(new Map());
  });

  it('tells which names another item holds', async () => {
    const shared = item('b', { qualifiedNames: ['name of a', 'mine'] });
    await remember([item('a'), shared]);
    expect([...(await journal.claimedByOthers(owner, [item('a')], 0)).keys()]).toEqual(['name of a']);
    expect([...(await journal.claimedByOthers(owner, [item('a'), shared], 0)).keys()]).toEqual([]);
    await remember([item('b', { qualifiedNames: ['mine'] })]);
    expect([...(await journal.claimedByOthers(owner, [item('a')], 0)).keys()]).toEqual([]);
  });

  it('tells owners apart whatever their names hold', async () => {
    const one: SyncOwner = { metadataCollectionId: 'a\nb', connectorGuid: 'connector', target: 'c' };
    const other: SyncOwner = { metadataCollectionId: 'a', connectorGuid: 'connector', target: 'b\nc' };
    await journal.saveCursor(one, { slot: 'slot', token: 1 }, 'of one');
    await journal.saveCursor(other, { slot: 'slot', token: 1 }, 'of the other');
    expect([(await journal.cursor(one))?.value, (await journal.cursor(other))?.value]).toEqual([
      'of one',
      'of the other',
    ]);
  });

  it('remembers no owner of a write that was taken back', async () => {
    await remember([item('a')]);
    const batch = intent([]);
    await journal.intend(batch);
    const other = { ...owner, connectorGuid: 'other' };
    await expect(journal.intend({ ...batch, owner: other })).rejects.toThrow();
    await journal.saveCursor(other, { slot: 'slot', token: 1 }, 'of the other');
    reopen();
    expect((await journal.cursor(other))?.value).toBe('of the other');
  });

  it('forgets an owner wholly', async () => {
    await remember([item('a')]);
    await journal.intend(intent([item('b')]));
    await journal.forget(owner);
    expect(await journal.knownCount(owner)).toBe(0);
    expect(await journal.openIntents()).toEqual([]);
    expect(await journal.storeMark(owner)).toBeUndefined();
  });
});

describe('the file', () => {
  it('of a newer Isthmus is refused', () => {
    journal[Symbol.dispose]();
    damage(`PRAGMA user_version = ${journalMigrations.length + 1}`);
    expect(() => openJournal(path)).toThrow(expect.objectContaining({ code: 'DATABASE_NEWER' }));
    damageVersion(journalMigrations.length);
    journal = openJournal(path);
  });

  function damageVersion(version: number): void {
    const database = openDatabase(path, [...journalMigrations, 'SELECT 1']);
    database.exec(`PRAGMA user_version = ${version}`);
    database[Symbol.dispose]();
  }

  it('on a full disk refuses the write, keeps what it had and goes on when there is space', async () => {
    const database = openDatabase(path, journalMigrations);
    using full = new SqliteJournal(database, () => 1);
    await full.nextToken('slot');
    database.exec('PRAGMA max_page_count = 1');
    const large = intent([item('x'.repeat(200_000))]);
    await expect(full.intend(large)).rejects.toMatchObject({ code: 'STORAGE_FULL', retryable: true });
    expect(await full.openIntents()).toEqual([]);
    database.exec('PRAGMA max_page_count = 100000');
    await full.intend(large);
    expect((await full.openIntents()).length).toBe(1);
  });
});
