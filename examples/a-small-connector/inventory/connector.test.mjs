import { createServer } from 'node:http';
import { describeConnectorContract, recordingHost } from '@isthmus/connector-testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inventoryConnector } from './connector.mjs';

/** An archive on a free port of this machine whose inventory a test can change. */
async function openArchive() {
  const archive = { files: threeFiles(), status: 200, asked: [], written: 0, delayMs: 0 };
  const server = createServer((request, response) => {
    archive.asked.push(request.headers.authorization);
    if (request.method !== 'GET') archive.written += 1;
    response.statusCode = archive.status;
    const text = JSON.stringify({ files: archive.files });
    setTimeout(() => response.end(text), archive.delayMs).unref();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  archive.configuration = { url: `http://127.0.0.1:${server.address().port}/inventory.json`, pollSeconds: 3_600 };
  archive.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return archive;
}

function threeFiles() {
  const modified = '2026-01-31T09:00:00Z';
  return [
    { path: '/readme.txt', size: 12, modified },
    { path: '/maps/1890/harbour.png', size: 4_000, modified },
    { path: '/registers/baptisms.csv', size: 800, modified },
  ];
}

describe('the inventory connector', () => {
  let archive;
  let host;
  beforeEach(async () => {
    archive = await openArchive();
    host = recordingHost(inventoryConnector, archive.configuration, { source: 'archive' });
    await host.start();
  });
  afterEach(async () => {
    await host.stop();
    await archive.close();
  });

  async function refreshed(options) {
    const run = await host.refresh(options);
    expect(run.failure).toBeUndefined();
    return run;
  }

  it('catalogues every file, and the folders that their paths name', async () => {
    const run = await refreshed();
    expect([...host.elements().keys()].sort()).toEqual([
      'DataFile::archive:/maps/1890/harbour.png',
      'DataFile::archive:/readme.txt',
      'DataFile::archive:/registers/baptisms.csv',
      'FileFolder::archive:/',
      'FileFolder::archive:/maps',
      'FileFolder::archive:/maps/1890',
      'FileFolder::archive:/registers',
    ]);
    expect(host.elements().get('DataFile::archive:/registers/baptisms.csv')).toMatchObject({
      typeName: 'CSVFile',
      properties: { additionalProperties: { sizeInBytes: '800' } },
      parent: { relationshipTypeName: 'NestedFile', qualifiedName: 'FileFolder::archive:/registers' },
    });
    expect(run.completed).toEqual(['root', 'folder:/', 'folder:/maps', 'folder:/maps/1890', 'folder:/registers']);
  });

  it('sends a file again only when its size or time is another', async () => {
    await refreshed();
    archive.files[0].size = 13;
    expect((await refreshed()).changed).toEqual(['folder:/ readme.txt']);
  });

  it('lets a folder go with what lay in it when no path names it any more', async () => {
    await refreshed();
    archive.files = archive.files.filter(({ path }) => !path.startsWith('/maps'));
    expect((await refreshed()).removed.sort()).toEqual([
      'DataFile::archive:/maps/1890/harbour.png',
      'FileFolder::archive:/maps',
      'FileFolder::archive:/maps/1890',
    ]);
  });

  it.each([
    ['an archive that fails', (broken) => Object.assign(broken, { status: 500 })],
    ['an inventory that is none', (broken) => Object.assign(broken, { files: [{ path: 'no slash' }] })],
  ])('takes nothing as missing because of %s', async (_name, breakIt) => {
    await refreshed();
    breakIt(archive);
    const run = await host.refresh();
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect(run.removed).toEqual([]);
  });

  it('tells of a change by itself', async () => {
    await refreshed();
    expect(await host.connector.reconfigure({ ...archive.configuration, pollSeconds: 0.01 })).toBe('applied');
    archive.files.pop();
    await expect(host.nextChange(5_000)).resolves.toBeUndefined();
  });

  it('shows its token to the archive and to nobody else', async () => {
    const secret = { ...archive.configuration, token: 'open sesame' };
    archive.status = 403;
    const other = recordingHost(inventoryConnector, secret);
    const run = await other.refresh();
    expect(archive.asked.at(-1)).toBe('Bearer open sesame');
    expect(`${run.failure} ${JSON.stringify(other.logs)}`).not.toContain('sesame');
  });
});

describeConnectorContract(
  inventoryConnector,
  async () => {
    const archive = await openArchive();
    const modified = '2026-02-01T09:00:00Z';
    return {
      // a token, so that the contract can see that it appears nowhere
      configuration: { ...archive.configuration, token: 'harbour-master-1890' },
      break: async () => {
        archive.status = 503;
      },
      mend: async () => {
        archive.status = 200;
      },
      delay: async (delayMs) => {
        archive.delayMs = delayMs;
      },
      grow: async (count) => {
        for (let number = 0; number < count; number += 1)
          archive.files.push({ path: `/registers/${number}.txt`, size: number, modified });
      },
      addOddNames: async () => {
        const odd = ['a:b', 'a b', ' a b', 'A:b', 'a%3Ab', '"', "'", 'ü', 'u\u0308', '#1', '-'];
        for (const name of odd) archive.files.push({ path: `/maps/1890/${name}`, size: 1, modified });
        return odd.length;
      },
      reconfigured: async () => ({ ...archive.configuration, token: 'harbour-master-1890', pollSeconds: 1_800 }),
      change: async () => {
        archive.files[1] = { ...archive.files[1], size: 5_000, modified };
      },
      remove: async () => {
        archive.files = archive.files.filter(({ path }) => path !== '/registers/baptisms.csv');
      },
      rename: async () => {
        archive.files[0] = { ...archive.files[0], path: '/read-me-first.txt' };
      },
      fingerprint: async () => JSON.stringify([archive.files, archive.written]),
      close: archive.close,
    };
  },
  { without: ['breakHalfway', 'forbid'] },
);
