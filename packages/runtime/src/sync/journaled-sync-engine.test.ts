import { IsthmusError } from '@isthmus/kernel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { childrenAt, digestOf, file, folder, itemOf, list, type SourceNode, smallTree } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

function unreachable(): never {
  throw new IsthmusError('STORE_UNREACHABLE', 'the fake is away');
}

function manyFiles(count: number): Record<string, SourceNode> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`file ${index}`, file(`${index}`)]));
}

describe('the sync engine', () => {
  it('writes what a source has, parts with their item, in one batch', async () => {
    const report = await bench.sync(smallTree());
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
    expect(report.counts).toMatchObject({ seen: 7, created: 7, scopesCompleted: 5, scopesOpen: 0, setAside: 0 });
    expect(bench.store.requests).toEqual(['identity', 'writeBatch']);
    expect(report.counts.requests).toBe(2);
    expect(bench.store.elements.get('TabularFileColumn::test:/top/a/one.csv:id')?.anchor).toBe(
      'DataFile::test:/top/a/one.csv',
    );
  });

  it('asks for the last change at the end of a run that wrote where the store does not tell it with the batch', async () => {
    bench.store.tellsLastChange = false;
    await bench.sync(smallTree());
    expect(bench.store.requests).toEqual(['identity', 'writeBatch', 'changes']);
    bench.store.tellsLastChange = true;
    expect((await bench.sync(smallTree(), {}, { keeps: true })).counts).toMatchObject({ unchanged: 7, updated: 0 });
  });

  it('writes and removes in the name of the user of the run', async () => {
    const users = new Set<string | undefined>();
    bench.store.beforeBatch = async ({ userId }) => void users.add(userId);
    await bench.sync(smallTree(), { userId: 'c1npa' });
    await bench.sync(folder({}), { userId: 'c1npa' });
    expect([...users]).toEqual(['c1npa']);
  });

  it('asks the store for its identity and its last known change alone when nothing changed, over restarts too', async () => {
    await bench.sync(smallTree());
    bench.restart();
    bench.store.requests.length = 0;
    const report = await bench.sync(smallTree(), {}, { keeps: true });
    expect(bench.store.requests).toEqual(['identity', 'changes']);
    expect(report.counts).toMatchObject({ seen: 7, unchanged: 7, created: 0, updated: 0, deleted: 0 });
  });

  it('follows additions, changes, moves and removals', async () => {
    const root = smallTree();
    await bench.sync(root);
    childrenAt(root, 'a').set('one.csv', file('1b', ['id', 'total']));
    childrenAt(root, 'a').delete('two.txt');
    childrenAt(root, 'b').set('two.txt', file('2'));
    childrenAt(root, 'b').delete('deep');
    const report = await bench.sync(root);
    expect(bench.inStore()).toEqual(bench.inSource(root));
    expect(report.counts).toMatchObject({ created: 1, updated: 1, deleted: 3 });
  });

  it('knows a new version of an unchanged item from the next run on', async () => {
    await bench.sync(smallTree());
    const item = itemOf('', 'top', smallTree());
    const run = await bench.open();
    expect(await run.keep('root', [{ key: 'top', sourceVersion: 'touched' }])).toEqual([0]);
    expect(await run.offer('root', [{ ...digestOf(item), sourceVersion: 'touched' }])).toEqual([]);
    await run.complete('root');
    await run.finish('completed');
    const next = await bench.open();
    expect(await next.keep('root', [{ key: 'top', sourceVersion: 'touched' }])).toEqual([]);
    await next.finish('aborted');
  });

  it('clears a property that the source no longer has and leaves what a steward set', async () => {
    const root = folder({ x: file('1', [], 'secret') });
    await bench.sync(root);
    const name = 'DataFile::test:/top/x';
    bench.store.steward({
      op: 'upsert',
      typeName: 'DataFile',
      qualifiedName: name,
      properties: { description: 'by hand', additionalProperties: { owner: 'alice' } },
    });
    root.children.set('x', file('2'));
    await bench.sync(root);
    expect(bench.store.elements.get(name)?.properties).toEqual({
      displayName: 'x',
      text: '2',
      description: 'by hand',
      additionalProperties: { 'text,2': '2', always: 'there', owner: 'alice' },
    });
  });

  it('writes an item anew whose key now stands for something else, and removes what it was with all below', async () => {
    const root = smallTree();
    await bench.sync(root);
    root.children.set('a', file('now a file'));
    await bench.sync(root);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('spreads an item with more parts than a batch holds over several', async () => {
    bench.options = { maxOperations: 10 };
    const columns = Array.from({ length: 45 }, (_, index) => `c${index}`);
    await bench.sync(folder({ wide: file('', columns) }));
    expect(bench.inStore()).toEqual(bench.inSource(folder({ wide: file('', columns) })));
    expect([...bench.store.batches.values()].every((batch) => batch.items.length <= 10)).toBe(true);
    bench.store.requests.length = 0;
    await bench.sync(folder({ wide: file('', columns) }));
    expect(bench.store.requests).toEqual(['identity', 'changes']);
  });

  it('sets a refused item aside, goes on with the others and tries it again', async () => {
    bench.store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName.endsWith('two.txt');
    const report = await bench.sync(smallTree());
    expect(report.counts).toMatchObject({ created: 6, setAside: 1 });
    expect(report.findings).toEqual([
      expect.objectContaining({
        severity: 'error',
        code: 'PROPERTY_TYPE_WRONG',
        scope: 'folder:/top/a',
        key: 'two.txt',
      }),
    ]);
    bench.store.refuses = () => false;
    expect((await bench.sync(smallTree())).counts).toMatchObject({ created: 1, unchanged: 6 });
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('keeps what an item once was while the store refuses that the source has it again', async () => {
    await bench.sync(folder({ c: file('as a file') }));
    await bench.sync(folder({ c: file('as a file') }));
    // what it was stays behind when it becomes something else in a listing that is not certified
    const run = await bench.open();
    await list(run, folder({ c: folder({}) }), { completes: false });
    await run.finish('completed');
    expect(Object.keys(bench.inStore())).toEqual(
      expect.arrayContaining(['DataFile::test:/top/c', 'FileFolder::test:/top/c']),
    );
    bench.store.refuses = (operation) =>
      operation.op === 'upsert' && operation.qualifiedName === 'DataFile::test:/top/c';
    const report = await bench.sync(folder({ c: file('again') }));
    expect(Object.keys(bench.inStore())).toContain('DataFile::test:/top/c');
    expect(report.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['DELETE_WITHHELD']));
    bench.store.refuses = () => false;
    await bench.sync(folder({ c: file('again') }));
    expect(bench.inStore()).toEqual(bench.inSource(folder({ c: file('again') })));
  });

  it('remembers what it wrote of an item that was refused in part, and removes it with the item', async () => {
    const root = folder({ x: file('', ['good', 'bad']) });
    bench.store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName.endsWith('bad');
    expect((await bench.sync(root)).counts).toMatchObject({ created: 1, setAside: 1 });
    expect(Object.keys(bench.inStore())).toContain('TabularFileColumn::test:/top/x:good');
    root.children.delete('x');
    await bench.sync(root);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('finds the one item for which a whole batch is refused', async () => {
    bench.store.beforeBatch = (batch) => {
      if (
        batch.operations.some((operation) => operation.op === 'upsert' && operation.qualifiedName.endsWith('two.txt'))
      )
        throw new IsthmusError('STORE_REFUSED', 'cannot be read');
    };
    const report = await bench.sync(smallTree());
    expect(report.counts).toMatchObject({ created: 6, setAside: 1 });
    expect(report.findings[0]).toMatchObject({ code: 'STORE_REFUSED', key: 'two.txt' });
    expect(await bench.journal.openIntents()).toEqual([]);
  });

  it('shows in a preview what would happen and writes nothing', async () => {
    const root = smallTree();
    await bench.sync(root);
    const before = bench.inStore();
    childrenAt(root, 'a').set('one.csv', file('new'));
    childrenAt(root, 'a').set('four.txt', file('4'));
    root.children.delete('b');
    const report = await bench.sync(root, { mode: 'preview' });
    expect(report.counts).toMatchObject({ seen: 5, unchanged: 3, created: 1, updated: 1, deleted: 3 });
    expect(bench.inStore()).toEqual(before);
    expect((await bench.sync(root)).counts).toMatchObject({ created: 1, updated: 1, deleted: 3 });
  });

  it('refuses to add to a scope that was completed', async () => {
    const run = await bench.open();
    await run.complete('root');
    await expect(run.complete('root')).rejects.toMatchObject({ code: 'SCOPE_CLOSED' });
    await expect(run.keep('root', [{ key: 'x', sourceVersion: '1' }])).rejects.toMatchObject({ code: 'SCOPE_CLOSED' });
    await run.finish('completed');
    await expect(run.keep('other', [{ key: 'x', sourceVersion: '1' }])).rejects.toMatchObject({
      code: 'CONNECTOR_STOPPED',
    });
  });

  it('keeps no more than 100 findings and counts them all', async () => {
    const run = await bench.open();
    for (let index = 0; index < 150; index += 1) {
      await run.finding(undefined, { severity: 'info', code: 'SOME', message: `${index}` });
    }
    const report = await run.finish('completed');
    expect([report.findings.length, report.findingCount]).toEqual([100, 150]);
  });

  it('sends what waits after a moment, so that a slow source shows its first items', async () => {
    const run = await bench.open();
    const item = itemOf('', 'top', folder());
    await run.deliver('root', [{ digest: digestOf(item), body: item }]);
    expect(bench.store.live().size).toBe(0);
    await bench.clock.advance(600);
    // the intent is on its way to the disk first, which takes turns of the loop
    while (bench.store.live().size === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(bench.store.live().size).toBe(1);
    await run.finish('completed');
  });
});

describe('an item that comes twice in a run', () => {
  const send = async (run: Awaited<ReturnType<SyncBench['open']>>, node: SourceNode) => {
    const item = itemOf('', 'top', node);
    const digest = digestOf(item);
    if ((await run.offer('root', [digest])).length > 0) await run.deliver('root', [{ digest, body: item }]);
  };

  it('costs nothing more when it is the same, and stays what came first when it is not', async () => {
    const run = await bench.open();
    await send(run, file('1', ['id', 'name']));
    await send(run, file('1', ['id', 'name']));
    expect(bench.store.requests.filter((request) => request === 'writeBatch')).toEqual([]);
    await send(run, file('2', ['id']));
    await run.complete('root');
    const report = await run.finish('completed');
    expect(report.findings).toMatchObject([{ severity: 'error', code: 'ITEM_KEY_TWICE', key: 'top' }]);
    expect(bench.inStore()).toEqual(bench.inSource(file('1', ['id', 'name'])));
    expect((await bench.sync(file('2', ['id']))).counts).toMatchObject({ updated: 1 });
    expect(bench.inStore()).toEqual(bench.inSource(file('2', ['id'])));
  });
});

describe('removal', () => {
  it.each(['failed', 'aborted'] as const)('does not follow from a listing that %s', async (listing) => {
    await bench.sync(smallTree());
    const run = await bench.open();
    await run.offer('root', [digestOf(itemOf('', 'top', smallTree()))]);
    await run.complete('root');
    await run.keep('folder:/top', [{ key: 'a', sourceVersion: 'folder' }]);
    const report = await run.finish(listing);
    expect(report.counts).toMatchObject({ deleted: 0, scopesOpen: 1 });
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('spares an item with a finding and all below it', async () => {
    const root = smallTree();
    await bench.sync(root);
    const report = await bench.sync(root, {}, { unreadable: new Set(['/top/b']) });
    expect(report.counts).toMatchObject({ setAside: 1, deleted: 0 });
    const run = await bench.open();
    await run.finding('folder:/top', { severity: 'error', code: 'UNREADABLE', message: 'b', key: 'b' });
    await run.complete('folder:/top/b/deep');
    expect((await run.finish('completed')).findings).toContainEqual(
      expect.objectContaining({ code: 'DELETE_WITHHELD' }),
    );
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('does not happen in a scope that has an error of its own', async () => {
    await bench.sync(smallTree());
    const run = await bench.open();
    await run.finding('folder:/top/a', { severity: 'error', code: 'CUT_SHORT', message: 'listing was cut' });
    await run.complete('folder:/top/a');
    await run.finish('completed');
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('never follows from a changed root or filter, then or later, until the item was seen again', async () => {
    const root = smallTree();
    await bench.sync(root);
    const filtered = smallTree();
    filtered.children.delete('a');
    const report = await bench.sync(filtered, { boundaryHash: 'filtered' });
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'DELETE_WITHHELD' }));
    expect(report.isPartial).toBe(true);
    await bench.sync(filtered, { boundaryHash: 'filtered' });
    await bench.sync(filtered, { boundaryHash: 'filtered' });
    expect(bench.inStore()).toEqual(bench.inSource(root));

    await bench.sync(root, { boundaryHash: 'wide again' });
    await bench.sync(filtered, { boundaryHash: 'wide again' });
    expect(bench.inStore()).toEqual(bench.inSource(filtered));
  });

  it('that waits is told by every run and every preview, with how to let it happen', async () => {
    const root = smallTree();
    await bench.sync(root);
    await bench.sync(root);
    const filtered = smallTree();
    filtered.children.delete('a');
    for (const run of ['first', 'second', 'third']) {
      const report = await bench.sync(filtered, { boundaryHash: 'filtered', connectorName: 'landing' });
      expect([run, report.isPartial]).toEqual([run, run === 'first']);
      expect(report.findings).toMatchObject([
        { code: 'DELETE_WITHHELD', message: expect.stringMatching(/^1 item .*connector refresh landing --confirm/) },
      ]);
      expect(report.scopes?.items.find(({ scope }) => scope === 'folder:/top')).toMatchObject({ kept: 1 });
    }
    const plan = await bench.preview(filtered, { boundaryHash: 'filtered', connectorName: 'landing' });
    expect(plan.counts.keep).toBe(1);
    const [kept] = await bench.planItems(plan, { actions: ['keep'] });
    expect(kept).toMatchObject({
      qualifiedName: 'FileFolder::test:/top/a',
      reason: expect.stringContaining('isthmus connector refresh landing --confirm-removals'),
    });
  });

  it('of most of a large source at once waits for people, however often it is missed', async () => {
    const full = folder({ mount: folder(manyFiles(150)), own: file() });
    await bench.sync(full);
    const empty = folder({ mount: folder(), own: file() });
    for (let runs = 0; runs < 3; runs += 1) {
      bench.restart();
      const report = await bench.sync(empty, { connectorName: 'landing area' });
      expect(report).toMatchObject({ counts: { deleted: 0 }, isPartial: true });
      expect(report.findings).toEqual([
        expect.objectContaining({
          severity: 'error',
          code: 'DELETE_WITHHELD',
          message: expect.stringMatching(/^150 items .*isthmus connector refresh "landing area" --confirm-removals$/),
        }),
      ]);
    }
    expect(bench.inStore()).toEqual(bench.inSource(full));
    expect((await bench.sync(empty, { confirmRemovals: true })).counts.deleted).toBe(150);
    expect(bench.inStore()).toEqual(bench.inSource(empty));
    expect(await bench.sync(empty)).toMatchObject({ findingCount: 0, isPartial: false });
  });

  it('that was kept as too much is not done piece by piece by later runs', async () => {
    const parts = { one: folder(manyFiles(60)), two: folder(manyFiles(60)), own: file() };
    await bench.sync(folder(parts));
    const empty = folder({ one: folder(), two: folder(), own: file() });
    expect((await bench.sync(empty)).counts.deleted).toBe(60);
    expect((await bench.sync(empty)).counts.deleted).toBe(0);
    expect((await bench.sync(empty)).isPartial).toBe(true);
    await bench.sync(folder({ ...parts, one: folder() }));
    expect(
      (await bench.sync(folder({ ...parts, one: folder(), two: folder({ 'file 1': file('1') }) }))).counts,
    ).toMatchObject({ deleted: 59 });
  });

  it('of a folder that vanished while it was listed waits for the next run', async () => {
    const root = smallTree();
    await bench.sync(root);
    const run = await bench.open();
    const item = itemOf('/top/a', 'two.txt', file('2'));
    await run.offer('folder:/top/a', [digestOf(item)]);
    await run.keep('folder:/top', [{ key: 'b', sourceVersion: 'folder' }]);
    await run.complete('folder:/top');
    await run.finish('completed');
    expect(bench.inStore()).toEqual(bench.inSource(root));
    root.children.delete('a');
    await bench.sync(root);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('of what fell out with a filter happens once people confirm it, then or later', async () => {
    await bench.sync(smallTree());
    const filtered = smallTree();
    filtered.children.delete('a');
    await bench.sync(filtered, { boundaryHash: 'filtered', confirmRemovals: true });
    expect(bench.inStore()).toEqual(bench.inSource(filtered));
    filtered.children.delete('b');
    await bench.sync(filtered, { boundaryHash: 'filtered again' });
    await bench.sync(filtered, { boundaryHash: 'filtered again', confirmRemovals: true });
    expect(bench.inStore()).toEqual(bench.inSource(filtered));
  });

  it('spares an element that another active connector claims', async () => {
    const root = smallTree();
    await bench.sync(root);
    const first = bench.owner;
    bench.owner = { ...first, connectorGuid: 'second' };
    await bench.sync(root);
    bench.owner = first;
    const smaller = smallTree();
    smaller.children.delete('b');
    bench.owner = { ...first, connectorGuid: 'second' };
    await bench.sync(root);
    await bench.sync(root);
    bench.owner = first;
    await bench.sync(smaller);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('is not held up by a connector that was removed and added again under another GUID', async () => {
    const root = smallTree();
    await bench.sync(root);
    bench.owner = { ...bench.owner, connectorGuid: 'added again' };
    await bench.sync(root);
    await bench.sync(root);
    root.children.delete('b');
    await bench.sync(root);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });
});

describe('a medium that went away', () => {
  const mounted = () => folder({ mnt: folder({ x: file('x'), y: folder({ z: file('z') }) }), own: file() });
  const bare = (left: Record<string, SourceNode> = {}) => folder({ mnt: folder(left), own: file() });
  const disk = (device: string | undefined) => ({
    place: (scope: string) => (scope.startsWith('folder:/top/mnt') ? device : 'system'),
  });
  const withheld = expect.objectContaining({
    severity: 'error',
    code: 'DELETE_WITHHELD',
    scope: 'folder:/top/mnt',
    message: expect.stringMatching(/^2 items .*another file system.*--confirm-removals$/),
  });

  it.each(['system', undefined])('removes nothing while %s is listed instead, over restarts too', async (device) => {
    await bench.sync(mounted(), {}, disk('disk'));
    for (let runs = 0; runs < 3; runs += 1) {
      bench.restart();
      const report = await bench.sync(bare(), {}, disk(device));
      expect(report).toMatchObject({ isPartial: true, counts: { deleted: 0 } });
      expect(report.findings).toEqual([withheld]);
    }
    await bench.sync(mounted(), {}, disk('disk on another port'));
    const smaller = mounted();
    childrenAt(smaller, 'mnt').delete('x');
    expect(await bench.sync(smaller, {}, disk('disk on another port'))).toMatchObject({ isPartial: false });
    expect(bench.inStore()).toEqual(bench.inSource(smaller));
  });

  it('removes nothing either when something else comes up in its place', async () => {
    await bench.sync(mounted(), {}, disk('disk'));
    const other = bare({ 'NOT MOUNTED': file() });
    for (let runs = 0; runs < 3; runs += 1) await bench.sync(other, {}, disk('system'));
    expect(Object.keys(bench.inStore())).toContain('DataFile::test:/top/mnt/y/z');
    const back = mounted();
    childrenAt(back, 'mnt').delete('x');
    await bench.sync(back, {}, disk('disk'));
    expect(bench.inStore()).toEqual(bench.inSource(back));
  });

  it('removes nothing when the folder goes with the medium', async () => {
    await bench.sync(mounted(), {}, disk('disk'));
    const report = await bench.sync(folder({ own: file() }), {}, disk('disk'));
    expect(report).toMatchObject({ isPartial: true, counts: { deleted: 0 } });
    expect(bench.inStore()).toEqual(bench.inSource(mounted()));
  });

  it('removes what people confirm as gone, and goes on with the new one', async () => {
    await bench.sync(mounted(), {}, disk('disk'));
    await bench.sync(bare(), {}, disk('system'));
    await bench.sync(bare(), { confirmRemovals: true }, disk('system'));
    expect(bench.inStore()).toEqual(bench.inSource(bare()));
    await bench.sync(bare({ x: file() }), {}, disk('system'));
    expect(await bench.sync(bare(), {}, disk('system'))).toMatchObject({ isPartial: false, counts: { deleted: 1 } });
  });

  it('is no matter when the same one was emptied', async () => {
    await bench.sync(mounted(), {}, disk('disk'));
    expect(await bench.sync(bare(), {}, disk('disk'))).toMatchObject({ isPartial: false, counts: { deleted: 3 } });
  });
});

describe('what ends a run', () => {
  it('is a store that is away: nothing is lost, the next run goes on', async () => {
    let batches = 0;
    bench.options = { maxOperations: 2 };
    bench.store.beforeBatch = () => {
      batches += 1;
      if (batches === 2) unreachable();
    };
    const run = await bench.open();
    await expect(list(run, smallTree()).then(() => run.finish('completed'))).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
    await expect(run.keep('root', [{ key: 'top', sourceVersion: 'folder' }])).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
    await run.finish('failed').catch(() => undefined);
    await bench.sync(smallTree());
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
    expect(await bench.journal.openIntents()).toEqual([]);
  });

  it('is a grant that was given up, told by the journal', async () => {
    const run = await bench.open();
    await bench.journal.nextToken(`slot-of-connector`);
    await expect(list(run, smallTree()).then(() => run.finish('completed'))).rejects.toMatchObject({
      code: 'GRANT_SUPERSEDED',
    });
    expect(bench.store.live().size).toBe(0);
  });

  it('is a grant that was given up, told by the store', async () => {
    await bench.sync(smallTree());
    const run = await bench.open();
    const late = await bench.store.writeBatch(
      { id: 'another daemon', grant: { slot: 'slot-of-connector', token: 99 }, operations: [] },
      new AbortController().signal,
    );
    expect(late.items).toEqual([]);
    const root = smallTree();
    root.children.delete('a');
    await list(run, root);
    await expect(run.finish('completed')).rejects.toMatchObject({ code: 'GRANT_SUPERSEDED' });
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('is an abort: nothing more is written', async () => {
    const ending = new AbortController();
    const run = await bench.open({ signal: ending.signal });
    const item = itemOf('', 'top', folder());
    await run.deliver('root', [{ digest: digestOf(item), body: item }]);
    ending.abort();
    await expect(run.complete('root')).rejects.toMatchObject({ name: 'AbortError' });
    expect((await run.finish('aborted')).counts).toMatchObject({ seen: 1, created: 0 });
    expect(bench.store.live().size).toBe(0);
    expect(bench.clock.armedTimers).toBe(0);
  });
});
