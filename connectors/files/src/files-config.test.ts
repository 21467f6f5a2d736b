import type { Connection } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { absoluteRoot } from './files-config.js';
import { filesConnector } from './index.js';
import { configurationFor, type TemporaryFolder, temporaryFolder } from './testing-folder.js';
import { entries, filesHost, properties } from './testing-host.js';

const java = 'org.odpi.openmetadata.adapters.connectors.integration.basicfiles';
const filesMonitor = `${java}.DataFilesMonitorIntegrationProvider`;
const folderMonitor = `${java}.DataFolderMonitorIntegrationProvider`;

function taken(providerName: string, networkAddress: string | undefined, configurationProperties = {}) {
  const connection: Connection = {
    providerName,
    configurationProperties,
    ...(networkAddress === undefined ? {} : { networkAddress }),
  };
  return filesConnector.replaces?.[providerName]?.(connection);
}

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => await folder.remove());

describe("a registration of one of Egeria's monitors", () => {
  it('of data files catalogues the folder that its endpoint names, whatever else it was told', () => {
    expect(taken(filesMonitor, 'landing-area')).toEqual({ root: 'landing-area' });
    const others = { templateQualifiedName: 'x', allowCatalogDelete: true, waitForDirectory: true };
    expect(taken(filesMonitor, 'file:///data', others)).toEqual({ root: 'file:///data' });
  });

  it('of a data folder catalogues the folder alone', async () => {
    await folder.write('a.csv', 'a\n1\n');
    await folder.write('sub/b.csv', 'a\n1\n');
    const host = filesHost(configurationFor(folder.path, Object(taken(folderMonitor, folder.path))));
    expect((await host.refresh()).failure).toBeUndefined();
    expect(entries(host)).toEqual(['FileFolder /']);
    expect(properties(host, '/')).toMatchObject({ pathName: folder.path });
  });

  it.each([filesMonitor, folderMonitor])('without an address says what is missing: %s', (name) => {
    expect(() => taken(name, undefined)).toThrow('catalog targets are not followed');
    expect(() => taken(name, '')).toThrow('no address');
  });
});

describe('the root', () => {
  it.each([
    ['/', '/'],
    ['/data/a b/?x=#y%20', '/data/a b/?x=#y%20'],
    ['/data/../etc/', '/etc'],
    ['file:///data/a%20b', '/data/a b'],
    ['file:/data', '/data'],
    ['file://localhost/data', '/data'],
  ])('is an absolute path or a file URL: %j', (root, path) => {
    expect(absoluteRoot(root)).toBe(path);
  });

  it.each([
    '../../etc',
    '.',
    'data',
    'ftp://x',
    '~/data',
    'C:/data',
    '/a\0b',
    'file:///a%00b',
  ])('is nothing else: a run by %j says what is wanted', async (root) => {
    const host = filesHost(configurationFor(root));
    const { failure } = await host.refresh();
    expect(failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect(String(failure)).toMatch(/absolute path; set `root`.*file:\/\//);
    expect(entries(host)).toEqual([]);
  });
});
