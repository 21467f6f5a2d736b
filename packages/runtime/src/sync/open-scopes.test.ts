import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

describe('a run whose scopes were not all completed', () => {
  it('names them, the first ten of many', async () => {
    const run = await bench.open();
    for (let index = 1; index <= 12; index += 1) await run.offer(`folder ${index}`, []);
    await run.complete('folder 1');
    const { findings, counts } = await run.finish('completed');
    expect(counts).toMatchObject({ scopesOpen: 11, scopesCompleted: 1 });
    expect(findings).toEqual([
      { severity: 'warning', code: 'SCOPE_NOT_COMPLETED', message: expect.stringContaining('11 scopes were') },
    ]);
    expect(findings[0]?.message).toContain('folder 2, ');
    expect(findings[0]?.message).toContain('folder 11 and 1 more');
  });

  it('does not tell again what has an error of its own', async () => {
    const run = await bench.open();
    await run.finding('folder', { severity: 'error', code: 'SOURCE_UNREADABLE', message: 'no access' });
    expect((await run.finish('completed')).findings.map(({ code }) => code)).toEqual(['SOURCE_UNREADABLE']);
  });

  it('says nothing of it when all were completed, or the run was ended before', async () => {
    const run = await bench.open();
    await run.offer('folder', []);
    await run.complete('folder');
    expect((await run.finish('completed')).findings).toEqual([]);
    const ended = await bench.open();
    await ended.offer('folder', []);
    expect((await ended.finish('aborted')).findings).toEqual([]);
  });
});
