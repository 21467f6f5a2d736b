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

const versions = { createdBy: 'files', createTime: testNow - 3_600_000, version: 1 };
const file = (name: string) =>
  fakeElement('CSVFile', `DataFile::landing:/data/${name}`, {
    properties: { qualifiedName: `DataFile::landing:/data/${name}`, displayName: name },
    versions,
  });

const run = (...argv: string[]) => runCli(test.url, argv);

describe('isthmus find', () => {
  it('lists what was found', async () => {
    test.daemon.elements.push(file('orders.csv'), file('a\nb.csv'));
    expect((await run('find', '/data/')).stdout).toBe(
      [
        'TYPE     NAME        CHANGED  QUALIFIED NAME',
        'CSVFile  orders.csv  1 h ago  DataFile::landing:/data/orders.csv',
        'CSVFile  a\\nb.csv    1 h ago  DataFile::landing:/data/a\\nb.csv',
        '',
      ].join('\n'),
    );
  });

  it('cuts long names in the middle on a narrow terminal', async () => {
    test.daemon.elements.push(file('a/very/long/way/down/to/orders.csv'));
    const { stdout } = await runCli(test.url, ['find', 'orders'], { columns: 60 });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(stdout).toContain('to/orders.csv\n');
  });

  it('says how to see more', async () => {
    for (let number = 0; number < 5; number += 1) test.daemon.elements.push(file(`o'${number}.csv`));
    const { stdout, stderr } = await run('find', "o'", '--limit', '2', '--type', 'Asset');
    expect(stdout.split('\n')).toHaveLength(4);
    expect(stderr).toContain(`There is more: isthmus find 'o'\\''' --type Asset --limit 2 --start-from 2`);
  });

  it('says so when nothing is found', async () => {
    expect(await run('find', 'x')).toEqual({ exitCode: 0, stdout: '', stderr: 'Nothing with "x" was found.\n' });
  });

  it('answers 5 when the metadata access server does not', async () => {
    test.daemon.fail('findElements', 'STORE_UNREACHABLE', 'metadata-store did not answer');
    expect((await run('find', 'x')).exitCode).toBe(5);
  });
});

describe('isthmus show', () => {
  it.each([
    'orders.csv',
    'a\nb.csv',
    'with blank %2F.csv',
    'quote".csv',
    '../x',
  ])('shows %j by its name', async (name) => {
    test.daemon.elements.push(file(name));
    const { exitCode, stdout } = await run('show', `DataFile::landing:/data/${name}`, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).element.properties.qualifiedName).toBe(`DataFile::landing:/data/${name}`);
  });

  it('shows properties and related elements', async () => {
    const element = file('orders.csv');
    test.daemon.elements.push({
      ...element,
      properties: { ...element.properties, additionalProperties: { sizeInBytes: '12' }, storeUpdateTime: testNow },
      classifications: [{ classificationName: 'Confidentiality', properties: { levelIdentifier: 3 } }],
    });
    test.daemon.relatedByName.set('DataFile::landing:/data/orders.csv', [
      {
        relationship: { guid: 'r', typeName: 'NestedFile', properties: {}, versions },
        element: fakeElement('FileFolder', 'FileFolder::landing:/data'),
        elementAtEnd1: true,
      },
    ]);
    const { stdout } = await run('show', 'DataFile::landing:/data/orders.csv');
    expect(stdout).toContain(
      [
        'Properties',
        'additionalProperties.sizeInBytes  12',
        'displayName                       orders.csv',
        'storeUpdateTime                   2026-03-01 08:00:00 UTC',
        '',
        'Classification Confidentiality',
        'levelIdentifier  3',
        '',
        'Related: 1 element',
        'RELATIONSHIP  END  TYPE        QUALIFIED NAME',
        'NestedFile    1    FileFolder  FileFolder::landing:/data',
      ].join('\n'),
    );
  });

  it('answers 3 for a name that is not there', async () => {
    expect((await run('show', 'DataFile::x')).exitCode).toBe(3);
  });
});
