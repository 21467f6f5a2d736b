import type { SourceItem } from '@isthmus/connector-sdk';
import type { RelatedElement } from '@isthmus/model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { explain } from '../plan/explain.js';
import { digestOf } from '../sync/testing/fake-source.js';
import { SyncBench } from '../sync/testing/sync-bench.js';
import { whyItStays } from './why-it-stays.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const glossary: SourceItem = {
  key: 'g',
  elements: [{ typeName: 'Glossary', qualifiedName: 'Glossary::g', properties: { displayName: 'g' } }],
};
const term: SourceItem = {
  key: 't',
  elements: [{ typeName: 'GlossaryTerm', qualifiedName: 'Term::t', properties: {}, anchor: 'Glossary::g' }],
};

async function listed(scopes: Readonly<Record<string, readonly SourceItem[]>>) {
  const run = await bench.open();
  for (const [scope, items] of Object.entries(scopes)) {
    for (const body of items) {
      const digest = digestOf(body);
      if ((await run.offer(scope, [digest])).length > 0) await run.deliver(scope, [{ digest, body }]);
    }
    await run.complete(scope);
  }
  return run.finish('completed');
}

async function notes(name: string, { hasTargets = false, isThere = true } = {}): Promise<readonly string[]> {
  const { store, journal, clock } = bench;
  const holding = await journal.holding(name);
  let asked = 0;
  const newId = () => {
    asked += 1;
    return `question ${asked}`;
  };
  const parts = { store, journal, clock, newId };
  const connectorOf = () => (isThere ? { hasTargets } : undefined);
  const reasons = await whyItStays(parts, holding, connectorOf, new AbortController().signal);
  const nameOf = () => (isThere ? 'terms' : undefined);
  return explain(name, undefined, holding, nameOf, [], [], reasons).holders.flatMap((holder) => holder.notes);
}

describe('what is told of an element that stays', () => {
  it('names what is anchored to it, and not what its source lists no longer either', async () => {
    for (let run = 0; run < 2; run += 1) await listed({ glossaries: [glossary], terms: [term] });
    const anchor = 'Term::t';
    bench.store.steward({ op: 'upsert', typeName: 'Comment', qualifiedName: 'Comment::c', properties: {}, anchor });
    await listed({ glossaries: [], terms: [] });
    const [note = ''] = await notes('Glossary::g');
    expect(note).toContain('Comment::c');
    expect(note).not.toContain('Term::t (');
    expect(note).toContain('the next run that lists everything decides anew');
  });

  it('says the same without a name where the metadata server does not answer', async () => {
    for (let run = 0; run < 2; run += 1) await listed({ glossaries: [glossary], terms: [term] });
    await listed({ glossaries: [] });
    bench.store.writeBatch = async () => {
      throw new Error('away');
    };
    expect(await notes('Glossary::g')).toEqual([expect.stringContaining('something that is to stay is anchored')]);
  });

  it('says that its catalog target was taken away', async () => {
    bench.owner = { ...bench.owner, target: 'orders-db' };
    await listed({ glossaries: [glossary] });
    const link = (catalogTargetName: string) =>
      ({
        relationship: { guid: catalogTargetName, properties: { catalogTargetName } },
        element: { guid: catalogTargetName, properties: {} },
      }) as unknown as RelatedElement;
    bench.store.related = async () => [link('orders-db')];
    expect(await notes('Glossary::g', { hasTargets: true })).toEqual([]);
    bench.store.related = async () => [link('another')];
    expect(await notes('Glossary::g', { hasTargets: true })).toEqual([
      expect.stringContaining('the catalog target "orders-db" of terms was taken away'),
    ]);
    bench.store.related = async () => {
      throw new Error('away');
    };
    expect(await notes('Glossary::g', { hasTargets: true })).toEqual([]);
  });

  it('says that the connector lists its targets instead of its own connection', async () => {
    await listed({ glossaries: [glossary] });
    expect(await notes('Glossary::g')).toEqual([]);
    expect(await notes('Glossary::g', { hasTargets: true })).toEqual([expect.stringContaining('has catalog targets')]);
  });

  it('says that its connector is no longer there', async () => {
    await listed({ glossaries: [glossary] });
    expect(await notes('Glossary::g', { isThere: false })).toEqual([expect.stringContaining('delete it by hand')]);
  });
});
