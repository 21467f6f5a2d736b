import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EventIntake, IntakeFull } from './event-intake.js';
import { LineageStore } from './lineage-store.js';
import { holdStore } from './shared-store.js';
import { testFolder } from './testing-connector.js';
import { datasetOf, eventOf, runEvent } from './testing-graph.js';

const mostBytes = 64 * 1024 * 1024;
const changed = () => undefined;

function events(count: number, job = 'load') {
  return Array.from({ length: count }, (_, run) =>
    eventOf(runEvent(job, run, 'COMPLETE', run, { inputs: [datasetOf(`shop.${run}`)] })),
  );
}

describe('the store of what was heard', () => {
  it('knows after it was opened anew what it was told before', async () => {
    await using folder = await testFolder();
    let store = await LineageStore.open(folder.path);
    const { id } = store;
    await new EventIntake({ store, shown: 3, mostBytes, changed }).accept(events(10), 1);
    const last = store.lastSequence();
    await store.close();
    store = await LineageStore.open(folder.path);
    expect([store.id, store.lastSequence(), store.count('dataset'), store.count('job')]).toEqual([id, last, 10, 1]);
    await store.close();
  });

  it('shows another process what was committed', async () => {
    await using folder = await testFolder();
    const [one, other] = [await LineageStore.open(folder.path), await LineageStore.open(folder.path)];
    await new EventIntake({ store: one, shown: 3, mostBytes, changed }).accept(events(5), 1);
    await new EventIntake({ store: other, shown: 3, mostBytes, changed }).accept(events(8), 1);
    await new EventIntake({ store: one, shown: 3, mostBytes, changed }).accept(events(8), 1);
    expect(Object.keys(JSON.parse(one.record('job', '7:nightlyload') ?? '').runs)).toHaveLength(8);
    await one.close();
    await other.close();
  });

  it('goes on while its log is copied, many times over, and keeps everything', async () => {
    await using folder = await testFolder();
    const store = await LineageStore.open(folder.path);
    const intake = new EventIntake({ store, shown: 3, mostBytes, changed });
    await Promise.all(Array.from({ length: 12 }, (_, job) => intake.accept(events(500, `job ${job}`), 1)));
    expect([store.count('job'), store.count('dataset'), store.count('run')]).toEqual([12, 500, 12 * 26]);
    await store.close();
    const again = await LineageStore.open(folder.path);
    expect([again.count('job'), again.count('dataset'), again.count('run')]).toEqual([12, 500, 12 * 26]);
    await again.close();
  });

  it('writes nothing for events that it knows', async () => {
    await using folder = await testFolder();
    const store = await LineageStore.open(folder.path);
    const changes: number[] = [];
    const intake = new EventIntake({ store, shown: 3, mostBytes, changed: () => changes.push(1) });
    await intake.accept(events(10), 1);
    const [last, before] = [store.lastSequence(), changes.length];
    await intake.accept(events(10), 1);
    expect([store.lastSequence(), changes.length]).toEqual([last, before]);
    await store.close();
  });

  it('takes no more than there is room for', async () => {
    await using folder = await testFolder();
    const store = await LineageStore.open(folder.path);
    const intake = new EventIntake({ store, shown: 3, mostBytes, changed });
    const full = expect.objectContaining({ code: 'EVENTS_TOO_MANY', retryAfterSeconds: 1 });
    const waiting = intake.accept(events(2), 40 * 1024 * 1024);
    await expect(intake.accept(events(1), 1)).rejects.toEqual(full);
    await waiting;
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
    for (const held of [first, second, third]) await held.release();
  });
});
