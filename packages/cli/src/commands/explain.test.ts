import { fakeElement } from '@isthmus/admin-api/testing';
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

const qualifiedName = 'DataFile::landing:/orders.csv';

describe('isthmus explain', () => {
  it('tells connector, scope, runs, the origin of each field, and why something is kept', async () => {
    test.daemon.explanations.set(qualifiedName, {
      qualifiedName,
      element: fakeElement('DataFile', qualifiedName, {
        versions: { createdBy: 'files', createTime: testNow - 3_600_000, version: 1 },
      }),
      holders: [
        {
          connectorGuid: 'guid',
          connectorName: 'landing',
          target: '',
          scope: 'folder:/',
          key: 'orders.csv',
          madeBy: { runId: 'run-1', at: testNow - 3_600_000 },
          wroteBy: { runId: 'run-2', at: testNow - 60_000 },
          notes: ['people took it back'],
        },
      ],
      former: [],
      operated: [
        {
          connectorGuid: 'other',
          connectorName: 'rater',
          target: '',
          operation: 'setConfidentiality',
          wroteBy: { runId: 'run-3', at: testNow - 60_000 },
        },
      ],
      fields: [
        { field: 'displayName', value: 'orders.csv', from: 'source', connectorGuid: 'guid' },
        { field: 'description', value: 'by hand', from: 'kept', connectorGuid: 'guid', at: testNow - 60_000 },
      ],
    });
    const { stdout, exitCode } = await runCli(test.url, ['explain', qualifiedName]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Found by landing');
    expect(stdout).toContain('made by     run run-1, 1 h ago');
    expect(stdout).toContain('written by  run run-2, 1 min ago');
    expect(stdout).toContain('note        people took it back');
    expect(stdout).toContain('Written by operations of rater');
    expect(stdout).toMatch(/operation +setConfidentiality\n/);
    expect(stdout).toMatch(/written by +run run-3, 1 min ago/);
    expect(stdout).toMatch(/displayName +the source \(landing\) +orders.csv/);
    expect(stdout).toMatch(/description +a person; the source says otherwise \(landing\), 1 min ago +by hand/);
    const { stdout: json } = await runCli(test.url, ['explain', qualifiedName, '--json']);
    expect(JSON.parse(json)).toMatchObject({ holders: [{ scope: 'folder:/', madeBy: { runId: 'run-1' } }] });
  });

  it('says so when no connector has it, and answers 3 when nothing has', async () => {
    test.daemon.explanations.set('x', {
      qualifiedName: 'x',
      element: fakeElement('DataFile', 'x'),
      holders: [],
      former: [],
      operated: [],
      fields: [{ field: 'description', value: 'a', from: 'person' }],
    });
    const { stdout } = await runCli(test.url, ['explain', 'x']);
    expect(stdout).toContain('No run of a connector of this daemon wrote it');
    expect(stdout).toContain('or what a connector called outside of its runs');
    expect((await runCli(test.url, ['explain', 'none'])).exitCode).toBe(3);
  });

  it('names the connector that had it before it came back, and does not say that people made it', async () => {
    test.daemon.explanations.set('x', {
      qualifiedName: 'x',
      element: fakeElement('DataFile', 'x'),
      holders: [],
      operated: [],
      former: [{ connectorGuid: 'guid-of-files', connectorName: 'files', target: '', at: testNow }],
      fields: [],
    });
    const { stdout } = await runCli(test.url, ['explain', 'x']);
    expect(stdout).toContain('files wrote it and let it go or removed it');
    expect(stdout).not.toContain('people');
  });
});
