import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { childrenAt, file, folder, smallTree } from '../sync/testing/fake-source.js';
import { SyncBench } from '../sync/testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
  bench.store.bringsLinksBack = true;
});
afterEach(() => bench[Symbol.dispose]());

const one = 'DataFile::test:/top/a/one.csv';

/** A run that changes, adds and removes. */
async function changed() {
  const root = smallTree();
  await bench.sync(root, { runId: 'first' });
  const before = bench.inStore();
  childrenAt(root, 'a').set('one.csv', file('1b', ['id', 'total']));
  childrenAt(root, 'a').set('new.txt', file('n', ['x']));
  childrenAt(root, 'b').delete('deep');
  await bench.sync(root, { runId: 'second' });
  return { root, before };
}

const undo = (undoneRunId: string) => bench.act({ kind: 'undo', undoneRunId });

describe('taking a run back', () => {
  it('restores what it changed and removed, and takes away what it made', async () => {
    const { before } = await changed();
    const report = await undo('second');
    expect(bench.inStore()).toEqual(before);
    expect(report).toMatchObject({ isPartial: false, findingCount: 0 });
    expect(report.counts).toMatchObject({ created: 0, restored: 2, updated: 1, deleted: 1 });
  });

  it('is left alone by refreshes until the source changes', async () => {
    const { root, before } = await changed();
    await undo('second');
    await bench.sync(root);
    expect(bench.inStore()).toEqual(before);
    childrenAt(root, 'a').set('one.csv', file('1c', ['id']));
    childrenAt(root, 'a').set('new.txt', file('n2'));
    await bench.sync(root);
    expect(bench.store.elements.get(one)?.properties.text).toBe('1c');
    expect(bench.store.elements.get('DataFile::test:/top/a/new.txt')?.live).toBe(true);
  });

  it('is written again by refreshes once people release it', async () => {
    const { root } = await changed();
    const after = bench.inStore();
    await bench.act({ kind: 'undo', undoneRunId: 'second' }, { runId: 'undoing' });
    const connector = 'connector';
    expect(await bench.journal.undos.heldBack(connector)).toEqual([{ runId: 'undoing', itemCount: 4 }]);
    expect(await bench.journal.undos.release('undoing')).toBe(4);
    expect(await bench.journal.undos.heldBack(connector)).toEqual([]);
    expect((await bench.sync(root)).counts).toMatchObject({ created: 0, restored: 1, updated: 1, deleted: 2 });
    expect(bench.inStore()).toEqual(after);
  });

  it('is told as long as it holds what the source no longer has', async () => {
    const { root } = await changed();
    await undo('second');
    const report = await bench.sync(root);
    expect(report).toMatchObject({ isPartial: false, findings: [{ code: 'UNDO_HOLDS', severity: 'info' }] });
    const plan = await bench.preview(root);
    expect(await bench.planItems(plan, { actions: ['keep'] })).toMatchObject([
      { qualifiedName: 'FileFolder::test:/top/b/deep', reason: expect.stringContaining('isthmus run release') },
    ]);
  });

  it('is removed again once people release it, unless the source lists it again', async () => {
    const { root } = await changed();
    await bench.act({ kind: 'undo', undoneRunId: 'second' }, { runId: 'undoing' });
    const deep = folder({ 'three.txt': file('3') });
    childrenAt(root, 'b').set('deep', deep);
    await bench.sync(root);
    await bench.journal.undos.release('undoing');
    await bench.sync(root);
    expect(bench.store.elements.get('FileFolder::test:/top/b/deep')?.live).toBe(true);
    childrenAt(root, 'b').delete('deep');
    await bench.sync(root);
    expect(bench.store.elements.get('FileFolder::test:/top/b/deep')?.live).toBe(false);
  });

  it('keeps and names what people changed since', async () => {
    await changed();
    const steward = (qualifiedName: string, properties: Record<string, string>) =>
      bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName, properties });
    steward(one, { text: 'by hand' });
    steward('DataFile::test:/top/a/new.txt', { description: 'mine' });
    const report = await undo('second');
    expect(bench.store.elements.get(one)?.properties).toMatchObject({
      text: 'by hand',
      additionalProperties: { 'text,1': '1', always: 'there' },
    });
    expect(bench.store.elements.get('DataFile::test:/top/a/new.txt')?.live).toBe(true);
    expect(report.findings.map(({ code, message }) => [code, message])).toEqual([
      ['UNDO_KEPT', `text of ${one} was changed since, so it stays`],
      ['UNDO_KEPT', 'DataFile::test:/top/a/new.txt was changed since it was made, so it stays'],
    ]);
  });

  it('keeps what people have linked since, and names it', async () => {
    await changed();
    const made = 'DataFile::test:/top/a/new.txt';
    bench.store.steward({ op: 'upsert', typeName: 'GlossaryTerm', qualifiedName: 'Term::t', properties: {} });
    bench.store.steward({ op: 'link', typeName: 'SemanticAssignment', end1: made, end2: 'Term::t' });
    expect((await undo('second')).findings).toMatchObject([
      {
        code: 'UNDO_KEPT',
        message: expect.stringMatching(/new.txt was linked by steward .*SemanticAssignment with Term::t/),
      },
    ]);
    expect(bench.store.live().has(made)).toBe(true);
  });

  it('keeps what people have anchored something to since, with all that holds it', async () => {
    const root = smallTree();
    await bench.sync(root, { runId: 'first' });
    childrenAt(root, 'b').set('more', folder({ 'new.txt': file('n') }));
    await bench.sync(root, { runId: 'second' });
    const anchor = 'DataFile::test:/top/b/more/new.txt';
    bench.store.steward({ op: 'upsert', typeName: 'Comment', qualifiedName: 'Comment::c', properties: {}, anchor });
    const report = await undo('second');
    expect(report.findings.map(({ message }) => message)).toEqual([
      expect.stringContaining('Comment::c (steward made it)'),
      expect.stringContaining('stays, as what stays lies in it or refers to it'),
    ]);
    expect(bench.store.live().has(anchor)).toBe(true);
  });

  it('asks the store for many items at a time', async () => {
    const files = (text: string) =>
      folder(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}.txt`, file(`${text}${index}`)])));
    await bench.sync(files('a'), { runId: 'first' });
    const before = bench.inStore();
    await bench.sync(files('b'), { runId: 'second' });
    bench.store.requests.length = 0;
    const { counts } = await undo('second');
    expect(counts.updated).toBe(300);
    expect(bench.inStore()).toEqual(before);
    expect(bench.store.requests.length).toBeLessThan(30);
  });

  it('keeps what holds what it keeps, so that refreshes go on there', async () => {
    const root = smallTree();
    await bench.sync(root, { runId: 'first' });
    bench.store.steward({
      op: 'upsert',
      typeName: 'DataFile',
      qualifiedName: one,
      properties: { description: 'mine' },
    });
    const report = await undo('first');
    expect([...bench.store.live().keys()].filter((name) => !name.startsWith('Tabular'))).toEqual([
      'FileFolder::test:/top',
      'FileFolder::test:/top/a',
      one,
    ]);
    expect(bench.store.elements.get(one)?.parents).toEqual(new Map([['NestedFile', 'FileFolder::test:/top/a']]));
    expect(report.findings.map(({ message }) => message)).toEqual([
      `${one} was changed since it was made, so it stays`,
      'FileFolder::test:/top/a stays, as what stays lies in it or refers to it',
      'FileFolder::test:/top stays, as what stays lies in it or refers to it',
    ]);
    childrenAt(root, 'a').set('one.csv', file('1b', ['id']));
    expect(await bench.sync(root)).toMatchObject({ isPartial: false, counts: { updated: 1, created: 0 } });
  });

  it('holds with a folder what the source changes below it, and tells how to let it go', async () => {
    const root = smallTree();
    await bench.sync(root, { runId: 'first' });
    await undo('first');
    childrenAt(root, 'a').set('one.csv', file('1b', ['id']));
    const report = await bench.sync(root);
    expect(bench.store.live().size).toBe(0);
    expect(report.isPartial).toBe(false);
    expect(report.findings).toMatchObject([
      { code: 'UNDO_HOLDS', severity: 'info', message: expect.stringContaining('isthmus run release') },
    ]);
  });

  it('keeps a folder in which a later run has made something', async () => {
    const root = folder({ a: folder() });
    await bench.sync(root, { runId: 'first' });
    childrenAt(root, 'a').set('later', file('1'));
    await bench.sync(root);
    await undo('first');
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('names what it keeps as another run removed it and brought it back', async () => {
    const root = smallTree();
    await bench.sync(root, { runId: 'first' });
    childrenAt(root, 'a').delete('two.txt');
    await bench.sync(root, { runId: 'second' });
    await undo('second');
    const report = await undo('first');
    expect(bench.store.live().has('DataFile::test:/top/a/two.txt')).toBe(true);
    expect(report.findings.map(({ message }) => message)).toContain(
      'DataFile::test:/top/a/two.txt was changed since it was made, so it stays',
    );
  });

  it('keeps and names what another connector has too', async () => {
    const root = smallTree();
    const { owner } = bench;
    await bench.sync(root, { runId: 'first' });
    bench.owner = { ...owner, connectorGuid: 'other' };
    for (let run = 0; run < 2; run += 1) await bench.sync(root);
    bench.owner = owner;
    const report = await undo('first');
    expect(bench.inStore()).toEqual(bench.inSource(root));
    expect(report.findings.map(({ message }) => message)).toContain(
      `${one} is what another connector has too, so it stays`,
    );
  });

  it('lets the next change of the source through, but for what people set', async () => {
    const { root } = await changed();
    bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName: one, properties: { text: 'by hand' } });
    await undo('second');
    childrenAt(root, 'a').set('one.csv', file('1c', ['id']));
    const report = await bench.sync(root);
    expect(bench.store.elements.get(one)?.properties).toEqual({
      displayName: 'one.csv',
      text: 'by hand',
      additionalProperties: { 'text,1c': '1c', always: 'there' },
    });
    expect(report.findings.map(({ code }) => code)).toEqual(['UNDO_HOLDS', 'FIELD_KEPT']);
  });

  it('knows what people had set in an element that it brings back', async () => {
    const three = 'DataFile::test:/top/b/deep/three.txt';
    const root = smallTree();
    await bench.sync(root);
    bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName: three, properties: { text: 'by hand' } });
    childrenAt(root, 'b').delete('deep');
    await bench.sync(root, { runId: 'second' });
    await undo('second');
    childrenAt(root, 'b').set('deep', folder({ 'three.txt': file('4') }));
    await bench.sync(root);
    expect(bench.store.elements.get(three)?.properties).toMatchObject({
      text: 'by hand',
      additionalProperties: { 'text,4': '4' },
    });
  });

  it('is refused of a run that wrote nothing, or was taken back already', async () => {
    const { root } = await changed();
    await bench.sync(root, { runId: 'quiet' });
    await expect(undo('quiet')).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
    await undo('second');
    await expect(undo('second')).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
  });

  it('can be taken back itself, after which nothing that is gone is held', async () => {
    const { root, before } = await changed();
    const after = bench.inStore();
    await bench.act({ kind: 'undo', undoneRunId: 'second' }, { runId: 'undoing' });
    await bench.act({ kind: 'undo', undoneRunId: 'undoing' }, { runId: 'redoing' });
    expect(bench.inStore()).toEqual(after);
    expect((await bench.sync(root)).findings).toEqual([]);
    expect(bench.inStore()).toEqual(after);
    await undo('redoing');
    expect(bench.inStore()).toEqual(before);
    expect((await bench.sync(root)).findings).toMatchObject([{ code: 'UNDO_HOLDS' }]);
    expect(bench.inStore()).toEqual(before);
  });

  it('is possible of the newest runs only', async () => {
    bench.options = { undoLimit: { runs: 1, ageMs: 1_000_000 } };
    const { root } = await changed();
    root.children.set('more', file('m'));
    await bench.sync(root, { runId: 'third' });
    await bench.sync(root);
    await expect(undo('first')).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
    await undo('third');
    expect(bench.store.elements.get('DataFile::test:/top/more')?.live).toBe(false);
  });

  it('of a first run removes all that it made', async () => {
    await bench.sync(folder({ x: file('1'), y: folder({ z: file('2') }) }), { runId: 'first' });
    await undo('first');
    expect(bench.store.live().size).toBe(0);
  });

  it('takes an archived element out of the archive, whatever the server noted of it', async () => {
    await bench.sync(folder({ x: file('1') }));
    const guid = bench.store.elements.get('DataFile::test:/top/x')?.guid ?? '';
    const found = await bench.store.get(guid);
    if (found === undefined) throw new Error('nothing is there');
    const noted = { archiveDate: 5, archiveUser: 'isthmus', archiveProcess: 'shop' };
    bench.store.get = async () => ({
      ...found,
      classifications: [{ classificationName: 'Memento', properties: noted }],
    });
    const taken: string[] = [];
    bench.store.declassify = async (of, name) => void taken.push(`${name} of ${of}`);
    const { operations } = bench.journal;
    const effect = { of: 'classification', element: { guid, typeName: 'DataFile' }, name: 'Memento', to: {} } as const;
    const number = await operations.begin(bench.owner, 'archiving', bench.clock.now(), {
      operation: 'archiveElement',
      effect,
    });
    await operations.done(number ?? 0, effect);
    const report = await undo('archiving');
    expect(taken).toEqual([`Memento of ${guid}`]);
    expect(report.findings.map(({ code }) => code)).toEqual(['OPERATIONS_NOT_HELD']);
  });
});
