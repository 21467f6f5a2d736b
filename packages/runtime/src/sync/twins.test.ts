import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncReport } from './sync-engine.js';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';
import { qualifiedName, syncTold, type Told, toldItem } from './testing/told-items.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const sync = (told: readonly Told[], spec: Parameters<SyncBench['open']>[0] = {}, at = 1) =>
  syncTold(bench, told, spec, at);

const textOf = (name: string) => bench.store.elements.get(qualifiedName(name))?.properties.text;
const guidOf = (name: string) => bench.store.elements.get(qualifiedName(name))?.guid;
const codes = ({ findings }: SyncReport) => findings.map(({ code }) => code);

const one: Told = { key: 'a', name: 'd', text: 'one' };
const two: Told = { key: 'b', name: 'd', text: 'two' };

describe('two items with one qualified name', () => {
  it.each([
    1, 2,
  ])('are told with both keys; the second is set aside and the run is partial, %s at a time', async (at) => {
    const report = await sync([one, two], {}, at);
    expect(report).toMatchObject({ isPartial: true, counts: { seen: 2, created: 1, setAside: 1 } });
    expect(report.findings).toMatchObject([{ severity: 'error', code: 'ITEM_NAME_TWICE', key: 'b' }]);
    expect(report.findings[0]?.message).toMatch(/Database::test:d .*"a" and "b"/);
    expect(textOf('d')).toBe('one');
  });

  it.each([
    ['in their order', [one, two]],
    ['in the other order', [two, one]],
  ])('never alternate: who has the name keeps it, %s', async (_, told) => {
    await sync([one, two]);
    for (let run = 0; run < 3; run += 1) {
      const report = await sync(told);
      expect(report.counts).toMatchObject({ created: 0, updated: 0, deleted: 0, unchanged: 1, setAside: 1 });
      expect(codes(report)).toEqual(['ITEM_NAME_TWICE']);
      expect(textOf('d')).toBe('one');
    }
  });

  it('leave the name to the one that stays when the other goes', async () => {
    for (let run = 0; run < 3; run += 1) await sync([one, two]);
    const guid = guidOf('d');
    const report = await sync([two]);
    expect(textOf('d')).toBe('two');
    expect(guidOf('d')).toBe(guid);
    expect(codes(report)).toEqual([]);
    expect((await sync([two])).counts).toMatchObject({ unchanged: 1, updated: 0, deleted: 0 });
    await sync([one]);
    expect(textOf('d')).toBe('one');
  });

  it('are told in different scopes too, whichever is listed first', async () => {
    const [here, there] = [
      { ...one, scope: 'here' },
      { ...two, scope: 'there' },
    ];
    for (let run = 0; run < 2; run += 1) {
      expect(codes(await sync([here, there]))).toEqual(['ITEM_NAME_TWICE']);
      expect(codes(await sync([there, here]))).toEqual(['ITEM_NAME_TWICE']);
      expect(textOf('d')).toBe('one');
    }
  });

  it('are told in a plan, which holds the first alone', async () => {
    expect(codes(await sync([one, two], { mode: 'preview' }))).toEqual(['ITEM_NAME_TWICE']);
  });

  it('are no mistake where the source gives a thing another key', async () => {
    for (let run = 0; run < 3; run += 1) await sync([one]);
    const guid = guidOf('d');
    const report = await sync([{ ...one, key: 'z' }]);
    expect(codes(report)).toEqual([]);
    expect(guidOf('d')).toBe(guid);
    expect((await sync([{ ...one, key: 'z' }])).counts).toMatchObject({ unchanged: 1, created: 0, deleted: 0 });
  });

  it.each([1, 2])('are no mistake where two change their names with each other, %s at a time', async (at) => {
    const [x, y] = [
      { key: 'a', name: 'x', text: 'one' },
      { key: 'b', name: 'y', text: 'two' },
    ];
    for (let run = 0; run < 3; run += 1) await sync([x, y]);
    const report = await sync(
      [
        { ...x, name: 'y' },
        { ...y, name: 'x' },
      ],
      {},
      at,
    );
    expect(codes(report)).toEqual([]);
    expect([textOf('x'), textOf('y')]).toEqual(['two', 'one']);
  });

  const placed = (names: readonly string[]): readonly Told[] =>
    names.map((name, place) => ({ key: `k${place}`, name, text: `text ${place}`, scope: `scope ${place}` }));

  it.each([
    [['y', 'x']],
    [['y', 'z', 'x']],
    [['z', 'x', 'y']],
  ])('are no mistake where things of several scopes change their names in a ring: %s', async (names) => {
    const before = placed(['x', 'y', 'z'].slice(0, names.length));
    for (let run = 0; run < 3; run += 1) await sync(before);
    const report = await sync(placed(names));
    expect(codes(report)).toEqual([]);
    expect(names.map(textOf)).toEqual(names.map((_, place) => `text ${place}`));
    expect((await sync(placed(names))).counts).toMatchObject({ unchanged: names.length, updated: 0, deleted: 0 });
  });

  it('are no mistake where one takes a name that a later scope gives up, and leaves its own', async () => {
    for (let run = 0; run < 3; run += 1) await sync(placed(['x', 'y']));
    const report = await sync(placed(['y', 'z']));
    expect(codes(report)).toEqual([]);
    expect([...bench.store.live().keys()].sort()).toEqual(['y', 'z'].map(qualifiedName));
  });

  it('are no mistake where one takes the name that another gives up', async () => {
    const [x, y] = [
      { key: 'a', name: 'x', text: 'one' },
      { key: 'b', name: 'y', text: 'two' },
    ];
    for (let run = 0; run < 3; run += 1) await sync([x, y]);
    const report = await sync([
      { ...x, name: 'z' },
      { ...y, name: 'x' },
    ]);
    expect(codes(report)).toEqual([]);
    expect([textOf('x'), textOf('z')]).toEqual(['two', 'one']);
  });
});

describe('an item that is told again after another one had its name', () => {
  const later = { ...one, text: 'three' };
  const byPerson = (properties: Readonly<Record<string, string>>) =>
    bench.store.steward({ op: 'upsert', typeName: 'Database', qualifiedName: qualifiedName('d'), properties });

  it('leaves what people have set since', async () => {
    await sync([one]);
    await sync([two]);
    byPerson({ text: 'by hand' });
    const report = await sync([later]);
    expect(textOf('d')).toBe('by hand');
    expect(codes(report)).toContain('FIELD_KEPT');
  });

  it.each([
    false,
    true,
  ])('writes over what the other one wrote; of a store that was lost before: %s', async (isLost) => {
    await sync([one]);
    if (isLost) bench.store.wipe();
    await sync([two]);
    byPerson({ description: 'by hand' });
    const report = await sync([later]);
    expect(bench.store.elements.get(qualifiedName('d'))?.properties).toMatchObject({
      text: 'three',
      description: 'by hand',
    });
    expect(codes(report)).not.toContain('FIELD_KEPT');
  });
});

describe('one key with two contents', () => {
  const twins = [one, { ...one, text: 'two' }];

  it.each([1, 2])('is told: the second is set aside, and nothing alternates, %s at a time', async (at) => {
    for (let run = 0; run < 3; run += 1) {
      const report = await sync(twins, {}, at);
      expect(report).toMatchObject({ isPartial: true, counts: { seen: 1, updated: 0, setAside: 1 } });
      expect(report.findings).toMatchObject([{ severity: 'error', code: 'ITEM_KEY_TWICE', key: 'a' }]);
      expect(textOf('d')).toBe('one');
    }
    await sync(twins.slice(1));
    expect(textOf('d')).toBe('two');
  });

  it('is told of what was kept at its version, too', async () => {
    await sync([one]);
    const run = await bench.open();
    await run.keep('all', [{ key: 'a', sourceVersion: 'one' }]);
    expect(await run.offer('all', [digestOf(toldItem({ ...one, text: 'two' }))])).toEqual([]);
    expect(codes(await run.finish('completed'))).toContain('ITEM_KEY_TWICE');
  });
});
