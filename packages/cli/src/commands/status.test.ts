import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli, startTestDaemon, stopTestDaemon, type TestDaemon, testNow } from '../testing/run-cli.js';

let test: TestDaemon;
beforeEach(async () => {
  test = await startTestDaemon();
  test.daemon.metadataServer = {
    name: 'metadata-store',
    url: 'http://127.0.0.1:9080',
    reachable: true,
    since: testNow - 60_000,
  };
});
afterEach(() => stopTestDaemon(test));

describe('isthmus status', () => {
  it('says what runs, and how to begin where nothing does', async () => {
    const { exitCode, stdout, stderr } = await runCli(test.url, ['status']);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      [
        'daemon           integration-daemon 1.2.3, running for 20513 d',
        'metadata server  metadata-store at http://127.0.0.1:9080, reachable, since 1 min',
        'groups           none yet',
        'connectors       none yet',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('No groups yet: create one with `isthmus group create <qualified name>`.\n');
  });

  it('names what needs attention, why, and what to do', async () => {
    test.daemon.addGroup('Sales', {
      state: 'waiting-for-confirmation',
      pending: { stops: ['a', 'b'], total: 3, since: testNow },
    });
    test.daemon.put('Sales', 'orders\u001b[2J', {
      state: 'failed',
      health: 'failed',
      reason: { code: 'PROVIDER_UNKNOWN', message: 'no provider jdbc', next: 'install it', retryable: false },
    });
    test.daemon.put('Sales', 'slow', { state: 'stalled', health: 'stalled' });
    test.daemon.put('Sales', 'fine');
    const { stdout } = await runCli(test.url, ['status']);
    expect(stdout.split('\n').slice(2)).toEqual([
      'groups           1: 1 waiting for confirmation',
      'connectors       3: 1 failed, 1 stalled, 1 waiting',
      '',
      'Needs attention',
      'group Sales: waiting for confirmation',
      '  a change would stop 2 of 3 connectors',
      '  next: isthmus group confirm Sales',
      'connector orders\\x1b[2J in Sales: failed',
      '  PROVIDER_UNKNOWN: no provider jdbc',
      '  next: install it',
      'connector slow in Sales: stalled',
      '  CONNECTOR_STALLED: the connector is stalled',
      '  next: see its log; `isthmus connector restart` gives it a new instance',
      '',
    ]);
  });

  it('names a connector that waits, but is not quite right', async () => {
    const reason = {
      code: 'RUN_PARTIAL',
      message: 'the last run was not complete',
      next: 'see its findings',
      retryable: true,
    };
    test.daemon.put('Sales', 'orders', { state: 'waiting', health: 'degraded', reason });
    test.daemon.put('Sales', 'held', { state: 'paused', health: 'degraded' });
    const { findings } = JSON.parse((await runCli(test.url, ['status', '--json'])).stdout);
    expect(findings).toMatchObject([{ name: 'orders', state: 'waiting', code: 'RUN_PARTIAL' }]);
  });

  it('has a code and a next step for every finding, also where the daemon named no cause', async () => {
    test.daemon.metadataServer = { ...test.daemon.metadataServer, reachable: false };
    for (const state of ['from-journal', 'rejected', 'missing'] as const) test.daemon.addGroup(state, { state });
    test.daemon.put('missing', 'a b', { state: 'failed', health: 'failed' });
    const { findings } = JSON.parse((await runCli(test.url, ['status', '--json'])).stdout);
    expect(findings.map(({ code }: { code: string }) => code)).toEqual([
      'STORE_UNREACHABLE',
      'STORE_UNREACHABLE',
      'GROUP_LIST_REJECTED',
      'GROUP_NOT_FOUND',
      'CONNECTOR_FAILED',
    ]);
    expect(findings.every(({ next }: { next?: string }) => next !== undefined && next !== '')).toBe(true);
    expect(findings.at(-1).next).toBe("isthmus connector show 'a b'");
  });

  it('tells a group that cannot begin from one that is about to', async () => {
    test.daemon.addGroup('Sales', { state: 'loading' });
    expect((await runCli(test.url, ['status', '--check'])).exitCode).toBe(0);
    const reason = { code: 'DATABASE_UNREADABLE', message: 'a damaged row', next: 'restore it', retryable: false };
    const conditions = [{ type: 'ListAccepted', status: false, since: 0, reason }] as const;
    test.daemon.addGroup('Retail', { state: 'loading', conditions });
    const { exitCode, stdout } = await runCli(test.url, ['status', '--check']);
    expect(exitCode).toBe(7);
    expect(stdout).toContain('DATABASE_UNREADABLE: a damaged row');
  });

  it('tells a connector that cannot begin from one that waits for its start date', async () => {
    const because = (code: string) => ({ code, message: code, next: 'n', retryable: false });
    test.daemon.addGroup('Sales');
    test.daemon.put('Sales', 'later', { state: 'pending', reason: because('CONNECTOR_OUTSIDE_DATES') });
    expect((await runCli(test.url, ['status', '--check'])).exitCode).toBe(0);
    test.daemon.put('Sales', 'twice', { state: 'pending', reason: because('CONNECTOR_REGISTERED_TWICE') });
    expect((await runCli(test.url, ['status', '--check'])).exitCode).toBe(7);
  });

  it('ends --check with 7 when something needs attention, else with 0', async () => {
    test.daemon.addGroup('Sales');
    test.daemon.put('Sales', 'fine');
    expect((await runCli(test.url, ['status', '--check'])).exitCode).toBe(0);
    test.daemon.metadataServer = { ...test.daemon.metadataServer, reachable: false };
    const away = await runCli(test.url, ['status', '--check', '--json']);
    expect(away.exitCode).toBe(7);
    expect(JSON.parse(away.stdout)).toMatchObject({
      state: 'running',
      findings: [{ kind: 'metadata-server', name: 'metadata-store', state: 'unreachable' }],
    });
  });
});
