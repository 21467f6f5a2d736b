import type { Properties } from '@isthmus/model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FieldPolicy } from './sync-settings.js';
import { defaultSyncSettings } from './sync-settings.js';
import { file, folder } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const qualifiedName = 'DataFile::test:/top/x';
const additional = (text: string) => ({ [`text,${text}`]: text, always: 'there' });
const x = (text: string, label?: string) => folder({ x: file(text, [], label) });

function edit(properties: Properties, clear: readonly string[] = []): void {
  bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName, properties, clear });
}

function stored(): Properties | undefined {
  return bench.store.elements.get(qualifiedName)?.properties;
}

const under = (policy: FieldPolicy | Readonly<Record<string, FieldPolicy>>) => ({
  settings: { ...defaultSyncSettings, fieldPolicy: typeof policy === 'string' ? { '*': policy } : policy },
});
const sync = (...call: Parameters<SyncBench['sync']>) => bench.sync(call[0], call[1] ?? {}, { keeps: true });

describe('what a steward sets', () => {
  it('stays through every refresh, keys of maps too, until it is cleared', async () => {
    await sync(x('1'));
    edit({ displayName: 'by hand', description: 'by hand', additionalProperties: { owner: 'alice', always: 'mine' } });
    const report = await sync(x('1'));
    expect(report.counts).toMatchObject({ updated: 0 });
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'FIELD_KEPT', severity: 'info' }));
    expect(report.isPartial).toBe(false);
    const byHand = { displayName: 'by hand', description: 'by hand', text: '1' };
    const keys = { owner: 'alice', always: 'mine' };
    expect(stored()).toEqual({ ...byHand, additionalProperties: { ...additional('1'), ...keys } });
    await sync(x('2'));
    expect(stored()).toEqual({ ...byHand, text: '2', additionalProperties: { ...additional('2'), ...keys } });
    edit({}, ['displayName', 'additionalProperties.always']);
    await sync(x('2'));
    expect(stored()).toMatchObject({ displayName: 'x', additionalProperties: { always: 'there', owner: 'alice' } });
    bench.store.requests.length = 0;
    await sync(x('2'));
    expect(bench.store.requests).toEqual(['identity', 'changes']);
  });

  it('is the source’s again once both agree', async () => {
    await sync(x('1', 'old'));
    edit({ label: 'new' });
    await sync(x('1', 'old'));
    await sync(x('1', 'new'));
    await sync(x('1', 'newer'));
    expect(stored()?.label).toBe('newer');
  });

  it('is no longer the source’s to clear', async () => {
    await sync(x('1', 'label'));
    edit({ label: 'mine' });
    await sync(x('1'));
    expect(stored()?.label).toBe('mine');
  });

  it('is seen though it lands while the batch is on its way', async () => {
    await sync(x('1'));
    bench.store.beforeBatch = () => {
      bench.store.beforeBatch = () => undefined;
      edit({ displayName: 'by hand', text: 'by hand' });
    };
    await sync(x('2'));
    expect(stored()).toMatchObject({ displayName: 'by hand', text: 'by hand', additionalProperties: additional('2') });
    await sync(x('3'));
    expect(stored()).toMatchObject({ displayName: 'by hand', text: 'by hand', additionalProperties: additional('3') });
  });

  it('is not lost when the file goes and comes back', async () => {
    await sync(x('1'));
    edit({ additionalProperties: { owner: 'alice' } });
    await sync(folder());
    expect(bench.store.live().has(qualifiedName)).toBe(false);
    await sync(x('1'));
    expect(stored()?.additionalProperties).toMatchObject({ owner: 'alice' });
  });

  it('is not lost in a part that goes and comes back while its item is refused', async () => {
    const withColumns = (...columns: string[]) => folder({ 'x.csv': file('1', columns) });
    const column = 'TabularFileColumn::test:/top/x.csv:id';
    await sync(withColumns('id', 'sum'));
    const properties = { displayName: 'by hand' };
    bench.store.steward({ op: 'upsert', typeName: 'TabularFileColumn', qualifiedName: column, properties });
    bench.store.refuses = (operation) =>
      operation.op === 'upsert' && operation.qualifiedName === 'DataFile::test:/top/x.csv';
    await sync(withColumns('sum'));
    expect(bench.store.live().has(column)).toBe(false);
    bench.store.refuses = () => false;
    await sync(withColumns('id', 'sum'));
    expect(bench.store.live().get(column)?.properties.displayName).toBe('by hand');
  });

  it('is not lost with the element that the steward then deleted', async () => {
    await sync(x('1'));
    edit({ displayName: 'by hand' });
    bench.store.steward({ op: 'delete', qualifiedName });
    await sync(x('1'));
    expect(bench.store.live().get(qualifiedName)?.properties).toMatchObject({ displayName: 'by hand', text: '1' });
  });
});

describe('a field policy', () => {
  it('source sets the field right, and remembers what it went over', async () => {
    await sync(x('1'));
    edit({ displayName: 'by hand' });
    const report = await sync(x('1'), under('source'));
    expect(stored()?.displayName).toBe('x');
    expect(report.counts).toMatchObject({ updated: 1 });
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'FIELD_OVERWRITTEN' }));
    expect(await bench.journal.conflicts(bench.owner, 10)).toMatchObject([
      { qualifiedName, field: 'displayName', state: 'overwritten', hubValue: 'by hand', sourceValue: 'x' },
    ]);
    expect((await sync(x('1'), under('source'))).counts).toMatchObject({ updated: 0 });
  });

  it('source clears what the source no longer has', async () => {
    await sync(x('1', 'label'), under('source'));
    edit({ label: 'mine' });
    await sync(x('1'), under('source'));
    expect(stored()).not.toHaveProperty('label');
  });

  it('newest goes with whoever changed it last', async () => {
    await sync(x('1'), under('newest'));
    bench.store.now = () => bench.clock.now();
    await bench.clock.advance(1000);
    edit({ text: 'by hand', displayName: 'by hand' });
    await sync(x('1'), under('newest'));
    expect(stored()).toMatchObject({ text: 'by hand', displayName: 'by hand' });
    await bench.clock.advance(1000);
    await sync(x('2'), under('newest'));
    expect(stored()).toMatchObject({ text: '2', displayName: 'by hand' });
    expect(await bench.journal.conflicts(bench.owner, 10)).toMatchObject([{ field: 'text', hubValue: 'by hand' }]);
  });

  it('ask asks again once people take back what they decided', async () => {
    await sync(x('1'), under('ask'));
    edit({ text: 'by hand' });
    await sync(x('2'), under('ask'));
    const { connectorGuid } = bench.owner;
    await bench.journal.disputes.keep(await bench.journal.disputes.open(connectorGuid, undefined, 10));
    await sync(x('2'), under('ask'));
    expect(await bench.journal.disputes.open(connectorGuid, undefined, 10)).toEqual([]);
    const kept = () => bench.journal.disputes.kept(connectorGuid, 0, 10);
    expect(await kept()).toEqual([{ owner: bench.owner, qualifiedName, field: 'text' }]);
    expect(await bench.journal.disputes.kept(connectorGuid, 1, 10)).toEqual([]);
    expect(await bench.journal.disputes.release(connectorGuid, qualifiedName, 'displayName')).toEqual([]);
    expect(await bench.journal.disputes.release(connectorGuid, qualifiedName, 'text')).toEqual([bench.owner]);
    expect(await kept()).toEqual([]);
    await bench.journal.suspectHeld(bench.owner);
    await sync(x('2'), under('ask'));
    expect(await bench.journal.disputes.open(connectorGuid, undefined, 10)).toMatchObject([
      { field: 'text', hubValue: 'by hand', sourceValue: '2' },
    ]);
    expect(stored()?.text).toBe('by hand');
  });

  it('ask leaves the field and tells the conflict until one side gives way', async () => {
    await sync(x('1'), under('ask'));
    edit({ text: 'by hand' });
    const report = await sync(x('2'), under('ask'));
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'FIELD_CONFLICT', severity: 'warning' }));
    expect(await bench.journal.conflicts(bench.owner, 10)).toMatchObject([{ field: 'text', state: 'open' }]);
    const next = await sync(x('2'), under('ask'));
    expect(next.findings).toContainEqual(expect.objectContaining({ code: 'FIELD_CONFLICT' }));
    expect(stored()?.text).toBe('by hand');
    edit({}, ['text']);
    expect((await sync(x('2'), under('ask'))).findings).toEqual([]);
    expect(await bench.journal.conflicts(bench.owner, 10)).toEqual([]);
    expect(stored()?.text).toBe('2');
    edit({ text: 'by hand' });
    expect((await sync(x('2'), under('ask'))).findings).toHaveLength(1);
    await sync(folder(), under('ask'));
    expect(await bench.journal.conflicts(bench.owner, 10)).toEqual([]);
  });

  it('holds per field, keys of maps among them, and from the next run on when it changes', async () => {
    await sync(x('1'));
    const byHand = { displayName: 'by hand', additionalProperties: { always: 'mine', 'text,1': 'mine' } };
    edit(byHand);
    await sync(x('1'));
    expect(stored()).toMatchObject(byHand);
    await sync(x('1'), under({ displayName: 'source', 'additionalProperties.always': 'source' }));
    expect(stored()).toMatchObject({ displayName: 'x', additionalProperties: { always: 'there', 'text,1': 'mine' } });
    await sync(x('1'), under({ additionalProperties: 'source' }));
    expect(stored()?.additionalProperties).toEqual(additional('1'));
  });

  it('that is the source’s gives up an item that others write each time, until the next run', async () => {
    await sync(x('1'), under('source'));
    let turn = 0;
    bench.store.beforeBatch = () => edit({ displayName: `by hand ${turn++}` });
    const report = await sync(x('2'), under('source'));
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'ITEM_CONTESTED' }));
    bench.store.beforeBatch = () => undefined;
    await sync(x('2'), under('source'));
    expect(stored()).toMatchObject({ displayName: 'x', text: '2' });
  });
});

describe('an element that was there before', () => {
  const before = () => edit({ displayName: 'by hand', description: 'by hand' });

  it('is adopted: what is there stays, what is missing is added, and people are told once', async () => {
    before();
    const report = await sync(x('1'));
    expect(stored()).toEqual({
      displayName: 'by hand',
      description: 'by hand',
      text: '1',
      additionalProperties: additional('1'),
    });
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'ELEMENTS_ADOPTED' }));
    expect((await sync(x('1'))).findings).toEqual([]);
  });

  it('is let go of, not deleted, when the source drops it; what the connector wrote of it stays, its own parts go', async () => {
    before();
    // what a first run finds must be confirmed twice
    for (let run = 0; run < 3; run += 1) await bench.sync(folder({ x: file('1', ['id']), y: file('2') }));
    const report = await bench.sync(folder());
    expect(stored()).toMatchObject({ displayName: 'by hand', text: '1' });
    expect([...bench.store.live().keys()]).toEqual([qualifiedName, 'FileFolder::test:/top']);
    expect(report).toMatchObject({ isPartial: false, counts: { deleted: 1 } });
    expect(report.findings).toMatchObject([
      { code: 'ELEMENT_LET_GO', severity: 'info', message: expect.stringContaining('steward made it') },
    ]);
    expect(report.scopes?.items).toContainEqual(expect.objectContaining({ scope: 'folder:/top', kept: 1, deleted: 1 }));
    expect((await bench.sync(folder())).findings).toEqual([]);
  });

  it('is let go of though the connector made an element of its name before, which people have purged', async () => {
    for (const isListedBetween of [false, true]) {
      await sync(x('1'));
      bench.store.purge(qualifiedName);
      before();
      if (isListedBetween) await sync(x('1'));
      const report = await sync(folder());
      expect(stored()).toMatchObject({ displayName: 'by hand', description: 'by hand' });
      expect(bench.store.live().has(qualifiedName)).toBe(true);
      expect(report.findings).toContainEqual(expect.objectContaining({ code: 'ELEMENT_LET_GO' }));
      bench.store.purge(qualifiedName);
    }
  });

  it('is let go of though the connector made one of its name before the store was restored', async () => {
    await bench.sync(folder());
    const backup = bench.store.backup();
    await sync(x('1'));
    bench.store.restore(backup);
    before();
    for (let run = 0; run < 4; run += 1) await bench.sync(folder());
    expect(bench.store.live().has(qualifiedName)).toBe(true);
  });

  it('is let go of also when its adoption was taken back, or people confirm removals', async () => {
    before();
    await sync(x('1'), { runId: 'adopting' });
    await bench.act({ kind: 'undo', undoneRunId: 'adopting' });
    for (let run = 0; run < 2; run += 1) await sync(x('1'));
    await sync(folder(), { confirmRemovals: true });
    expect(stored()).toEqual({ displayName: 'by hand', description: 'by hand' });
    expect(bench.store.live().has(qualifiedName)).toBe(true);
  });

  it('is kept in a plan, with the reason', async () => {
    before();
    for (let run = 0; run < 3; run += 1) await sync(x('1'));
    const plan = await bench.preview(folder());
    expect(plan.counts).toMatchObject({ delete: 0, adopt: 0, keep: 1 });
    expect(await bench.planItems(plan, { actions: ['keep'] })).toMatchObject([
      { qualifiedName, reason: expect.stringContaining('steward made it') },
    ]);
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect(bench.store.live().has(qualifiedName)).toBe(true);
    expect((await bench.sync(folder())).findings).toEqual([]);
  });

  it('goes with the source when nobody but the connector made it, though the journal was lost', async () => {
    await sync(x('1'));
    edit({ description: 'by hand' });
    await bench.journal.forget(bench.owner);
    for (const source of [x('1'), x('1'), x('1'), folder()]) await sync(source);
    expect(bench.store.live().has(qualifiedName)).toBe(false);
  });

  it('is only told where the registration says so, and nothing of it is touched', async () => {
    before();
    const settings = { ...defaultSyncSettings, adoption: 'report' } as const;
    for (let run = 0; run < 2; run += 1) {
      const report = await bench.sync(folder({ x: file('1', ['id']), y: file('2') }), { settings });
      expect(report).toMatchObject({ isPartial: true, counts: { setAside: 1 } });
      expect(report.findings).toContainEqual(expect.objectContaining({ code: 'ELEMENT_EXISTS', key: 'x' }));
    }
    expect(stored()).toEqual({ displayName: 'by hand', description: 'by hand' });
    expect([...bench.store.live().keys()]).not.toContain('TabularFileColumn::test:/top/x:id');
    expect([...bench.store.live().keys()]).toContain('DataFile::test:/top/y');
  });
});

describe('what waits for people’s word', () => {
  const open = () => bench.journal.disputes.open(bench.owner.connectorGuid, undefined, 10);

  async function disputed() {
    await sync(x('1'), under('ask'));
    edit({ text: 'by hand' });
    await sync(x('2'), under('ask'));
    const [dispute] = await open();
    if (dispute === undefined) throw new Error('nothing is disputed');
    return dispute;
  }

  it('is a field with both values, counted by connector', async () => {
    expect(await disputed()).toMatchObject({
      kind: 'field',
      qualifiedName,
      field: 'text',
      hubValue: 'by hand',
      sourceValue: '2',
    });
    expect(await bench.journal.disputes.counts()).toEqual([
      { connectorGuid: bench.owner.connectorGuid, fields: 1, elements: 0 },
    ]);
  });

  it('becomes the source’s where people take that, for good', async () => {
    const { id } = await disputed();
    const report = await bench.act({ kind: 'resolve', disputeIds: [id] });
    expect(report.counts).toMatchObject({ updated: 1 });
    expect(stored()?.text).toBe('2');
    expect(await open()).toEqual([]);
    expect((await sync(x('2'), under('ask'))).findings).toEqual([]);
    expect((await sync(x('2'), under('ask'))).counts).toMatchObject({ updated: 0 });
    expect((await sync(x('3'), under('ask'))).findings).toEqual([]);
    expect(stored()?.text).toBe('3');
  });

  it('stays as it is where people keep it, until the source has another value', async () => {
    await bench.journal.disputes.keep([await disputed()]);
    expect(await open()).toEqual([]);
    expect((await sync(x('2'), under('ask'))).findings).toEqual([]);
    await sync(x('2', 'label'), under('ask'));
    expect(await open()).toEqual([]);
    expect(stored()?.text).toBe('by hand');
    await sync(x('3', 'label'), under('ask'));
    expect(await open()).toMatchObject([{ field: 'text', sourceValue: '3' }]);
  });

  it('is not written over when somebody has changed it since', async () => {
    const { id } = await disputed();
    edit({ text: 'by another' });
    const report = await bench.act({ kind: 'resolve', disputeIds: [id] });
    expect(report.findings).toMatchObject([{ code: 'CONFLICT_STAYS' }]);
    expect(stored()?.text).toBe('by another');
    expect(await open()).toHaveLength(1);
  });

  it('is an element that was there before, which is adopted or left alone as people say', async () => {
    const settings = { ...defaultSyncSettings, adoption: 'report' } as const;
    const source = () => folder({ x: file('1') });
    edit({ displayName: 'by hand' });
    await bench.sync(source(), { settings });
    const found = await open();
    expect(found).toMatchObject([{ kind: 'element', qualifiedName, key: 'x' }]);
    await bench.journal.disputes.keep(found);
    const left = await bench.sync(source(), { settings });
    expect(left).toMatchObject({ isPartial: false, findings: [{ severity: 'info', code: 'ELEMENT_LEFT_ALONE' }] });
    expect(await open()).toEqual([]);
    expect(stored()?.text).toBeUndefined();
    await bench.journal.disputes.settle(found);
    await bench.sync(source(), { settings });
    expect(stored()).toMatchObject({ text: '1', displayName: 'by hand' });
    expect((await bench.sync(source(), { settings })).findings).toEqual([]);
  });
});
