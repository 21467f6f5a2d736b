import type { SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from '../sync/testing/fake-source.js';
import { SyncBench } from '../sync/testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const glossary: SourceItem = {
  key: 'a',
  elements: [{ typeName: 'Glossary', qualifiedName: 'Glossary::g', properties: { displayName: 'g' } }],
};
const term: SourceItem = {
  key: 'b',
  elements: [
    { typeName: 'GlossaryTerm', qualifiedName: 'Term::t', properties: { displayName: 't' }, anchor: 'Glossary::g' },
  ],
};

async function listed(runId: string, scopes: Readonly<Record<string, readonly SourceItem[]>>) {
  const run = await bench.open({ runId });
  for (const [scope, items] of Object.entries(scopes)) {
    for (const body of items) {
      const digest = digestOf(body);
      if ((await run.offer(scope, [digest])).length > 0) await run.deliver(scope, [{ digest, body }]);
    }
    await run.complete(scope);
  }
  return run.finish('completed');
}

const undo = (undoneRunId: string) => bench.act({ kind: 'undo', undoneRunId });
const names = () => [...bench.store.live().keys()].sort();

describe('what an undo brings back', () => {
  it.each([
    ['one scope', { all: [glossary, term] }, { all: [] }],
    ['two scopes', { glossaries: [glossary], terms: [term] }, { glossaries: [], terms: [] }],
  ])('has with it what went first as it is anchored to it, told in %s', async (_, before, after) => {
    await listed('made', before);
    await listed('removed', after);
    expect(names()).toEqual([]);
    await undo('removed');
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
    expect(bench.store.elements.get('Term::t')?.anchor).toBe('Glossary::g');
    await listed('held', after);
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
  });

  it('is anchored again to the parent that it goes back to, so that the later one can go', async () => {
    const other: SourceItem = {
      key: 'c',
      elements: [{ typeName: 'Glossary', qualifiedName: 'Glossary::h', properties: { displayName: 'h' } }],
    };
    const below = (parent: string): SourceItem => ({
      key: 'b',
      elements: [
        {
          ...term.elements[0],
          anchor: parent,
          parent: { relationshipTypeName: 'CollectionMembership', qualifiedName: parent },
        },
      ],
    });
    await listed('made', { all: [glossary, below('Glossary::g')] });
    await listed('moved', { all: [glossary, other, below('Glossary::h')] });
    expect(bench.store.elements.get('Term::t')?.anchor).toBe('Glossary::h');
    await undo('moved');
    expect(bench.store.elements.get('Term::t')?.anchor).toBe('Glossary::g');
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
  });

  it('has it with it too where a plan was approved, which is applied whole', async () => {
    const before = { all: [glossary, term] };
    await listed('made', before);
    const run = await bench.open({ runId: 'plan', mode: 'preview' });
    await run.complete('all');
    await run.finish('completed');
    const plan = await bench.journal.plans.plan('plan');
    if (plan === undefined) throw new Error('no plan');
    const report = await bench.act(
      { kind: 'apply-plan', planId: (await bench.approve(plan)).id },
      { runId: 'applied' },
    );
    expect(report).toMatchObject({ isPartial: false });
    expect((await bench.planItems(plan)).map(({ decision }) => decision)).toEqual(['applied', 'applied']);
    await undo('applied');
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
  });

  it('is anchored as before', async () => {
    await listed('made', { all: [glossary, term] });
    await listed('removed', { all: [glossary] });
    await undo('removed');
    expect(bench.store.elements.get('Term::t')).toMatchObject({ live: true, anchor: 'Glossary::g' });
  });

  it('is not what a person had removed before the source dropped it', async () => {
    await listed('made', { all: [glossary, term] });
    bench.store.steward({ op: 'delete', qualifiedName: 'Term::t' });
    await listed('removed', { all: [] });
    await undo('removed');
    expect(names()).toEqual(['Glossary::g']);
  });

  it('is not what a person has purged', async () => {
    await listed('made', { all: [glossary, term] });
    await listed('removed', { all: [] });
    bench.store.purge('Term::t');
    await undo('removed');
    expect(names()).toEqual(['Glossary::g']);
  });
});

describe('an approved delete', () => {
  const planned = async (after: Parameters<typeof listed>[1]) => {
    const run = await bench.open({ runId: 'plan', mode: 'preview' });
    for (const scope of Object.keys(after)) await run.complete(scope);
    await run.finish('completed');
    const plan = await bench.journal.plans.plan('plan');
    if (plan === undefined) throw new Error('no plan');
    return plan;
  };

  it('is refused when what was left out would go with it', async () => {
    await listed('made', { all: [glossary, term] });
    const plan = await bench.approve(await planned({ all: [] }), { kind: 'only', numbers: [1] });
    const report = await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect(names()).toEqual(['Glossary::g', 'Term::t']);
    expect(report.findings).toMatchObject([{ code: 'DELETE_WITHHELD', message: expect.stringContaining('Term::t') }]);
    expect((await bench.planItems(plan)).map(({ decision }) => decision)).toEqual(['refused', 'left-out']);
  });

  it('is carried out when its holder was left out', async () => {
    await listed('made', { all: [glossary, term] });
    const plan = await bench.approve(await planned({ all: [] }), { kind: 'only', numbers: [2] });
    await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect(names()).toEqual(['Glossary::g']);
  });
});
