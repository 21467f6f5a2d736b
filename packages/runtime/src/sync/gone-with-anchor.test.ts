import type { SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { explain } from '../plan/explain.js';
import type { SyncReport } from './sync-engine.js';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const topic: SourceItem = {
  key: 'orders',
  sourceVersion: '1',
  elements: [{ typeName: 'Topic', qualifiedName: 'Topic::orders', properties: { displayName: 'orders' } }],
};
const eventType: SourceItem = {
  key: 'orders-value',
  sourceVersion: '1',
  elements: [
    {
      typeName: 'EventType',
      qualifiedName: 'EventType::orders',
      properties: { displayName: 'orders-value' },
      anchor: 'Topic::orders',
    },
    {
      typeName: 'EventSchemaAttribute',
      qualifiedName: 'EventSchemaAttribute::orders/id',
      properties: { displayName: 'id' },
      parent: { relationshipTypeName: 'AttributeForSchema', qualifiedName: 'EventType::orders' },
    },
  ],
};

/** Lists these scopes alone, each with what is in it, as connectors do: nothing is sent that is known. */
async function listed(scopes: Readonly<Record<string, readonly SourceItem[]>>) {
  const run = await bench.open();
  for (const [scope, items] of Object.entries(scopes)) {
    const unknown = await run.keep(
      scope,
      items.map(({ key, sourceVersion = '' }) => ({ key, sourceVersion })),
    );
    for (const position of unknown) {
      const item = items[position];
      if (item === undefined) continue;
      const digest = digestOf(item);
      if ((await run.offer(scope, [digest])).length > 0) await run.deliver(scope, [{ digest, body: item }]);
    }
    await run.complete(scope);
  }
  return run.finish('completed');
}

const all = { topics: [topic], types: [eventType] };
const names = () => [...bench.store.live().keys()].sort();
const everything = ['EventSchemaAttribute::orders/id', 'EventType::orders', 'Topic::orders'];

describe('what an older server took along with the element to which it is anchored', () => {
  beforeEach(async () => {
    bench.store.tellsAnchored = false;
    for (let run = 0; run < 3; run += 1) await listed(all);
    expect(names()).toEqual(everything);
  });

  it('comes back with it, though its own scope was not listed when it went', async () => {
    await listed({ topics: [] });
    expect(names()).toEqual([]);
    await listed({ topics: [topic] });
    expect((await listed(all)).counts).toMatchObject({ restored: 1, unchanged: 1 });
    expect(names()).toEqual(everything);
    expect((await listed(all)).counts).toMatchObject({ unchanged: 2, updated: 0, restored: 0 });
  });

  it('comes back after a restart', async () => {
    await listed({ topics: [] });
    bench.restart();
    await listed(all);
    expect(names()).toEqual(everything);
  });

  it('comes back where the store has no feed of changes', async () => {
    bench.store.hasFeed = false;
    // what was written last is looked at in each run: that it is there says nothing of the others
    const last: SourceItem = {
      key: 'last',
      sourceVersion: '1',
      elements: [{ typeName: 'Topic', qualifiedName: 'Topic::last', properties: { displayName: 'last' } }],
    };
    for (let run = 0; run < 2; run += 1) await listed({ ...all, others: [last] });
    await listed({ topics: [] });
    await listed({ topics: [topic] });
    expect(names()).toEqual(['Topic::last', 'Topic::orders']);
    expect((await listed(all)).counts).toMatchObject({ restored: 1, unchanged: 1 });
    expect(names()).toEqual(['EventSchemaAttribute::orders/id', 'EventType::orders', 'Topic::last', 'Topic::orders']);
    bench.store.requests.length = 0;
    await listed(all);
    expect(bench.store.requests).toEqual(['identity', 'get']);
  });

  it('comes back where the store forgot its changes meanwhile', async () => {
    const { store } = bench;
    const write = store.writeBatch.bind(store);
    store.writeBatch = async (...given) => {
      const result = await write(...given);
      store.forgetChanges();
      return result;
    };
    await listed({ topics: [] });
    store.writeBatch = write;
    await listed({ topics: [topic] });
    await listed(all);
    expect(names()).toEqual(everything);
  });

  it('makes nothing else of the connector doubtful', async () => {
    const other: SourceItem = {
      key: 'returns',
      sourceVersion: '1',
      elements: [{ typeName: 'Topic', qualifiedName: 'Topic::returns', properties: { displayName: 'returns' } }],
    };
    await listed({ topics: [topic, other], types: [eventType] });
    await listed({ topics: [other] });
    const { counts } = await listed({ topics: [topic, other], types: [eventType] });
    expect(counts).toMatchObject({ restored: 2, unchanged: 1, updated: 0 });
  });
});

describe('an element to which something is anchored', () => {
  const glossary: SourceItem = {
    key: 'g',
    elements: [{ typeName: 'Glossary', qualifiedName: 'Glossary::g', properties: { displayName: 'g' } }],
  };
  const term: SourceItem = {
    key: 't',
    elements: [{ typeName: 'Term', qualifiedName: 'Term::t', properties: {}, anchor: 'Glossary::g' }],
  };
  const both = { glossaries: [glossary], terms: [term] };
  const comment = (anchor: string) =>
    bench.store.steward({ op: 'upsert', typeName: 'Comment', qualifiedName: 'Comment::c', properties: {}, anchor });
  const withheld = (report: SyncReport) => report.findings.filter(({ code }) => code === 'DELETE_WITHHELD');
  const why = async () => {
    const holding = await bench.journal.holding('Glossary::g');
    return explain('Glossary::g', undefined, holding, () => 'business-terms').holders.map(({ notes }) => notes.join());
  };

  beforeEach(async () => {
    for (let run = 0; run < 2; run += 1) await listed(both);
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
  });

  it('goes with what the same run no longer lists either, whichever scope is listed first', async () => {
    const report = await listed({ glossaries: [], terms: [] });
    expect(names()).toEqual([]);
    expect(report).toMatchObject({ counts: { deleted: 2 }, isPartial: false, findings: [] });
    await listed(both);
    await listed({ terms: [], glossaries: [] });
    expect(names()).toEqual([]);
  });

  it('stays while the scope of what is anchored to it was not listed, and goes with the run that lists it', async () => {
    const report = await listed({ glossaries: [] });
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
    expect(withheld(report)).toMatchObject([{ severity: 'warning', message: expect.stringContaining('Term::t') }]);
    expect(report.isPartial).toBe(true);
    expect(await why()).toEqual([expect.stringContaining('is anchored to it')]);
    expect(withheld(await listed({ glossaries: [] }))).toHaveLength(1);
    await listed({ glossaries: [], terms: [] });
    expect(names()).toEqual([]);
  });

  it('stays when the scope of what is anchored to it failed in the same run', async () => {
    const run = await bench.open();
    await run.complete('glossaries');
    await run.finding('terms', { severity: 'error', code: 'SOURCE_FAILED', message: 'the second page did not come' });
    const report = await run.finish('completed');
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
    expect(withheld(report)).toHaveLength(1);
  });

  it('goes when what was anchored to it lies elsewhere by the end of the run', async () => {
    const own = { ...term, elements: [{ typeName: 'Term', qualifiedName: 'Term::t', properties: {} }] } as const;
    await listed({ glossaries: [], terms: [own] });
    expect(names()).toEqual(['Term::t']);
  });

  it('stays with what people anchored to it or to what hangs on it, and goes once that is gone', async () => {
    comment('Term::t');
    const report = await listed({ glossaries: [], terms: [] });
    expect(names()).toEqual(['Comment::c', 'Glossary::g', 'Term::t']);
    expect(withheld(report).map(({ message }) => message)).toEqual([
      expect.stringContaining('Comment::c'),
      expect.stringContaining('Comment::c'),
    ]);
    expect(report.counts.deleted).toBe(0);
    const again = await listed({ glossaries: [], terms: [] });
    expect(again).toMatchObject({ isPartial: false, findings: [{ severity: 'info' }, { severity: 'info' }] });
    bench.store.steward({ op: 'delete', qualifiedName: 'Comment::c' });
    await listed({ glossaries: [], terms: [] });
    expect(names()).toEqual([]);
  });

  it('stays as it is once its source lists it again', async () => {
    comment('Glossary::g');
    await listed({ glossaries: [], terms: [] });
    expect(names()).toEqual(['Comment::c', 'Glossary::g']);
    await listed(both);
    expect(await why()).toEqual(['']);
    expect(names()).toEqual(['Comment::c', 'Glossary::g', 'Term::t']);
  });

  it('stays when another connector has what is anchored to it', async () => {
    const { owner } = bench;
    bench.owner = { ...owner, connectorGuid: 'another' };
    await listed({ terms: [term] });
    bench.owner = owner;
    const report = await listed({ glossaries: [], terms: [] });
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
    expect(withheld(report)).toMatchObject([{ message: expect.stringContaining('another connector has it') }]);
  });

  it('goes with what only the connector itself had a hand in and knows nowhere else', async () => {
    await bench.store.writeBatch(
      {
        id: 'an operation',
        operations: [
          { op: 'upsert', typeName: 'Note', qualifiedName: 'Note::n', properties: {}, anchor: 'Glossary::g' },
        ],
      },
      new AbortController().signal,
    );
    await listed({ glossaries: [], terms: [] });
    expect(names()).toEqual([]);
  });

  it('is kept by a preview for the same reason, and planned after what goes before it', async () => {
    const preview = async (scopes: readonly string[], runId: string) => {
      const run = await bench.open({ runId, mode: 'preview' });
      for (const scope of scopes) await run.complete(scope);
      await run.finish('completed');
      return (await bench.journal.plans.items(runId, {}, 0, 100)).map(({ action, qualifiedName, reason }) => {
        return { action, qualifiedName, reason };
      });
    };
    expect(await preview(['glossaries'], 'part')).toEqual([
      { action: 'keep', qualifiedName: 'Glossary::g', reason: expect.stringContaining('Term::t') },
    ]);
    expect(
      (await preview(['glossaries', 'terms'], 'all')).map(({ action, qualifiedName }) => [action, qualifiedName]),
    ).toEqual([
      ['delete', 'Term::t'],
      ['delete', 'Glossary::g'],
    ]);
  });

  it('is not asked about by a run in which nothing goes', async () => {
    bench.store.requests.length = 0;
    await listed(both);
    expect(bench.store.requests).not.toContain('writeBatch');
  });

  it('takes nothing along when the source says that it alone is gone', async () => {
    const run = await bench.open({ full: false });
    await run.gone('glossaries', 'g');
    const report = await run.finish('completed');
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
    expect(report.counts.deleted).toBe(0);
  });
});

describe('a part of an item, to which something is anchored', () => {
  const table = (columns: readonly string[]): SourceItem => ({
    key: 'orders',
    elements: [
      { typeName: 'Table', qualifiedName: 'Table::orders', properties: {} },
      ...columns.map((name) => {
        return { typeName: 'Column', qualifiedName: `Column::${name}`, properties: {}, anchor: 'Table::orders' };
      }),
    ],
  });

  it('stays when its item no longer has it, with what people anchored to it', async () => {
    for (let run = 0; run < 2; run += 1) await listed({ tables: [table(['a', 'b'])] });
    const anchor = 'Column::b';
    bench.store.steward({ op: 'upsert', typeName: 'Comment', qualifiedName: 'Comment::c', properties: {}, anchor });
    const report = await listed({ tables: [table(['a'])] });
    expect(names()).toEqual(['Column::a', 'Column::b', 'Comment::c', 'Table::orders']);
    expect(report.findings).toMatchObject([
      { code: 'DELETE_WITHHELD', message: expect.stringContaining('Comment::c') },
    ]);
    bench.store.steward({ op: 'delete', qualifiedName: 'Comment::c' });
    await listed({ tables: [table(['a'])] });
    expect(names()).toEqual(['Column::a', 'Table::orders']);
  });

  describe('of many items that lose one at once', () => {
    const tables = (columns: readonly string[]) =>
      Array.from({ length: 150 }, (_, number): SourceItem => {
        const own = `Table::${number}`;
        return {
          key: own,
          elements: [
            { typeName: 'Table', qualifiedName: own, properties: {} },
            ...columns.map((name) => {
              return { typeName: 'Column', qualifiedName: `${own}.${name}`, properties: {}, anchor: own };
            }),
          ],
        };
      });
    const together = async (items: readonly SourceItem[]) => {
      const run = await bench.open();
      const digests = items.map((body) => ({ digest: digestOf(body), body }));
      const wanted = new Set(
        await run.offer(
          'tables',
          digests.map(({ digest }) => digest),
        ),
      );
      await run.deliver(
        'tables',
        digests.filter(({ digest }) => wanted.has(digest.key)),
      );
      await run.complete('tables');
      return run.finish('completed');
    };
    let looks = 0;
    const comment = (number: number) =>
      bench.store.steward({
        op: 'upsert',
        typeName: 'Comment',
        qualifiedName: `Comment::${number}`,
        properties: {},
        anchor: `Table::${number}.b`,
      });

    beforeEach(async () => {
      for (let run = 0; run < 2; run += 1) await together(tables(['a', 'b']));
      looks = 0;
      bench.store.beforeBatch = async ({ operations }) => {
        if (operations.some(({ op }) => op === 'look')) looks += 1;
      };
    });

    it('is asked about in few requests', async () => {
      await together(tables(['a']));
      expect(names().filter((name) => name.endsWith('.b'))).toEqual([]);
      expect(looks).toBeLessThanOrEqual(2);
    });

    it('stays with what people anchored to each, which is asked about in few requests too', async () => {
      for (let number = 0; number < 50; number += 1) comment(number);
      const report = await together(tables(['a']));
      expect(names().filter((name) => name.endsWith('.b'))).toHaveLength(50);
      expect(report.findingCount).toBe(50);
      expect(looks).toBeLessThanOrEqual(4);
    });

    it('stays where another of them has it now', async () => {
      const items = tables(['a']);
      const [first = items[0]] = items;
      if (first === undefined) throw new Error('no table');
      const moved = { typeName: 'Column', qualifiedName: 'Table::7.b', properties: {}, anchor: 'Table::0' };
      const heir = { ...first, elements: [...first.elements, moved] } as SourceItem;
      await together([heir, ...items.slice(1)]);
      expect(names().filter((name) => name.endsWith('.b'))).toEqual(['Table::7.b']);
    });
  });
});
