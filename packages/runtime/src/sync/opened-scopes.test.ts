import type { SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncRun } from './sync-engine.js';
import { SyncBench } from './testing/sync-bench.js';
import { followChanges, tableItem as item, listAll as list, type Scopes, tell } from './testing/told-changes.js';

let bench: SyncBench;
const deletes: string[] = [];
beforeEach(() => {
  bench = new SyncBench();
  deletes.length = 0;
  bench.store.onDelete = (name) => deletes.push(name);
});
afterEach(() => bench[Symbol.dispose]());

const listAll = (scopes: Scopes) => list(bench, scopes);
const changes = (told: (run: SyncRun) => Promise<unknown>) => followChanges(bench, told);
const names = () => [...bench.store.live().keys()].sort();

describe('what lies below an item that is told to be gone', () => {
  const opening = (key: string, opens = 'below', name = key): SourceItem => ({ ...item(key, [], name), opens });

  it('stays where an item of which nothing is said opens the same scope', async () => {
    const before: Scopes = { here: [opening('former'), opening('now')], below: [item('inside')] };
    for (let run = 0; run < 3; run += 1) await listAll(before);
    await changes(async (run) => {
      await run.gone('here', 'former');
      await run.saveCursor('later');
    });
    expect(deletes).toEqual(['former']);
    expect(names()).toEqual(['inside', 'now']);
  });

  describe('as it was moved', () => {
    const before: Scopes = {
      here: [opening('dir')],
      there: [item('other')],
      below: [item('inside'), opening('deep', 'deeper')],
      deeper: [item('bottom')],
    };
    const inside = ['bottom', 'deep', 'inside', 'other'];
    beforeEach(async () => {
      for (let run = 0; run < 3; run += 1) await listAll(before);
    });

    it.each([
      ['under its name, told before', 'dir', true],
      ['under its name, told after', 'dir', false],
      ['under another name, told before', 'renamed', true],
      ['under another name, told after', 'renamed', false],
    ])('stays where the new place opens its scope %s', async (_, name, isBefore) => {
      const moved = opening('moved', 'below', name);
      await changes(async (run) => {
        if (isBefore) await tell(run, 'there', moved);
        await run.gone('here', 'dir');
        await run.complete('here');
        if (!isBefore) await tell(run, 'there', moved);
        await run.complete('there');
        await run.saveCursor('later');
      });
      expect(names()).toEqual([...inside, name].sort());
    });

    it.each([true, false])('may take the name of what is gone at another place, told before: %s', async (isBefore) => {
      await changes(async (run) => {
        const heir: SourceItem = item('new', [], 'other', 'other');
        await tell(run, 'below', heir);
        await run.gone('there', 'other');
        if (isBefore) await tell(run, 'there', opening('moved'));
        await run.gone('here', 'dir');
        if (!isBefore) await tell(run, 'there', opening('moved'));
        for (const scope of ['below', 'there', 'here']) await run.complete(scope);
        await run.saveCursor('later');
      });
      expect(names()).toEqual([...inside, 'moved'].sort());
      expect(deletes).toEqual(['dir']);
    });

    it('stays with its former place where the new one is refused', async () => {
      bench.store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName === 'dir';
      await changes(async (run) => {
        await run.gone('here', 'dir');
        await tell(run, 'there', opening('moved', 'below', 'dir'));
        await run.saveCursor('later');
      });
      expect([names(), deletes]).toEqual([['bottom', 'deep', 'dir', 'inside', 'other'], []]);
      bench.store.refuses = () => false;
      await listAll({ ...before, here: [], there: [item('other'), opening('moved', 'below', 'dir')] });
      expect([names(), deletes]).toEqual([['bottom', 'deep', 'dir', 'inside', 'other'], []]);
    });

    it.each([true, false])('leaves what moved out of it with a scope of its own, told before: %s', async (isBefore) => {
      const deep = opening('moved', 'deeper', 'deep');
      await changes(async (run) => {
        if (isBefore) await tell(run, 'there', deep);
        await tell(run, 'deeper', item('new'));
        await run.gone('here', 'dir');
        if (!isBefore) await tell(run, 'there', deep);
        for (const scope of ['deeper', 'here', 'there']) await run.complete(scope);
        await run.saveCursor('later');
      });
      expect(names()).toEqual(['bottom', 'deep', 'new', 'other']);
      expect(deletes).not.toContain('deep');
    });

    it('takes along what waits for a name in it where it is at no other place', async () => {
      await changes(async (run) => {
        await tell(run, 'below', item('new', [], 'other', 'other'));
        await run.gone('there', 'other');
        await run.gone('here', 'dir');
        await run.saveCursor('later');
      });
      expect(bench.store.live().get('other')).toBeUndefined();
      await changes((run) => run.saveCursor('even later'));
      expect(names()).toEqual([]);
    });

    it.each([
      true,
      false,
    ])('is not too much to be gone at once, however much it is, told before: %s', async (isBefore) => {
      const many = Array.from({ length: 150 }, (_, index) => item(`inside ${index}`));
      const full: Scopes = { ...before, below: many, deeper: [] };
      await listAll(full);
      await listAll(full);
      const report = await changes(async (run) => {
        if (isBefore) await tell(run, 'there', opening('moved'));
        await run.gone('here', 'dir');
        if (!isBefore) await tell(run, 'there', opening('moved'));
        for (const scope of ['here', 'there']) await run.complete(scope);
        await run.saveCursor('later');
      });
      expect(report).toMatchObject({ findings: [], counts: { deleted: 1 } });
      expect(names()).toHaveLength(152);
    });

    it('goes with its new place later', async () => {
      await changes(async (run) => {
        await tell(run, 'there', opening('moved'));
        await run.gone('here', 'dir');
        await run.saveCursor('later');
      });
      await changes(async (run) => {
        await run.gone('there', 'moved');
        await run.saveCursor('even later');
      });
      expect(names()).toEqual(['other']);
    });

    it('goes with the last of two that open it', async () => {
      await listAll({ ...before, here: [opening('dir'), opening('twin')] });
      await changes(async (next) => {
        await next.gone('here', 'dir');
        await next.saveCursor('later');
      });
      expect(names()).toEqual([...inside, 'twin'].sort());
      await changes(async (next) => {
        await next.gone('here', 'twin');
        await next.saveCursor('even later');
      });
      expect(names()).toEqual(['other']);
    });

    it('leaves its former place to go where what is in it was listed before that', async () => {
      const now: Scopes = {
        there: [item('other'), opening('moved')],
        below: before.below ?? [],
        deeper: before.deeper ?? [],
        here: [],
      };
      await listAll(now);
      expect(names()).toEqual([...inside, 'moved'].sort());
    });

    it('stays when a listing of everything has not come to it', async () => {
      const run = await bench.open();
      await run.cursorRefused();
      await run.complete('here');
      await tell(run, 'there', item('other'));
      await tell(run, 'there', opening('moved'));
      await run.complete('there');
      await run.finish('completed');
      expect(names()).toEqual([...inside, 'moved'].sort());
    });

    it('stays by a plan too', async () => {
      const preview = await bench.open({ runId: 'preview', mode: 'preview', full: false });
      await preview.complete('here');
      await tell(preview, 'there', item('other'));
      await tell(preview, 'there', opening('moved'));
      await preview.complete('there');
      await preview.finish('completed');
      const plan = await bench.journal.plans.plan('preview');
      if (plan === undefined) throw new Error('no plan');
      await bench.approve(plan);
      await bench.act({ kind: 'apply-plan', planId: plan.id });
      expect(names()).toEqual([...inside, 'moved'].sort());
    });
  });

  it('goes though of some of it was said that it is gone, where nothing opens its scope any more', async () => {
    const before: Scopes = {
      here: [opening('dir')],
      below: [item('a'), item('b'), opening('deep', 'deeper')],
      deeper: [item('c')],
    };
    for (let run = 0; run < 3; run += 1) await listAll(before);
    await changes(async (run) => {
      await run.gone('below', 'a');
      await run.complete('below');
      await tell(run, 'here', item('dir'));
      await run.complete('here');
      await run.saveCursor('later');
    });
    expect(names()).toEqual(['dir']);
  });
});
