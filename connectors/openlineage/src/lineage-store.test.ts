import { appendFile, cp, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeTimers } from '@isthmus/connector-sdk/helpers';
import { describe, expect, it } from '@jest/globals';
import { IntakeFull } from './event-intake.js';
import { LineageStore } from './lineage-store.js';
import { holdStore } from './shared-store.js';
import { testFolder, testIntake } from './testing-connector.js';
import { datasetOf, eventOf, runEvent } from './testing-graph.js';

function events(count: number, job = 'load') {
  return Array.from({ length: count }, (_, run) =>
    eventOf(runEvent(job, run, 'COMPLETE', run, { inputs: [datasetOf(`shop.${run}`)] })),
  );
}

const journals = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.ndjson'));

describe('the store of what was heard', () => {
  it('knows after it was opened anew what it was told before', async () => {
    await using folder = await testFolder();
    let store = await LineageStore.open(folder.path);
    const { id } = store;
    const intake = testIntake(store);
    await intake.accept(events(10), 1);
    await intake.close();
    const last = store.lastSequence();
    await store.close();
    expect(await journals(folder.path)).toEqual([]);
    store = await LineageStore.open(folder.path);
    expect([store.id, store.lastSequence(), store.count('dataset'), store.count('job')]).toEqual([id, last, 10, 1]);
    await store.close();
  });

  it('knows what was answered when the process died, though nothing of it was written to the graph', async () => {
    await using folder = await testFolder();
    const place = join(folder.path, 'memory');
    const store = await LineageStore.open(place);
    const never = { ...nodeTimers, after: () => () => undefined };
    await testIntake(store, { timers: never }).accept(events(10), 1);
    // as a crash leaves it, in the middle of the next event
    const copy = `${place}.copy`;
    await cp(place, copy, { recursive: true });
    const [journal = ''] = await journals(copy);
    await appendFile(join(copy, journal), '{"eventTime":"2026-');
    const again = await LineageStore.open(copy);
    expect(again.count('run')).toBe(0);
    const intake = testIntake(again);
    await intake.begin();
    await intake.settled();
    expect([again.count('run'), again.count('dataset')]).toEqual([10, 10]);
    await intake.close();
    expect(await journals(copy)).toEqual([]);
    await again.close();
    await store.close();
  });

  it('refuses a folder that is in use', async () => {
    await using folder = await testFolder();
    const store = await LineageStore.open(folder.path);
    await expect(LineageStore.open(folder.path)).rejects.toThrow('a folder of its own');
    await store.close();
    await (await LineageStore.open(folder.path)).close();
  });

  it('goes on while what was taken is made safe, many times over, and keeps everything', async () => {
    await using folder = await testFolder();
    const store = await LineageStore.open(folder.path);
    const intake = testIntake(store);
    const posts = Array.from({ length: 24 }, (_, post) => events(250, `job ${post % 12}`));
    await Promise.all(posts.map((post) => intake.accept(post, 1)));
    for (let round = 0; round < 5; round += 1) await Promise.all([store.makeSafe(), intake.accept(events(50), 1)]);
    await intake.settled();
    const counts = () => [store.count('job'), store.count('dataset'), store.count('run')];
    expect(counts()).toEqual([13, 250, 13 * 26]);
    await intake.close();
    await store.close();
    const again = await LineageStore.open(folder.path);
    expect([again.count('job'), again.count('dataset'), again.count('run')]).toEqual([13, 250, 13 * 26]);
    await again.close();
  });

  it('writes nothing for events that it knows', async () => {
    await using folder = await testFolder();
    const store = await LineageStore.open(folder.path);
    const changes: number[] = [];
    const intake = testIntake(store, { changed: () => changes.push(1) });
    await intake.accept(events(10), 1);
    await intake.settled();
    const [last, before] = [store.lastSequence(), changes.length];
    await intake.accept(events(10), 1);
    await intake.settled();
    expect([store.lastSequence(), changes.length]).toEqual([last, before]);
    await intake.close();
    await store.close();
  });

  it('takes no more than there is room for', async () => {
    await using folder = await testFolder();
    const store = await LineageStore.open(folder.path);
    const intake = testIntake(store);
    const waiting = intake.accept(events(2), 40 * 1024 * 1024);
    await expect(intake.accept(events(1), 1)).rejects.toMatchObject({ code: 'EVENTS_TOO_MANY', retryAfterSeconds: 1 });
    await waiting;
    await intake.settled();
    await intake.accept(events(1), 1);
    await intake.close();
    await expect(intake.accept(events(1), 1)).rejects.toBeInstanceOf(IntakeFull);
    await store.close();
  });

  it('opens the file that is there, not one that was taken away since', async () => {
    await using folder = await testFolder();
    const place = join(folder.path, 'memory');
    const first = await holdStore(place);
    const second = await holdStore(place);
    expect(second.store).toBe(first.store);
    await rename(place, `${place}.away`);
    const third = await holdStore(place);
    expect(third.store.id).not.toBe(first.store.id);
    for (const held of [first, second, third]) held.release();
  });
});
