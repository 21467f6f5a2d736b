import { fakeRegistration, fakeRun } from '@isthmus/admin-api/testing';
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
});

const run = (...argv: string[]) => runCli(test.url, argv);

describe('isthmus connector list and show', () => {
  it('says how to begin where there is no connector', async () => {
    const { stdout, stderr } = await run('connector', 'list', '--group', 'Sales');
    expect(stdout).toBe('');
    expect(stderr).toContain('isthmus connector add Sales --provider files');
  });

  it('lists state, last run and next run, and why one fails', async () => {
    test.daemon.put('Sales', 'contracts', { nextDueAt: testNow + 600_000 });
    test.daemon.put('Sales', 'orders', {
      state: 'failed',
      health: 'failed',
      reason: { code: 'SOURCE_UNREADABLE', message: '/data is gone', next: 'look', retryable: true },
    });
    test.daemon.put('Sales', 'slow', { state: 'stalled', health: 'stalled' });
    expect((await run('connector', 'list')).stdout).toBe(
      [
        'NAME       GROUP  STATE    PROVIDER  LAST RUN  NEXT       SCHEDULE',
        'contracts  Sales  waiting  files     never     in 10 min  every 60 min',
        'orders     Sales  failed   files     never     -          every 60 min',
        'slow       Sales  stalled  files     never     -          every 60 min',
        '',
        'orders: /data is gone (SOURCE_UNREADABLE)',
        '',
      ].join('\n'),
    );
  });

  it('lists those alone that show no progress', async () => {
    test.daemon.put('Sales', 'slow', { state: 'stalled', health: 'stalled' });
    test.daemon.put('Sales', 'busy', { state: 'refreshing' });
    const { stdout } = await run('connector', 'list', '--state', 'stalled', '--json');
    expect(JSON.parse(stdout).items.map(({ name }: { name: string }) => name)).toEqual(['slow']);
  });

  it('reads every page', async () => {
    for (let number = 0; number < 1203; number += 1) test.daemon.put('Sales', `c${String(number).padStart(4, '0')}`);
    const { stdout } = await run('connector', 'list', '--json');
    const names = JSON.parse(stdout).items.map(({ name }: { name: string }) => name);
    expect(names).toEqual(test.daemon.connectorList.map(({ name }) => name));
  });

  it('shows the configuration with secrets masked', async () => {
    const registration = fakeRegistration('orders', {
      connection: {
        providerName: 'files',
        networkAddress: '/data',
        configurationProperties: { password: 'hunter2', depth: 3, 'isthmus.source': 'orders' },
      },
    });
    test.daemon.put('Sales', 'orders', { registration });
    const { stdout } = await run('connector', 'show', 'orders');
    expect(stdout).toContain('password  ********\n');
    expect(stdout).toContain('depth     3\n');
    expect(stdout).toContain('source    orders\n');
    expect(stdout).not.toContain('hunter2');
  });

  describe('after a run that did not go well', () => {
    const findings = Array.from({ length: 22 }, (_, index) => ({
      severity: 'warning' as const,
      code: 'FILE_UNREADABLE',
      message: `file ${index} cannot be read`,
      scope: 'root',
      ...(index === 0 ? { key: 'a\u001b[2J.csv' } : {}),
    }));

    function putDegraded() {
      const connector = test.daemon.put('Sales', 'orders');
      const outcome = { outcome: 'partial', endedAt: testNow, findings, findingCount: 30 } as const;
      const lastRun = fakeRun(connector, 'r1', outcome);
      test.daemon.runsById.set('r1', lastRun);
      const going = fakeRun(connector, 'r2', { startedAt: testNow });
      test.daemon.runsById.set('r2', going);
      test.daemon.connectorList = [{ ...connector, health: 'degraded', lastRun, currentRun: going }];
    }

    it('shows why the connector is degraded, and the findings of the last run that ended', async () => {
      putDegraded();
      const { stdout } = await run('connector', 'show', 'orders');
      expect(stdout).toMatch(/why +the last run ended partial with 30 findings/);
      const lines = stdout.split('\n');
      const begin = lines.indexOf('Findings of the last run');
      expect(lines.slice(begin + 1, begin + 4).map((line) => line.split(/ {2,}/))).toEqual([
        ['SEVERITY', 'CODE', 'WHERE', 'MESSAGE'],
        ['warning', 'FILE_UNREADABLE', 'root a\\x1b[2J.csv', 'file 0 cannot be read'],
        ['warning', 'FILE_UNREADABLE', 'root', 'file 1 cannot be read'],
      ]);
      expect(lines.slice(begin + 22)).toEqual(['and 10 more: isthmus connector show orders --json', '']);
    });

    it('says once what to do about each kind of finding that the product itself makes', async () => {
      putDegraded();
      const run1 = test.daemon.runsById.get('r1');
      if (run1 === undefined) throw new Error('no run');
      const of = (code: string) => ({ severity: 'error' as const, code, message: 'm', scope: 'root' });
      const own = [of('ITEM_INVALID'), of('ITEM_INVALID'), of('TYPE_UNKNOWN'), of('constructor')];
      test.daemon.runsById.set('r1', { ...run1, findings: own });
      const { stdout } = await run('connector', 'show', 'orders');
      expect(stdout.split('\n').filter((line) => line.startsWith('next for'))).toEqual([
        expect.stringMatching(/^next for ITEM_INVALID: correct what the connector tells of it/),
        'next for TYPE_UNKNOWN: correct the type name',
      ]);
    });

    it('gives scripts all findings that are kept', async () => {
      putDegraded();
      const { findings: given } = JSON.parse((await run('connector', 'show', 'orders', '--json')).stdout);
      expect(given).toEqual({ runId: 'r1', total: 30, items: findings });
    });

    it('shows the rest when the run is no longer kept', async () => {
      putDegraded();
      test.daemon.fail('run', 'RUN_NOT_FOUND', 'there is no run r1');
      const { exitCode, stdout } = await run('connector', 'show', 'orders');
      expect([exitCode, stdout.includes('Findings')]).toEqual([0, false]);
    });
  });

  it('shows how each of its catalog targets fared', async () => {
    const connector = test.daemon.put('Sales', 'orders');
    const { counts } = fakeRun(connector, 'r1');
    const error = { code: 'SOURCE_UNREADABLE', message: 'no way to the south', next: 'look', retryable: true };
    const target = (name: string) =>
      ({
        name,
        source: name,
        elementGuid: `guid-of-${name}`,
        elementTypeName: 'SoftwareServer',
        elementQualifiedName: `SoftwareServer::${name}`,
        permittedSynchronization: 'BOTH_DIRECTIONS',
      }) as const;
    const ended = { counts, findingCount: 0, endedAt: testNow };
    const targets = [
      { ...target('north'), lastRun: { ...ended, id: 'r1.0', name: 'north', outcome: 'succeeded' } },
      { ...target('south'), lastRun: { ...ended, id: 'r1.1', name: 'south', outcome: 'failed', error } },
      target('west'),
    ] as const;
    test.daemon.connectorList = [{ ...connector, targets }];
    const { stdout } = await run('connector', 'show', 'orders');
    const lines = stdout.split('\n');
    const begin = lines.indexOf('Catalog targets');
    expect(lines.slice(begin + 1, begin + 6).map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ['TARGET', 'OUTCOME'],
      ['north', 'succeeded'],
      ['south', 'failed'],
      ['west', 'none yet'],
      [expect.stringMatching(/^south: SOURCE_UNREADABLE: no way to the south; next: /)],
    ]);
    const told = JSON.parse((await run('connector', 'show', 'orders', '--json')).stdout);
    expect(told.targets[1]).toMatchObject({
      name: 'south',
      lastRun: { outcome: 'failed', endedAt: expect.any(String) },
    });
  });

  it('asks for the group where a name is given twice', async () => {
    test.daemon.addGroup('Other');
    test.daemon.put('Sales', 'orders');
    test.daemon.put('Other', 'orders');
    const ambiguous = await run('connector', 'show', 'orders');
    expect([ambiguous.exitCode, ambiguous.stderr.includes('--group')]).toEqual([4, true]);
    expect((await run('connector', 'show', 'orders', '--group', 'Other')).exitCode).toBe(0);
  });
});

describe('isthmus connector add, update and remove', () => {
  it('sends every option of add in the words of the API', async () => {
    const { exitCode } = await run(
      ...['connector', 'add', 'Sales', '--name', 'orders', '--provider', 'files', '--root', 'landing'],
      ...['--description', 'd', '--set', 'depth=3', '--set', 'exclude=["*.tmp"]', '--set-text', 'version=2'],
      ...['--every', '2h', '--cron', '0 6 * * *', '--time-zone', 'Europe/Berlin', '--collection', 'c'],
      ...['--start', '2026-03-01', '--stop', '2026-04-01T00:00:00+02:00', '--direction', 'from-third-party'],
    );
    expect(exitCode).toBe(0);
    expect(test.daemon.calls.at(-1)).toEqual([
      'addConnector',
      'Sales',
      {
        name: 'orders',
        provider: 'files',
        networkAddress: '/home/operator/landing',
        description: 'd',
        configuration: { depth: 3, exclude: ['*.tmp'], version: '2' },
        refreshTimeInterval: 120,
        schedule: '0 6 * * *',
        timeZone: 'Europe/Berlin',
        metadataCollectionQualifiedName: 'c',
        startDate: Date.UTC(2026, 2, 1),
        stopDate: Date.UTC(2026, 2, 31, 22),
        permittedSynchronization: 'FROM_THIRD_PARTY',
      },
      'quick-start',
    ]);
  });

  it('sends nothing but what add was told', async () => {
    await run('connector', 'add', 'Sales', '--name', 'n', '--provider', 'p', '--address', 'https://x');
    expect(test.daemon.calls.at(-1)?.[2]).toEqual({ name: 'n', provider: 'p', networkAddress: 'https://x' });
  });

  it.each([
    [['--description', 'd'], { description: 'd' }],
    [['--every', '30'], { refreshTimeInterval: 30 }],
    [['--no-cron'], { schedule: '' }],
    [['--cron', '*/5 * * * *', '--time-zone', 'UTC'], { schedule: '*/5 * * * *', timeZone: 'UTC' }],
    [['--set', 'a=1', '--unset', 'b'], { configuration: { a: 1, b: null } }],
    [['--root', '/data'], { networkAddress: '/data' }],
    [['--direction', 'both'], { permittedSynchronization: 'BOTH_DIRECTIONS' }],
    [['--name', 'renamed'], { name: 'renamed' }],
    [['--activity-reports'], { generateConnectorActivityReports: true }],
    [['--no-activity-reports'], { generateConnectorActivityReports: false }],
  ])('updates with %j', async (options, change) => {
    test.daemon.put('Sales', 'orders');
    expect((await run('connector', 'update', 'orders', ...options)).exitCode).toBe(0);
    expect(test.daemon.calls.at(-1)).toEqual(['updateConnector', 'orders', change, 'quick-start', undefined]);
  });

  it.each([
    [['update', 'orders']],
    [['update', 'orders', '--root', 'a', '--address', 'b']],
    [['update', 'orders', '--start', '2026-03-02', '--stop', '2026-03-01']],
    [['update', 'orders', '--set', 'a=1', '--unset', 'a']],
    [['add', 'Sales', '--name', 'x']],
    [['add', 'Sales', '--name', 'x', '--provider', 'p', '--every', 'soon']],
    [['list', '--state', 'sleeping']],
  ])('refuses %j as usage and sends nothing', async (argv) => {
    const { exitCode, stderr } = await run('connector', ...argv);
    expect([exitCode, stderr.includes('(USAGE)')]).toEqual([2, true]);
    expect(test.daemon.calls).toEqual([]);
  });

  it('hands on why a configuration is refused', async () => {
    test.daemon.fail('addConnector', 'CONNECTOR_CONFIGURATION_INVALID', '"depth" must be integer');
    const { exitCode, stderr } = await run('connector', 'add', 'Sales', '--name', 'x', '--provider', 'files');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('error: "depth" must be integer (CONNECTOR_CONFIGURATION_INVALID)');
  });

  it('says that there is no such connector before it asks for a confirmation', async () => {
    const { exitCode, stderr } = await run('connector', 'remove', 'nope');
    expect([exitCode, stderr.includes('CONNECTOR_NOT_FOUND')]).toEqual([3, true]);
  });

  it('removes when confirmed, by a person or by --yes', async () => {
    test.daemon.put('Sales', 'orders');
    test.daemon.put('Sales', 'contracts');
    expect((await run('connector', 'remove', 'orders')).exitCode).toBe(2);
    expect((await runCli(test.url, ['connector', 'remove', 'orders'], { answer: false })).exitCode).toBe(2);
    expect(test.daemon.connectorList).toHaveLength(2);
    expect((await runCli(test.url, ['connector', 'remove', 'orders'], { answer: true })).stderr).toBe(
      'Remove orders from Sales? What it catalogued stays.\n',
    );
    expect((await run('connector', 'remove', 'contracts', '--yes')).exitCode).toBe(0);
    expect(test.daemon.connectorList).toEqual([]);
  });
});

describe('isthmus connector verbs', () => {
  it('moves to another group, and says when there is none of that name', async () => {
    test.daemon.put('Sales', 'orders');
    await run('group', 'create', 'Archive');
    expect((await run('connector', 'move', 'orders', 'Archive')).stdout).toBe('moved orders to Archive\n');
    expect(test.daemon.connector('orders').group.qualifiedName).toBe('Archive');
    const refused = await run('connector', 'move', 'orders', 'Nowhere');
    expect([refused.exitCode, refused.stderr.includes('GROUP_NOT_FOUND')]).toEqual([3, true]);
  });

  it('lets what was kept be removed when a person or --yes confirms it', async () => {
    test.daemon.put('Sales', 'orders');
    const asked = ['connector', 'refresh', 'orders', '--confirm-removals'];
    const refused = await run(...asked);
    expect([refused.exitCode, refused.stderr.includes('NOT_CONFIRMED')]).toEqual([2, true]);
    expect(test.daemon.calls.some(([name]) => name === 'refreshConnector')).toBe(false);
    expect((await run(...asked, '--yes')).exitCode).toBe(0);
    expect(test.daemon.calls.at(-1)).toContainEqual({ confirmRemovals: true });
  });

  it('probes step by step, and ends with 7 when one fails', async () => {
    test.daemon.put('Sales', 'orders');
    expect(await run('connector', 'probe', 'orders')).toMatchObject({
      exitCode: 0,
      stdout: 'ok    reach: it answers\n',
    });
    test.daemon.probeSteps = [{ name: 'reach', ok: false, message: 'nothing listens there: correct `port`' }];
    expect(await run('connector', 'probe', 'orders')).toMatchObject({
      exitCode: 7,
      stdout: 'FAILS reach: nothing listens there: correct `port`\n',
    });
    expect(JSON.parse((await run('connector', 'probe', 'orders', '--json')).stdout)).toEqual({
      steps: test.daemon.probeSteps,
    });
  });

  it('pauses with a reason, resumes, restarts, refreshes', async () => {
    test.daemon.put('Sales', 'orders');
    expect((await run('connector', 'pause', 'orders', '--reason', 'moving')).stdout).toBe('paused orders\n');
    expect((await run('connector', 'show', 'orders')).stdout).toContain('paused by       quick-start, now: moving\n');
    const refused = await run('connector', 'refresh', 'orders');
    expect([refused.exitCode, refused.stderr.includes('isthmus connector resume')]).toEqual([4, true]);
    expect((await run('connector', 'resume', 'orders')).stdout).toBe('resumed orders\n');
    expect((await run('connector', 'restart', 'orders')).stdout).toBe('restarting orders\n');
    expect((await run('connector', 'refresh', 'orders')).stdout).toBe('refresh of orders asked for: run run-2\n');
    expect(JSON.parse((await run('connector', 'pause', 'orders', '--json')).stdout)).toEqual({
      see: '/api/v1/connectors/orders',
    });
  });
});
