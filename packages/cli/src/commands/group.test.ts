import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli, startTestDaemon, stopTestDaemon, type TestDaemon, testNow } from '../testing/run-cli.js';

let test: TestDaemon;
beforeAll(async () => {
  test = await startTestDaemon();
});
afterAll(() => stopTestDaemon(test));
beforeEach(() => {
  test.daemon.clear();
});

const run = (...argv: string[]) => runCli(test.url, argv);

describe('isthmus group', () => {
  it('says how to begin where there is no group', async () => {
    expect(await run('group', 'list')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'No groups yet: create one with `isthmus group create <qualified name>`.\n',
    });
  });

  it('lists groups with states in words', async () => {
    test.daemon.addGroup('IntegrationGroup::Sales', { lastReadAt: testNow - 4000 });
    test.daemon.addGroup('IntegrationGroup::Old', { state: 'missing' });
    const { stdout } = await run('group', 'list');
    expect(stdout).toBe(
      [
        'NAME                     STATE    CONNECTORS  LAST READ  SERVER',
        'IntegrationGroup::Sales  in step  0           4 s ago    metadata-store',
        'IntegrationGroup::Old    missing  0           never      metadata-store',
        '',
      ].join('\n'),
    );
  });

  it('creates and deletes', async () => {
    const created = await run('group', 'create', 'a/b %', '--display-name', 'A');
    expect(created.stdout).toBe('created a/b %\n');
    expect(test.daemon.calls.at(-1)).toEqual([
      'createGroup',
      { qualifiedName: 'a/b %', displayName: 'A' },
      'quick-start',
    ]);
    expect((await run('group', 'delete', 'a/b %', '--yes')).stdout).toBe('deleted a/b %\n');
    expect(test.daemon.groupsByName.size).toBe(0);
  });

  it('says that there is no such group before it asks for a confirmation', async () => {
    for (const verb of ['delete', 'confirm']) {
      const { exitCode, stderr } = await run('group', verb, 'nope');
      expect([exitCode, stderr.includes('GROUP_NOT_FOUND')]).toEqual([3, true]);
    }
  });

  it('deletes nothing without a confirmation', async () => {
    test.daemon.addGroup('Sales');
    test.daemon.put('Sales', 'orders');
    const unattended = await run('group', 'delete', 'Sales');
    expect(unattended.exitCode).toBe(2);
    expect(unattended.stderr).toContain('NOT_CONFIRMED');
    const declined = await runCli(test.url, ['group', 'delete', 'Sales'], { answer: false });
    expect(declined).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'Delete Sales? 1 connector will stop.\nNothing was done.\n',
    });
    expect(test.daemon.groupsByName.has('Sales')).toBe(true);
    expect((await runCli(test.url, ['group', 'delete', 'Sales'], { answer: true })).exitCode).toBe(0);
    expect(test.daemon.groupsByName.has('Sales')).toBe(false);
  });

  it('shows what waits and lets it through', async () => {
    test.daemon.addGroup('Sales', {
      state: 'waiting-for-confirmation',
      pending: { stops: ['orders', 'bad\u001b[1m'], total: 2, since: testNow - 60_000 },
    });
    expect((await run('group', 'show', 'Sales')).stdout).toContain(
      [
        'Waiting for confirmation',
        'The list read 1 min ago would stop 2 of 2 connectors:',
        '  orders',
        '  bad\\x1b[1m',
        'To let it through: isthmus group confirm Sales',
      ].join('\n'),
    );
    expect((await run('group', 'confirm', 'Sales', '--yes')).stdout).toBe('confirmed Sales: the change goes through\n');
    const again = await run('group', 'confirm', 'Sales', '--yes');
    expect([again.exitCode, again.stderr.includes('GROUP_NOTHING_TO_CONFIRM')]).toEqual([4, true]);
  });
});
