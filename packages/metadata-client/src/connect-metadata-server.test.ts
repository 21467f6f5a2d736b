import { silentLogger, systemClock } from '@isthmus/kernel';
import { standardTypes } from '@isthmus/model/standard-types';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectMetadataServer } from './connect-metadata-server.js';
import type { StoreConnection } from './store-connection.js';
import { json, TestServer } from './testing/test-server.js';

const never = new AbortController().signal;
const server = new TestServer();
let connection: StoreConnection;
/** What the platform says of itself, by path; anything else is 404. */
let texts: Record<string, string>;
/** Ends of paths that are answered in the envelope. */
let envelopes: Record<string, object>;

const origin6 = '/open-metadata/platform-services/server-platform/origin';
const origin4 = '/open-metadata/platform-services/users/npa/server-platform/origin';
const type6 = '/open-metadata-types/name/IntegrationGroup';
const collection4 = '/metadata-collection-id';
const groups5 = '/governance-configuration-service/users/npa/integration-groups/by-name/none';
const find6 = '/by-search-conditions';
const find4 = '/by-search-specification';

beforeEach(async () => {
  texts = {};
  envelopes = { [collection4]: { metadataCollectionId: 'c' }, [find6]: {}, [find4]: {} };
  server.seen.length = 0;
  server.behaviour = (request, response) => {
    const text = texts[request.path];
    if (text !== undefined) return void response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    const envelope = Object.entries(envelopes).find(([end]) => request.path.endsWith(end))?.[1];
    if (envelope !== undefined) return json(response, envelope);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"status":404}');
  };
  await server.start();
});
afterEach(async () => {
  connection.close();
  await server.stop();
});

describe('the release of a metadata server', () => {
  it.each([
    ['its origin in the path of 6', { [origin6]: 'Egeria OMAG Server Platform (version 6.1)' }, find6],
    ['its origin in the path of 6, of a later one', { [origin6]: 'Egeria OMAG Server Platform (version 7.0)' }, find6],
    ['its origin in the path of 4', { [origin4]: 'Egeria OMAG Server Platform (version 4.3-SNAPSHOT)\n' }, find4],
  ])('is told by %s', async (_name, told, path) => {
    texts = told;
    await use();
    expect(server.seen.at(-1)?.path.endsWith(path)).toBe(true);
  });

  it.each([
    ['6', { [type6]: { typeDef: {} }, [find6]: {} }, find6],
    ['6 whose server does not run', { [type6]: { relatedHTTPCode: 404 }, [find6]: {} }, find6],
    ['4.3', { [collection4]: { metadataCollectionId: 'c' }, [find4]: {} }, find4],
  ])('is found by asking its store when the origin says nothing: %s', async (_name, told, path) => {
    envelopes = told;
    await use();
    expect(server.seen.at(-1)?.path.endsWith(path)).toBe(true);
  });

  it('is asked once, by all who begin at a time', async () => {
    texts = { [origin6]: 'Egeria OMAG Server Platform (version 6.1)' };
    open();
    await Promise.all([find(), find(), find()]);
    await find();
    expect(server.seen.filter(({ path }) => path === origin6)).toHaveLength(1);
  });

  it('is asked again after the server was away, and may be another one', async () => {
    texts = { [origin6]: 'Egeria OMAG Server Platform (version 6.1)' };
    await use();
    await server.stop();
    await expect(find()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    texts = { [origin4]: 'Egeria OMAG Server Platform (version 4.3)\n' };
    await server.start();
    await find();
    expect(server.seen.at(-1)?.path.endsWith(find4)).toBe(true);
  });

  it('is asked again when the server no longer knows a path', async () => {
    texts = { [origin6]: 'Egeria OMAG Server Platform (version 6.1)' };
    await use();
    texts = { [origin4]: 'Egeria OMAG Server Platform (version 4.3)\n' };
    envelopes = { [find4]: {} };
    await expect(find()).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
    await find();
    expect(server.seen.at(-1)?.path.endsWith(find4)).toBe(true);
  });

  it.each([
    ['auto', { [origin6]: 'Egeria OMAG Server Platform (version 5.3)' }, /is Egeria 5\.3/],
    ['auto', { [origin6]: '<html>' }, /does not tell which release/],
    ['4.3', { [origin6]: 'Egeria OMAG Server Platform (version 6.1)' }, /is 4\.3, but .* says that it is Egeria 6\.1/],
  ] as const)('that is %s at %j is refused by the name of the key and the fix', async (release, told, message) => {
    texts = told;
    envelopes = {};
    open(release);
    await expect(find()).rejects.toMatchObject({
      code: 'STORE_ANSWER_INVALID',
      retryable: true,
      message: expect.stringMatching(message),
      next: expect.stringContaining('metadataServer.release'),
      details: { field: 'metadataServer.release' },
    });
  });

  it('that is configured is believed when the origin says nothing', async () => {
    open('4.3');
    await find();
    expect(server.seen.at(-1)?.path.endsWith(find4)).toBe(true);
  });

  it.each([
    ['its origin', { [origin4]: 'Egeria OMAG Server Platform (version 5.3)' }, {}, /is Egeria 5\.3/],
    ['its service for groups', {}, { [groups5]: {}, [collection4]: { metadataCollectionId: 'c' } }, /is Egeria 5/],
  ])('is known to be 5 by %s, and refused: nothing is written in the words of another', async (_by, told, known, message) => {
    texts = told;
    envelopes = known;
    open();
    await expect(find()).rejects.toMatchObject({
      message: expect.stringMatching(message),
      next: expect.stringMatching(/^bring the platform to one of 4\.3, 6\.1/),
    });
    expect(server.seen.filter(({ path }) => path.endsWith(find4) || path.endsWith(find6))).toEqual([]);
  });
});

async function use(): Promise<void> {
  open();
  await find();
}

function open(release: 'auto' | '4.3' | '6.1' = 'auto'): void {
  connection = connectMetadataServer(
    { url: server.url, serverName: 'mds1', userId: 'npa', release, limits: { maxRetries: 0 } },
    { types: standardTypes, clock: systemClock, logger: silentLogger, random: () => 0 },
  );
}

async function find(): Promise<void> {
  await connection.store.find(undefined, { typeName: 'DataFile', pageSize: 1 }, never);
}
