import type { SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncReport, SyncRunSpec } from './sync-engine.js';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const item = (name: string, opens?: string): SourceItem => ({
  key: name,
  elements: [{ typeName: 'Topic', qualifiedName: `Topic::${name}`, properties: { displayName: name } }],
  ...(opens === undefined ? {} : { opens }),
});

type Scopes = Readonly<Record<string, readonly SourceItem[]>>;

async function listed(scopes: Scopes, spec: Partial<SyncRunSpec> = {}, uncertain = false): Promise<SyncReport> {
  const run = await bench.open(spec);
  for (const [scope, items] of Object.entries(scopes)) {
    for (const body of items) {
      const digest = digestOf(body);
      if ((await run.offer(scope, [digest])).length > 0) await run.deliver(scope, [{ digest, body }]);
    }
    await run.complete(scope);
  }
  if (uncertain) await run.finding(undefined, { severity: 'error', code: 'SOURCE_FAILED', message: 'no answer' });
  return run.finish('completed');
}

const names = () => [...bench.store.live().keys()].sort();
const left = ({ findings }: SyncReport) => findings.filter(({ code }) => code === 'SCOPES_LEFT');
const both = { orders: [item('a')], returns: [item('b'), item('c', 'below')], below: [item('d')] };
const one = { orders: [item('a')] };
const all = ['Topic::a', 'Topic::b', 'Topic::c', 'Topic::d'];

describe('a scope that a connector lists no longer', () => {
  beforeEach(async () => {
    for (let run = 0; run < 2; run += 1) expect(left(await listed(both))).toEqual([]);
  });

  it('keeps what is in it, and each complete run says what that is and how to let it go', async () => {
    for (let run = 0; run < 2; run += 1) {
      const report = await listed(one, { connectorName: 'topics' });
      expect(report.isPartial).toBe(false);
      expect(left(report)).toMatchObject([
        {
          severity: 'info',
          message: expect.stringMatching(
            /^1 scope .*returns.*2 items stay \(e.g. Topic::b\).*refresh topics --confirm/,
          ),
        },
      ]);
    }
    expect(names()).toEqual(all);
    expect(left(await listed(both))).toEqual([]);
  });

  it('goes with what lies below it when people confirm what a run has told', async () => {
    await listed(one);
    const report = await listed(one, { runId: 'confirmed', confirmRemovals: true });
    expect(names()).toEqual(['Topic::a']);
    expect(report).toMatchObject({ counts: { deleted: 3 }, findings: [] });
    await bench.act({ kind: 'undo', undoneRunId: 'confirmed' });
    expect(names()).toEqual(all);
  });

  it('stays when people confirm something else before they were told of it', async () => {
    await listed(one, { confirmRemovals: true });
    expect(names()).toEqual(all);
    await listed(both);
    await listed(one, { confirmRemovals: true });
    expect(names()).toEqual(all);
  });

  it('is neither told nor removed by a run with faults, or over some scopes alone', async () => {
    await listed(one);
    expect(left(await listed(one, { confirmRemovals: true }, true))).toEqual([]);
    expect(left(await listed(one, { full: false }))).toEqual([]);
    expect(names()).toEqual(all);
  });

  it('is nothing to tell of when another one lists all that was in it', async () => {
    const moved = { ...one, elsewhere: [item('b'), item('c', 'below')], below: [item('d')] };
    expect(left(await listed(moved, { runId: 'plan', mode: 'preview' }))).toEqual([]);
    expect(left(await listed(moved))).toEqual([]);
    expect(names()).toEqual(all);
  });

  it('is planned to go where people must approve first', async () => {
    await listed(one);
    await listed(one, { runId: 'plan', mode: 'preview', confirmRemovals: true });
    const items = await bench.journal.plans.items('plan', {}, 0, 100);
    expect(items.map(({ action, qualifiedName }) => `${action} ${qualifiedName}`)).toEqual([
      'delete Topic::b',
      'delete Topic::d',
      'delete Topic::c',
    ]);
    expect(items[0]?.reason).toContain('returns, which is listed no longer');
  });
});
