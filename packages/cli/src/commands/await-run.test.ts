import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli, startTestDaemon, stopTestDaemon, type TestDaemon, testNow } from '../testing/run-cli.js';

let test: TestDaemon;
beforeAll(async () => {
  test = await startTestDaemon();
});
afterAll(() => stopTestDaemon(test));
beforeEach(() => {
  test.daemon.clear();
  test.daemon.addGroup('Sales');
  test.daemon.put('Sales', 'orders');
});

const counts = {
  seen: 1204,
  unchanged: 1200,
  created: 3,
  updated: 1,
  restored: 0,
  deleted: 0,
  setAside: 0,
  scopesCompleted: 2,
  scopesOpen: 0,
  requests: 1,
};

describe('isthmus connector refresh --wait', () => {
  const refresh = ['connector', 'refresh', 'orders', '--wait'];

  it('shows progress until the run ends, and how it ended', async () => {
    const result = await runCli(test.url, refresh, {
      onWait: (count) => {
        if (count === 3) test.daemon.endRun('run-1', { outcome: 'succeeded', counts, endedAt: testNow + 2000 });
      },
    });
    expect(result).toEqual({
      exitCode: 0,
      stdout: 'orders: succeeded in 2 s; 1,204 seen: 3 created, 1 updated\n',
      stderr: 'orders: 0 seen, 0 written\n',
    });
  });

  it('writes over one line on a terminal and clears it', async () => {
    const result = await runCli(test.url, refresh, {
      columns: 20,
      onWait: () => test.daemon.endRun('run-1', { outcome: 'succeeded', counts, endedAt: testNow }),
    });
    expect(result.stderr).toBe('\r\u001b[2Korders: 0 seen, 0 …\r\u001b[2K');
  });

  it.each(['failed', 'cancelled', 'interrupted'] as const)('ends with 7 when the run is %s', async (outcome) => {
    const result = await runCli(test.url, refresh, {
      onWait: () =>
        test.daemon.endRun('run-1', {
          outcome,
          error: { code: 'SOURCE_UNREADABLE', message: '/data is gone', next: 'look', retryable: true },
        }),
    });
    expect(result.exitCode).toBe(7);
    expect(result.stdout).toContain(`orders: ${outcome}`);
    expect(result.stderr).toContain('SOURCE_UNREADABLE: /data is gone; next: look');
  });

  it('ends with 0 and tells what was left out when the run is partial', async () => {
    const result = await runCli(test.url, refresh, {
      onWait: () =>
        test.daemon.endRun('run-1', {
          outcome: 'partial',
          findings: [{ severity: 'warning', code: 'SOURCE_UNREADABLE', message: 'a.csv cannot be read' }],
          findingCount: 3,
        }),
    });
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toContain('warning: a.csv cannot be read (SOURCE_UNREADABLE)\nand 2 more');
  });

  it('answers the run as JSON', async () => {
    const result = await runCli(test.url, [...refresh, '--json'], {
      onWait: () => test.daemon.endRun('run-1', { outcome: 'failed' }),
    });
    expect(result.exitCode).toBe(7);
    expect(JSON.parse(result.stdout)).toMatchObject({ id: 'run-1', outcome: 'failed' });
  });

  it('gives up after the timeout with 7; the run goes on', async () => {
    const result = await runCli(test.url, [...refresh, '--timeout', '5s']);
    expect(result.exitCode).toBe(7);
    expect(result.stderr).toContain('run run-1 of orders did not end within 5 s (WAIT_ENDED)');
    expect(test.daemon.runsById.get('run-1')?.outcome).toBe('running');
  });

  it('waits for a run that has not begun, and says so when its connector cannot run', async () => {
    const run = await test.daemon.refreshConnector('orders', 'somebody');
    const waiting = test.daemon.runsById.get(run.runId);
    const begun = await runCli(test.url, refresh, {
      onWait: (count) => {
        if (count === 1) test.daemon.runsById.delete('run-2');
        if (count === 20 && waiting !== undefined)
          test.daemon.runsById.set('run-2', { ...waiting, id: 'run-2', outcome: 'succeeded', endedAt: testNow });
      },
    });
    expect(begun.exitCode).toBe(0);

    const stuck = await runCli(test.url, refresh, {
      onWait: () => {
        test.daemon.runsById.delete('run-3');
        test.daemon.connectorList = test.daemon.connectorList.map((connector) => ({ ...connector, state: 'failed' }));
      },
    });
    expect([stuck.exitCode, stuck.stderr.includes('orders is failed, so the run does not begin')]).toEqual([4, true]);
  });

  it('bears a daemon that is away for a moment', async () => {
    const { daemon, url } = test;
    const result = await runCli(url, refresh, {
      onWait: async (count) => {
        if (count === 1) await stopTestDaemon(test);
        if (count === 3) {
          daemon.endRun('run-1', { outcome: 'succeeded', counts, endedAt: testNow });
          test = await startTestDaemon([], daemon, Number(new URL(url).port));
        }
      },
    });
    expect(result.exitCode).toBe(0);
  });

  it('ends with 5 when the daemon stays away', async () => {
    const { daemon, url } = test;
    const result = await runCli(url, refresh, {
      onWait: (count) => (count === 1 ? stopTestDaemon(test) : undefined),
    });
    expect(result.exitCode).toBe(5);
    test = await startTestDaemon([], daemon);
  });

  it('ends at once on a fault that does not pass', async () => {
    const result = await runCli(test.url, refresh, {
      onWait: () => test.daemon.fail('run', 'STORAGE_FULL', 'no space left'),
    });
    expect([result.exitCode, result.stderr.includes('STORAGE_FULL')]).toEqual([4, true]);
  });
});
