import { FakeDaemon, fakeConnector, fakeRun } from '@isthmus/admin-api/testing';
import { ManualClock, settle } from '@isthmus/connector-testing';
import type { ConnectorStatus, RunRecord } from '@isthmus/runtime';
import { describe, expect, it } from '@jest/globals';
import { describeScan, watchFirstScan } from './first-scan.js';

function bench(isTerminal: boolean) {
  const clock = new ManualClock();
  const daemon = new FakeDaemon(() => clock.now());
  daemon.clear();
  const guid = daemon.put('Group', 'docs', { state: 'refreshing' }).connectorGuid;
  const written: string[] = [];
  const stop = new AbortController();
  const output = { isTerminal, write: (text: string) => void written.push(text) };
  const watching = watchFirstScan(daemon, guid, output, clock, stop.signal);
  const show = (change: Partial<ConnectorStatus>) => {
    daemon.connectorList = daemon.connectorList.map((status) =>
      status.connectorGuid === guid ? { ...status, ...change } : status,
    );
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 150) {
      await clock.advance(150);
      await settle();
    }
  };
  return { clock, watching, written, stop, show, pass, daemon };
}

const anyRun = fakeRun(fakeConnector('Group', 'docs'), 'run');
const running = (seen: number): RunRecord => ({ ...anyRun, outcome: 'running', counts: { ...anyRun.counts, seen } });

describe('watchFirstScan', () => {
  it('rewrites one line on a terminal and clears it at the end', async () => {
    const { watching, written, show, pass, clock } = bench(true);
    show({ currentRun: running(1234) });
    await pass(300);
    expect(written.at(-1)).toMatch(/^\r.*1,234 items seen/);
    const ended = { ...running(2000), outcome: 'succeeded' as const, endedAt: clock.now() };
    show({ currentRun: undefined, lastRun: ended } as unknown as Partial<ConnectorStatus>);
    await pass(300);
    expect(await watching).toBe(ended);
    expect(written.at(-1)).toBe('\r\u001b[2K');
  });

  it('writes plain lines now and then elsewhere', async () => {
    const { watching, written, show, pass, stop } = bench(false);
    show({ currentRun: running(10) });
    await pass(11_000);
    expect(written).toHaveLength(2);
    expect(written.every((line) => line.endsWith('\n') && !line.includes('\r'))).toBe(true);
    stop.abort();
    await pass(300);
    expect(await watching).toBeUndefined();
  });

  it('gives the reason when the connector failed', async () => {
    const { watching, show, pass } = bench(false);
    const reason = { code: 'PROVIDER_UNKNOWN', message: 'none', next: 'x', retryable: false };
    show({ state: 'failed', reason });
    await pass(300);
    expect(await watching).toEqual(reason);
  });
});

describe('describeScan', () => {
  it('names only what happened', () => {
    const run = {
      ...running(5),
      startedAt: 1000,
      endedAt: 3500,
      counts: { ...running(5).counts, seen: 5, created: 3, unchanged: 2, updated: 0, deleted: 0, restored: 0 },
    };
    expect(describeScan(run)).toBe('5 folders and files in 2.5 s (3 created, 2 unchanged)');
  });
});
