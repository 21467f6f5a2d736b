import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { IsthmusError, type Logger, silentLogger } from '@isthmus/kernel';
import { openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import { alice, refusal, storeOptions, storePath, upsert } from '../store/test-store.js';
import { startStoreWorker } from './store-thread.js';
import { ThreadedElementStore } from './threaded-element-store.js';

const file = (qualifiedName: string) => ({ typeName: 'DataFile', properties: { qualifiedName } });
const never = new AbortController().signal;
const batchOf = (id: string, count: number) => ({
  id,
  operations: Array.from({ length: count }, (_, at) => upsert('DataFile', `${id}-${at}`)),
});

describe('a store in a thread', () => {
  it('answers as one in this thread does, with lists of any length and options of any shape', async () => {
    await using store = await ThreadedElementStore.open(storeOptions());
    const { items } = await store.writeBatch(alice, batchOf('b', 450));
    expect(items).toHaveLength(450);
    const found = await store.find({ typeName: 'DataFile', pageSize: 1000 });
    expect(new Set(found.map(({ properties }) => properties.qualifiedName)).size).toBe(450);
    const guids = found.map(({ guid }) => guid);
    for (const guid of guids.slice(1, 130))
      await store.relate(alice, { typeName: 'DataFlow', end1Guid: guid, end2Guid: guids[0] ?? '' });
    const { related } = await store.related(guids[0] ?? '', { pageSize: 500 });
    expect(related).toHaveLength(129);
    expect((await store.relatedFrom(guids.slice(1, 130), ['DataFlow'])).size).toBe(129);
    const pattern = { ignoreCase: true, runs: [[], ['B', '-', '4', undefined, undefined]] };
    expect(await store.count({ typeName: 'DataFile', pattern })).toBe(50);
    expect(await store.getByQualifiedName('b-none')).toBeUndefined();
  });

  it('writes a batch as it was sent', async () => {
    await using store = await ThreadedElementStore.open(storeOptions());
    const body = Buffer.from(JSON.stringify(batchOf('b', 3)));
    const result = await store.writeBatchText(alice, body);
    expect(JSON.parse(result).items).toHaveLength(3);
    expect(await store.writeBatchText(alice, body)).toBe(result);
    expect(await refusal(store.writeBatchText(alice, Buffer.from('{"id": "b"}')))).toBe('REQUEST_INVALID');
  });

  it('tells faults with all that people and scripts go by', async () => {
    await using store = await ThreadedElementStore.open(storeOptions());
    const fault = await store.get('nowhere').catch((error: unknown) => error);
    expect(IsthmusError.is(fault)).toBe(true);
    expect(fault).toMatchObject({ code: 'ELEMENT_NOT_FOUND', retryable: false, details: { guid: 'nowhere' } });
  });

  it('tells what is wrong with a database that it cannot open, and leaves nothing behind', async () => {
    const path = storePath();
    openDatabase(
      path,
      Array.from({ length: 99 }, () => 'SELECT 1'),
    )[Symbol.dispose]();
    expect(await refusal(ThreadedElementStore.open(storeOptions({ path })))).toBe('DATABASE_NEWER');
  });

  it('lets those go who wait for a change and change their mind, and tells the others', async () => {
    await using store = await ThreadedElementStore.open(storeOptions());
    const { changeSequence } = await store.identity();
    const giveUp = new AbortController();
    const abandoned = store.waitForChange(changeSequence, 60_000, giveUp.signal);
    const awaited = store.waitForChange(changeSequence, 60_000, never);
    giveUp.abort(new Error('gone'));
    await expect(abandoned).rejects.toThrow('gone');
    await expect(store.waitForChange(0, 60_000, giveUp.signal)).rejects.toThrow('gone');
    await store.create(alice, file('f'));
    expect(await awaited).toBe(true);
  });

  it('does what it has accepted before it closes, answers everybody, and takes no more', async () => {
    const path = storePath();
    const store = await ThreadedElementStore.open(storeOptions({ path }));
    const { changeSequence } = await store.identity();
    const waiting = store.waitForChange(changeSequence + 1000, 60_000, never);
    const created = store.create(alice, file('last'));
    await store[Symbol.asyncDispose]();
    const guid = await created;
    expect(await waiting).toBe(false);
    expect(await refusal(store.identity())).toBe('STORE_UNREACHABLE');
    await store[Symbol.asyncDispose]();
    expect(existsSync(`${path}-wal`)).toBe(false);
    await using again = await ThreadedElementStore.open(storeOptions({ path }));
    expect((await again.get(guid)).properties.qualifiedName).toBe('last');
  });

  it('keeps all that was confirmed when its thread ends, says so, and goes on with a new one', async () => {
    const threads: Worker[] = [];
    const lines: string[] = [];
    const logger: Logger = { ...silentLogger, error: (message) => lines.push(message) };
    await using store = await ThreadedElementStore.open(storeOptions({ logger }), (data) => {
      const thread = startStoreWorker(data);
      threads.push(thread);
      return thread;
    });
    const guid = await store.create(alice, file('kept'));
    const { changeSequence } = await store.identity();
    const waiting = store.waitForChange(changeSequence, 60_000, never);
    const [refused] = await Promise.all([refusal(waiting), threads[0]?.terminate()]);
    expect(refused).toBe('STORE_UNREACHABLE');
    expect((await store.get(guid)).properties.qualifiedName).toBe('kept');
    expect(threads).toHaveLength(2);
    expect(lines).toHaveLength(1);
  });

  it('is not there when its thread cannot even begin', async () => {
    const broken = () => new Worker('throw new Error("no")', { eval: true });
    expect(await refusal(ThreadedElementStore.open(storeOptions(), broken))).toBe('STORE_UNREACHABLE');
  });
});
