import { openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import { storeMigrations } from './store-schema.js';
import { alice, openTestStore, refusal, StandingClock, storePath, upsert, withStore } from './test-store.js';

const file = (qualifiedName: string, properties = {}) => ({
  typeName: 'DataFile',
  properties: { qualifiedName, ...properties },
});
const never = new AbortController().signal;

describe('history', () => {
  it('keeps former versions, newest first or oldest first, page by page', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f', { displayName: '1' }));
      for (const displayName of ['2', '3']) await store.update(alice, guid, { displayName }, 'merge');
      const shown = async (options = {}) =>
        (await store.history(guid, options)).map((each) => each.properties.displayName);
      expect(await shown()).toEqual(['3', '2', '1']);
      expect(await shown({ oldestFirst: true })).toEqual(['1', '2', '3']);
      expect(await shown({ startFrom: 1, pageSize: 1 })).toEqual(['2']);
      const second = (await store.history(guid))[1]?.versions.updateTime ?? 0;
      expect(await shown({ toTime: second })).toEqual(['2', '1']);
      expect((await store.get(guid, { asOfTime: second })).properties.displayName).toBe('2');
      expect(await refusal(store.get(guid, { asOfTime: 1 }))).toBe('ELEMENT_NOT_FOUND');
    }));

  it('shows the classifications of the time', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f'));
      await store.classify(alice, guid, 'Confidentiality', { properties: { confidentialityLevel: 1 } });
      const then = (await store.get(guid)).classifications[1]?.versions.updateTime ?? 0;
      await store.declassify(alice, guid, 'Confidentiality');
      expect((await store.get(guid)).classifications).toHaveLength(1);
      expect((await store.get(guid, { asOfTime: then })).classifications).toHaveLength(2);
    }));

  it('is bounded', () =>
    withStore(
      async (store) => {
        const guid = await store.create(alice, file('f'));
        for (let version = 0; version < 10; version += 1)
          await store.update(alice, guid, { displayName: String(version) }, 'merge');
        expect((await store.history(guid)).map((each) => each.versions.version)).toEqual([11, 10, 9, 8]);
      },
      { retainedVersions: 3 },
    ));
});

describe('the change log', () => {
  it('tells every change once, in order', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f'));
      const other = await store.create(alice, file('g'));
      await store.update(alice, guid, { displayName: 'x' }, 'merge');
      await store.update(alice, guid, { displayName: 'x' }, 'merge');
      await store.classify(alice, guid, 'Confidentiality', { properties: {} });
      await store.relate(alice, { typeName: 'DataFlow', end1Guid: guid, end2Guid: other });
      await store.delete(alice, guid, { method: 'SOFT_DELETE' });
      const { changes, next } = await store.changes(0, 100);
      expect(changes.map((each) => each.eventType)).toEqual([
        'NEW_ELEMENT_CREATED',
        'NEW_ELEMENT_CREATED',
        'ELEMENT_UPDATED',
        'ELEMENT_CLASSIFIED',
        'NEW_ELEMENT_CREATED',
        'ELEMENT_DELETED',
      ]);
      expect(changes[3]).toMatchObject({ classificationName: 'Confidentiality', guid, userId: 'alice' });
      expect(changes[4]).toMatchObject({ typeName: 'DataFlow', end1Guid: guid, end2Guid: other });
      expect(next).toBe((await store.identity()).changeSequence);
      const paged = await store.changes(0, 2);
      expect((await store.changes(paged.next, 100)).changes).toHaveLength(4);
    }));

  it('says when it no longer reaches back, or never reached that far', () =>
    withStore(
      async (store) => {
        for (let number = 0; number < 10; number += 1) await store.create(alice, file(`f${number}`));
        expect(await refusal(store.changes(0, 10))).toBe('CHANGES_TOO_OLD');
        expect(await refusal(store.changes(3, 10))).toBe('CHANGES_TOO_OLD');
        expect(await refusal(store.changes(99, 10))).toBe('CHANGES_TOO_OLD');
        expect((await store.changes(5, 10)).changes).toHaveLength(5);
      },
      { retainedChanges: 5 },
    ));

  it('wakes those who wait after the commit, and lets them go in time', () =>
    withStore(async (store) => {
      const { changeSequence } = await store.identity();
      expect(await store.waitForChange(changeSequence, 1, never)).toBe(false);
      const waiting = store.waitForChange(changeSequence, 60_000, never);
      await store.create(alice, file('f'));
      expect(await waiting).toBe(true);
      expect(await store.waitForChange(changeSequence, 60_000, never)).toBe(true);
      const leaving = new AbortController();
      const left = store.waitForChange((await store.identity()).changeSequence, 60_000, leaving.signal);
      leaving.abort(new Error('gone'));
      await expect(left).rejects.toThrow('gone');
    }));
});

describe('retention', () => {
  it('purges by the hour what was deleted long ago, so that its name makes a new element', async () => {
    const clock = new StandingClock();
    await withStore(
      async (store) => {
        const old = await store.create(alice, file('old'));
        await store.delete(alice, old);
        clock.advance(6_000);
        const recent = await store.create(alice, file('recent'));
        await store.delete(alice, recent);
        clock.advance(60_000 - 6_000);
        while ((await store.count({ statuses: ['DELETED'] })) > 1)
          await new Promise((resolve) => setImmediate(resolve));
        expect(await store.create(alice, file('old'))).not.toBe(old);
        expect(await store.create(alice, file('recent'))).toBe(recent);
      },
      { clock, retainedDeletedMs: 55_000 },
    );
  });
});

describe('the database', () => {
  it('keeps everything over a new start', async () => {
    const path = storePath();
    const before = openTestStore({ path });
    const guid = await before.create(alice, file('f'));
    const identity = await before.identity();
    await before.writeBatch(alice, { id: 'b', grant: { slot: 's', token: 7 }, operations: [upsert('DataFile', 'g')] });
    await before[Symbol.asyncDispose]();
    await using after = openTestStore({ path });
    expect((await after.get(guid)).properties.qualifiedName).toBe('f');
    expect(await after.identity()).toMatchObject({
      metadataCollectionId: identity.metadataCollectionId,
      incarnation: identity.incarnation,
      changeSequence: identity.changeSequence + 1,
    });
    expect(await after.count()).toBe(2);
    expect(await refusal(after.writeBatch(alice, { id: 'c', grant: { slot: 's', token: 6 }, operations: [] }))).toBe(
      'GRANT_SUPERSEDED',
    );
    expect(
      (await after.writeBatch(alice, { id: 'b', grant: { slot: 's', token: 7 }, operations: [] })).items,
    ).toHaveLength(1);
  });

  it('has on disk what it answered for, whatever happens to the process', async () => {
    const path = storePath();
    await using store = openTestStore({ path });
    await store.writeBatch(alice, { id: 'b', operations: [upsert('DataFile', 'f')] });
    using other = openDatabase(path, storeMigrations);
    expect(other.get('SELECT count(*) AS n FROM element')).toEqual({ n: 1 });
  });

  it('refuses a database of a newer version', () => {
    const path = storePath();
    openDatabase(path, [...storeMigrations, 'CREATE TABLE later (x)'])[Symbol.dispose]();
    expect(() => openTestStore({ path })).toThrow(expect.objectContaining({ code: 'DATABASE_NEWER' }));
  });

  it('applies nothing by half when it is full, and goes on when there is space', async () => {
    const path = storePath();
    const operations = Array.from({ length: 2000 }, (_, index) =>
      upsert('DataFile', `f${index}`, { properties: { description: 'x'.repeat(500) } }),
    );
    const small = openTestStore({ path, maxBytes: 700_000 });
    await small.create(alice, file('before'));
    const { changeSequence } = await small.identity();
    const outcomes = await Promise.all([
      refusal(small.writeBatch(alice, { id: 'b', operations })),
      refusal(small.create(alice, file('beside'))),
    ]);
    expect(outcomes[0]).toBe('STORAGE_FULL');
    expect(await small.findByString('f1999')).toEqual([]);
    expect(await small.count()).toBe(outcomes[1] === 'STORAGE_FULL' ? 1 : 2);
    await small.create(alice, file('after'));
    expect((await small.identity()).changeSequence).toBe(changeSequence + (await small.count()) - 1);
    const before = await small.count();
    await small[Symbol.asyncDispose]();
    await using large = openTestStore({ path });
    const { items } = await large.writeBatch(alice, { id: 'b', operations });
    expect(items.filter((item) => item.outcome === 'created')).toHaveLength(2000);
    expect(await large.count()).toBe(2000 + before);
    expect(await large.findByString('f1999')).toHaveLength(1);
  });

  it('refuses writes after it was closed', async () => {
    const store = openTestStore();
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    expect(await refusal(store.create(alice, file('f')))).toBe('STORE_UNREACHABLE');
    expect(await refusal(store.find())).toBe('STORE_UNREACHABLE');
  });
});
