import type { Batch } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { childrenAt, expectedElements, file, folder, list, type SourceNode } from './testing/fake-source.js';
import { Faults } from './testing/faults.js';
import { SyncBench } from './testing/sync-bench.js';

type Folder = Extract<SourceNode, { kind: 'folder' }>;

const before = (): Folder =>
  folder({
    stays: folder({ 'one.csv': file('1', ['id', 'name']), two: file('2') }),
    goes: folder({ deep: folder({ three: file('3') }), four: file('4') }),
    shrinks: folder({ below: folder({ eight: file('8') }) }),
    five: file('5', [], 'label'),
    turns: file('into a folder'),
    fresh: file('a file that becomes a folder'),
  });
const after = (): Folder =>
  folder({
    stays: folder({ 'one.csv': file('1b', ['id']), new: file('n') }),
    shrinks: file('a folder that becomes a file'),
    five: file('5'),
    fresh: folder({ six: file('6') }),
    turns: folder({ seven: file('7') }),
  });

/** A run that dies at the given step. Returns whether it did. */
async function dyingRun(bench: SyncBench, root: SourceNode, faults: Faults): Promise<boolean> {
  faults.arm(bench.store);
  try {
    const run = await bench.open({ journal: faults.journal(bench.journal) });
    try {
      await list(run, root, { keeps: true });
      await run.finish('completed');
    } catch {
      await run.finish('failed').catch(() => undefined);
    }
  } catch {
    // died while it opened
  }
  Faults.disarm(bench.store);
  return faults.isDead;
}

function guardDeletes(bench: SyncBench, source: () => SourceNode): void {
  bench.store.onDelete = (name) => {
    if (expectedElements(source()).has(name)) throw new Error(`deleted ${name}, which is in the source`);
  };
}

describe('a crash at any step', () => {
  it.each(['first import', 'changes'])('of %s leaves nothing lost, doubled or wrongly deleted', async (kind) => {
    let died = true;
    for (let step = 0; died; step += 1) {
      using bench = new SyncBench();
      bench.options = { maxOperations: 3 };
      let root = before();
      guardDeletes(bench, () => root);
      if (kind === 'changes') {
        await bench.sync(root);
        root = after();
      }
      died = await dyingRun(bench, root, new Faults(step));
      bench.restart();
      await bench.sync(root, {}, { keeps: true });
      expect({ step, store: bench.inStore() }).toEqual({ step, store: bench.inSource(root) });
      expect(await bench.journal.openIntents()).toEqual([]);
      bench.store.requests.length = 0;
      await bench.sync(root, {}, { keeps: true });
      expect(bench.store.requests.filter((request) => request === 'writeBatch')).toEqual([]);
      expect(step).toBeLessThan(400);
    }
  });

  it('does not carry out removals whose item came back meanwhile', async () => {
    using bench = new SyncBench();
    let root = before();
    await bench.sync(root);
    const smaller = before();
    smaller.children.delete('goes');
    bench.store.beforeBatch = cutWhenWriting('the line is cut');
    const run = await bench.open();
    await list(run, smaller);
    await run.finish('completed').catch(() => undefined);
    bench.store.beforeBatch = () => undefined;
    expect((await bench.journal.openIntents()).length).toBe(1);
    root = before();
    guardDeletes(bench, () => root);
    await bench.sync(root);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('does not remove a part of an item that came back meanwhile', async () => {
    using bench = new SyncBench();
    await bench.sync(before());
    await bench.sync(before());
    const fewer = before();
    childrenAt(fewer, 'stays').set('one.csv', file('1', ['id']));
    bench.store.beforeBatch = cutWhenWriting('the line is cut');
    const run = await bench.open();
    await list(run, fewer).catch(() => undefined);
    await run.finish('completed').catch(() => undefined);
    bench.store.beforeBatch = () => undefined;
    expect((await bench.journal.openIntents()).length).toBe(1);
    guardDeletes(bench, before);
    await bench.sync(before());
    expect(bench.inStore()).toEqual(bench.inSource(before()));
  });

  it('removes what was left of an item each time it became something else', async () => {
    using bench = new SyncBench();
    const root = folder();
    const turn = async (node: SourceNode, incremental: boolean) => {
      root.children.set('x', node);
      const run = await bench.open();
      await list(run, root, { stop: () => undefined, completes: !incremental });
      await run.finish('completed');
    };
    await turn(file('1', ['id']), false);
    await turn(folder(), true);
    await turn(file('1', ['name']), true);
    await turn(folder(), true);
    await turn(file('1', ['sum']), false);
    await bench.sync(root);
    await bench.sync(root);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('replays what the store had applied, and does not write it once more because of changes that were its own', async () => {
    using bench = new SyncBench();
    const root = before();
    await bench.sync(root);
    for (const name of ['one', 'two', 'three']) root.children.set(name, file(name));
    bench.store.beforeBatch = () => bench.store.steward({ op: 'delete', qualifiedName: 'DataFile::test:/top/five' });
    bench.store.afterBatch = () => {
      throw new Error('the answer is lost');
    };
    const run = await bench.open();
    await list(run, root, { keeps: true });
    await expect(run.finish('completed')).rejects.toThrow('the answer is lost');
    const sent: string[] = [];
    bench.store.beforeBatch = ({ operations }) => {
      sent.push(operations.map((operation) => ('qualifiedName' in operation ? operation.qualifiedName : '')).join());
    };
    bench.store.afterBatch = () => undefined;
    bench.restart();
    const report = await bench.sync(root, {}, { keeps: true });
    expect(report.counts).toMatchObject({ unchanged: report.counts.seen - 1, restored: 1 });
    const three = 'DataFile::test:/top/one,DataFile::test:/top/two,DataFile::test:/top/three';
    // the fence, the replay, and what a steward deleted just before
    expect(sent).toEqual(['', three, 'DataFile::test:/top/five']);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('does not remove once more what the store had removed, and writes it again when it came back', async () => {
    for (const isBack of [false, true]) {
      using bench = new SyncBench();
      let root = before();
      await bench.sync(root);
      root.children.delete('goes');
      bench.store.afterBatch = cutWhenWriting('the answer is lost');
      const run = await bench.open();
      await list(run, root);
      await run.finish('completed').catch(() => undefined);
      bench.store.afterBatch = () => undefined;
      if (isBack) root = before();
      const done: string[] = [];
      bench.store.beforeBatch = ({ operations }) => {
        done.push(...operations.map(({ op }) => op));
      };
      bench.restart();
      await bench.sync(root, {}, { keeps: true });
      expect(done.filter((op) => op === 'delete')).toEqual([]);
      expect(done.includes('upsert')).toBe(isBack);
      expect(bench.inStore()).toEqual(bench.inSource(root));
    }
  });

  it.each([
    ['of the same slot', {}],
    ['of another group, to which the connector was moved', { grant: { slot: 'slot in another group', token: 1 } }],
  ])('lets nothing that was sent before land once the next run %s is open', async (_, spec) => {
    for (const change of ['add', 'remove'] as const) {
      using bench = new SyncBench();
      const root = before();
      await bench.sync(root);
      if (change === 'add') root.children.set('late', file('late'));
      else root.children.delete('goes');
      bench.store.beforeBatch = cutWhenWriting('the line is cut');
      const run = await bench.open();
      await list(run, root).catch(() => undefined);
      await run.finish('completed').catch(() => undefined);
      bench.store.beforeBatch = () => undefined;
      const [late] = await bench.journal.openIntents();
      if (late === undefined) throw new Error('nothing was on its way');
      const next = await bench.open(spec);
      const { batchId, slot, token, operations } = late;
      const arriving = bench.store.writeBatch(
        { id: batchId, grant: { slot, token }, operations },
        new AbortController().signal,
      );
      await expect(arriving).rejects.toMatchObject({ code: 'GRANT_SUPERSEDED' });
      await list(next, root);
      await next.finish('completed');
      expect(bench.inStore()).toEqual(bench.inSource(root));
    }
  });
});

/** Of what only looks at elements nothing is left open. */
function cutWhenWriting(message: string) {
  return ({ operations }: Batch): void => {
    if (operations.some(({ op }) => op !== 'look')) throw new Error(message);
  };
}

type Step =
  | { readonly do: 'put'; readonly path: readonly string[]; readonly node: SourceNode }
  | { readonly do: 'remove'; readonly path: readonly string[] }
  | { readonly do: 'steward deletes'; readonly which: number }
  | { readonly do: 'steward unlinks'; readonly which: number }
  | { readonly do: 'steward purges'; readonly which: number }
  | { readonly do: 'run'; readonly full: boolean; readonly keeps: boolean }
  | { readonly do: 'crash'; readonly at: number }
  | { readonly do: 'abort'; readonly after: number }
  | { readonly do: 'refuse'; readonly which: number }
  | { readonly do: 'wipe' }
  | { readonly do: 'forget changes' }
  | { readonly do: 'restart' };

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 3 });
const anyFile = fc
  .tuple(fc.constantFrom('x', 'y'), fc.subarray(['c1', 'c2', 'c3']), fc.option(fc.constant('l'), { nil: undefined }))
  .map(([text, columns, label]) => file(text, columns, label));
const node = fc.oneof(
  anyFile,
  fc.constant(null).map(() => folder()),
  anyFile.map((inner) => folder({ a: inner, b: folder({ c: inner }) })),
);
const number = fc.nat({ max: 40 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put'), path, node }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove'), path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('steward deletes'), which: number }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('steward unlinks'), which: number }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('steward purges'), which: number }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('run'), full: fc.boolean(), keeps: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('crash'), at: number }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort'), after: number }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse'), which: number }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wipe' }) },
  { weight: 1, arbitrary: fc.constant({ do: 'forget changes' }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' }) },
) as fc.Arbitrary<Step>;

function parentOf(root: Folder, steps: readonly string[]): Folder | undefined {
  let current: SourceNode | undefined = root;
  for (const part of steps.slice(0, -1)) current = current?.kind === 'folder' ? current.children.get(part) : undefined;
  return current?.kind === 'folder' ? current : undefined;
}

function copyOf(node: SourceNode): SourceNode {
  return node.kind === 'file' ? node : folder(Object.fromEntries([...node.children].map(([k, v]) => [k, copyOf(v)])));
}

async function perform(bench: SyncBench, root: Folder, action: Step): Promise<void> {
  const { store } = bench;
  const victim = (which: number) => [...store.live().values()][which % Math.max(1, store.live().size)];
  if (action.do === 'put') {
    parentOf(root, action.path)?.children.set(action.path.at(-1) ?? '', copyOf(action.node));
  } else if (action.do === 'remove') parentOf(root, action.path)?.children.delete(action.path.at(-1) ?? '');
  else if (action.do === 'steward deletes') {
    const element = victim(action.which);
    if (element !== undefined) store.steward({ op: 'delete', qualifiedName: element.qualifiedName });
  } else if (action.do === 'steward unlinks') {
    const element = victim(action.which);
    const link = [...(element?.parents ?? [])][0];
    if (element !== undefined && link !== undefined) {
      store.steward({ op: 'unlink', typeName: link[0], end1: link[1], end2: element.qualifiedName });
    }
  } else if (action.do === 'steward purges') store.purge(victim(action.which)?.qualifiedName ?? '');
  else if (action.do === 'run') await bench.sync(root, { full: action.full }, { keeps: action.keeps });
  else if (action.do === 'crash') {
    await dyingRun(bench, root, new Faults(action.at));
    bench.restart();
  } else if (action.do === 'abort') {
    let left = action.after;
    const run = await bench.open();
    const stop = (): void => {
      left -= 1;
      if (left < 0) throw new Error('listing failed');
    };
    await list(run, root, { stop, keeps: true }).catch(() => undefined);
    await run.finish(left < 0 ? 'failed' : 'completed');
  } else if (action.do === 'refuse') {
    const names = [...expectedElements(root).keys()];
    const refused = names[action.which % names.length];
    store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName === refused;
    await bench.sync(root, {}, { keeps: true });
    store.refuses = () => false;
  } else if (action.do === 'wipe') store.wipe();
  else if (action.do === 'forget changes') store.forgetChanges();
  else bench.restart();
}

describe('any history of changes, faults and other hands', () => {
  it('ends with a store that equals the source, and never deletes what the source has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.boolean(), async (steps, tellsOwn) => {
        using bench = new SyncBench();
        bench.options = { maxOperations: 4 };
        bench.store.tellsOwnChanges = tellsOwn;
        const root = folder();
        const wrong: string[] = [];
        bench.store.onDelete = (deleted) => {
          if (expectedElements(root).has(deleted)) wrong.push(deleted);
        };
        for (const action of steps) await perform(bench, root, action);
        await bench.sync(root, {}, { keeps: true });
        // links to an element that was purged and made anew are mended by the run after
        if (steps.some((action) => action.do === 'steward purges')) await bench.sync(root, {}, { keeps: true });
        // after a loss of the store nothing is deleted before two full runs
        const isLost = steps.some((action) => action.do === 'wipe');
        if (isLost) for (let run = 0; run < 2; run += 1) await bench.sync(root, {}, { keeps: true });
        expect(bench.inStore()).toEqual(bench.inSource(root));
        expect(wrong).toEqual([]);
        await bench.sync(root, {}, { keeps: true });
        bench.store.requests.length = 0;
        await bench.sync(root, {}, { keeps: true });
        expect(bench.store.requests).toEqual(['identity', 'changes']);
      }),
      { numRuns: Number(process.env.ISTHMUS_MODEL_RUNS ?? 40) },
    );
  });
});
