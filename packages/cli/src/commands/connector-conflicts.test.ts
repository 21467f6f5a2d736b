import { fakeConnector } from '@isthmus/admin-api/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli, startTestDaemon, stopTestDaemon, type TestDaemon, testNow } from '../testing/run-cli.js';

let test: TestDaemon;
beforeAll(async () => {
  test = await startTestDaemon();
});
afterAll(() => stopTestDaemon(test));
beforeEach(() => {
  test.daemon.clear();
  const connector = fakeConnector('Sales', 'landing');
  test.daemon.connectorList = [connector];
  const owner = { metadataCollectionId: 'c', connectorGuid: connector.connectorGuid, target: '' };
  const at = testNow - 60_000;
  test.daemon.disputes = [
    {
      id: 'f1',
      owner,
      kind: 'field',
      qualifiedName: 'DataFile::x',
      field: 'text',
      hubValue: 'mine',
      sourceValue: 2,
      at,
    },
    { id: 'e4', owner, kind: 'element', qualifiedName: 'DataFile::y', scope: 's', key: 'y', at },
  ];
});

describe('isthmus connector conflicts', () => {
  it('shows both values, and what to do', async () => {
    const { stdout, exitCode } = await runCli(test.url, ['connector', 'conflicts', 'landing']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/f1 +1 min ago +DataFile::x +text +"mine" +2/);
    expect(stdout).toMatch(/e4 +1 min ago +DataFile::y +- +was there before +has it too/);
    const { stdout: json } = await runCli(test.url, ['connector', 'conflicts', 'landing', '--limit', '1', '--json']);
    expect(JSON.parse(json)).toMatchObject({ items: [{ id: 'f1', kind: 'field' }], nextAfter: 'f1' });
  });

  it('are decided by id or all at once', async () => {
    const resolve = (...more: string[]) => runCli(test.url, ['connector', 'resolve', 'landing', ...more, '--yes']);
    const kept = await resolve('e4', '--take', 'mine');
    expect(kept.stdout).toContain('decided 1 conflict');
    expect((await resolve('--all', '--take', 'source')).stdout).toContain('run-resolving');
    expect(test.daemon.calls).toMatchObject([
      ['resolveConflicts', 'landing', expect.anything(), { take: 'mine', ids: ['e4'] }],
      ['resolveConflicts', 'landing', expect.anything(), { take: 'source' }],
    ]);
    expect((await runCli(test.url, ['connector', 'conflicts', 'landing'])).stderr).toContain('Nothing waits');
    expect((await resolve('--take', 'mine')).exitCode).not.toBe(0);
  });

  it('are asked again once the decision is taken back', async () => {
    const { stdout } = await runCli(test.url, ['connector', 'release', 'landing', 'DataFile::x', 'text', '--yes']);
    expect(stdout).toContain('took back 1 decision');
    expect(stdout).toContain('run-asking-again');
    expect(test.daemon.calls).toMatchObject([
      ['releaseConflicts', 'landing', expect.anything(), { qualifiedName: 'DataFile::x', field: 'text' }],
    ]);
  });

  it('are listed as long as they stay by a decision', async () => {
    expect((await runCli(test.url, ['connector', 'decisions', 'landing'])).stderr).toContain('Nothing stays');
    const owner = {
      metadataCollectionId: 'c',
      connectorGuid: fakeConnector('Sales', 'landing').connectorGuid,
      target: '',
    };
    test.daemon.kept = [
      { owner, qualifiedName: 'DataFile::x', field: 'text' },
      { owner, qualifiedName: 'DataFile::y' },
    ];
    const { stdout, stderr } = await runCli(test.url, ['connector', 'decisions', 'landing']);
    expect(stdout).toMatch(/DataFile::x +text/);
    expect(stdout).toMatch(/DataFile::y +\(all of it\)/);
    expect(stderr).toContain('isthmus connector release landing');
    const { stdout: json } = await runCli(test.url, ['connector', 'decisions', 'landing', '--limit', '1', '--json']);
    expect(JSON.parse(json)).toEqual({ items: [{ qualifiedName: 'DataFile::x', field: 'text' }], nextAfter: '1' });
  });

  it('are mentioned by status and by the connector', async () => {
    const wanted = '1 field and 1 element held back for a decision';
    expect((await runCli(test.url, ['status'])).stdout).toContain(wanted);
    expect((await runCli(test.url, ['connector', 'show', 'landing'])).stdout).toContain(wanted);
  });
});
