import { silentLogger, systemClock } from '@isthmus/kernel';
import { standardTypes } from '@isthmus/model/standard-types';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoreConnection } from '../store-connection.js';
import { connectEgeria6 } from '../testing/connect-egeria6.js';
import { failure, json, type SeenRequest, TestServer } from '../testing/test-server.js';

const never = new AbortController().signal;
const groupName = 'IntegrationGroup::g';
const capabilities = { writeBatch: true, changeFeed: true, fencing: true, groupETag: true, groupMembers: true };
const server = new TestServer();
let connection: StoreConnection;
/** What the server holds: connector GUID -> version, which is told as the connector's name, too. */
let members: Map<string, string>;
let etag: string;
/** Called before each answer. */
let before: (request: SeenRequest) => void;

beforeEach(async () => {
  members = new Map([
    ['a', '1'],
    ['b', '1'],
    ['c', '1'],
  ]);
  etag = '"v1"';
  before = () => undefined;
  server.seen.length = 0;
  server.behaviour = (request, response) => {
    before(request);
    const last = request.path.split('/').at(-1);
    if (last === 'capabilities') return json(response, { capabilities });
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
    if (request.path.includes('/by-name/')) return json(response, { element: group() }, { etag });
    if (last === 'members') return json(response, { total: members.size, members: [...members] }, { etag });
    const elements = askedFor(request).filter((guid) => members.has(guid));
    json(response, { elements: elements.map(registered) }, { etag });
  };
  await server.start();
  connection = connectEgeria6(
    { url: server.url, serverName: 'mds1', userId: 'daemon', limits: { maxRetries: 0 } },
    { types: standardTypes(), clock: systemClock, logger: silentLogger, random: Math.random },
  );
});
afterEach(async () => {
  connection.close();
  await server.stop();
});

describe('a group read by the versions of its registrations', () => {
  it('asks for those alone that changed, and keeps the objects of the others', async () => {
    const first = await list();
    expect(first.map(nameOf)).toEqual(['a1', 'b1', 'c1']);
    members.set('b', '2').delete('c');
    members.set('d', '1');
    etag = '"v2"';
    server.seen.length = 0;
    const second = await list('"v1"');
    expect(second.map(nameOf)).toEqual(['a1', 'b2', 'd1']);
    expect(second[0]).toBe(first[0]);
    expect(asked()).toEqual(['b', 'd']);
  });

  it('builds upon the reading that its reader holds on to and upon no other', async () => {
    await list();
    etag = '"v2"';
    members.set('b', '2');
    await list('"v1"');
    // the reader refused v2 and has v1 still
    etag = '"v3"';
    server.seen.length = 0;
    expect((await list('"v1"')).map(nameOf)).toEqual(['a1', 'b2', 'c1']);
    expect(asked()).toEqual(['b']);
    // or it has something that was never read here
    etag = '"v4"';
    server.seen.length = 0;
    await list('"v0"');
    expect(asked()).toEqual(['a', 'b', 'c']);
  });

  it('begins again when its parts are of several versions, and gives up when they always are', async () => {
    let moves = 1;
    before = ({ path }) => {
      if (!path.endsWith('/connectors') || moves === 0) return;
      moves -= 1;
      etag = `"moved ${moves}"`;
    };
    expect(await list()).toHaveLength(3);
    moves = 100;
    await expect(read()).rejects.toMatchObject({ code: 'STORE_PAGES_CHANGED' });
  });

  it('reads long lists page by page, and does not take a short one for the whole', async () => {
    for (let index = 0; index < 300; index += 1) members.set(`n${index}`, '1');
    expect(await list()).toHaveLength(303);
    const posts = server.seen.filter(({ method }) => method === 'POST');
    expect(posts.map((request) => askedFor(request).length)).toEqual([200, 103]);
    const behaviour = server.behaviour;
    server.behaviour = (request, response) => {
      if (!request.path.endsWith('/members')) return behaviour(request, response);
      const startFrom = Number(request.query.get('startFrom'));
      const page = startFrom > 0 ? [] : [...members].slice(0, 100);
      json(response, { total: members.size, members: page }, { etag });
    };
    await expect(read()).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
  });

  it('believes no answer that lacks a registration, repeats one or tells another', async () => {
    const behaviour = server.behaviour;
    for (const elements of [
      ['a', 'b'],
      ['a', 'b', 'c', 'a'],
      ['a', 'b', 'x'],
    ]) {
      server.behaviour = (request, response) =>
        request.path.endsWith('/connectors')
          ? json(response, { elements: elements.map(registered) }, { etag })
          : behaviour(request, response);
      await expect(read()).rejects.toMatchObject({ code: 'STORE_PAGES_CHANGED' });
    }
  });

  it('names the field that is wrong', async () => {
    const behaviour = server.behaviour;
    server.behaviour = (request, response) =>
      request.path.endsWith('/members')
        ? json(response, { total: 1, members: [['a', 7]] }, { etag })
        : behaviour(request, response);
    await expect(read()).rejects.toMatchObject({ details: { field: 'members[0][1]' } });
  });

  it('begins again when the group goes away meanwhile', async () => {
    const behaviour = server.behaviour;
    server.behaviour = (request, response) =>
      request.path.endsWith('/members')
        ? failure(response, 404, { isthmusCode: 'ELEMENT_NOT_FOUND' })
        : request.path.includes('/by-name/') && server.seen.length > 3
          ? json(response, {})
          : behaviour(request, response);
    expect(await read()).toMatchObject({ registrations: [] });
  });
});

function read(known?: string) {
  return connection.groups.read(groupName, known, never);
}

async function list(known?: string) {
  const snapshot = await read(known);
  return snapshot === 'unchanged' ? [] : snapshot.registrations;
}

function asked(): readonly string[] {
  return server.seen.filter(({ path }) => path.endsWith('/connectors')).flatMap(askedFor);
}

function askedFor({ body }: SeenRequest): readonly string[] {
  const isRequest = typeof body === 'object' && body !== null && 'connectorGuids' in body;
  return isRequest && Array.isArray(body.connectorGuids) ? body.connectorGuids.map(String) : [];
}

function nameOf({ connectorName }: { readonly connectorName: string }): string {
  return connectorName;
}

function group() {
  return {
    elementHeader: { guid: 'group', versions: { version: 1 }, origin: { homeMetadataCollectionId: 'collection' } },
    properties: { qualifiedName: groupName },
  };
}

function registered(guid: string) {
  return {
    elementHeader: { guid, versions: { version: 1 } },
    connectorId: `registration-${guid}`,
    properties: { qualifiedName: `IntegrationConnector::${guid}` },
    registrationProperties: { connectorName: `${guid}${members.get(guid) ?? ''}` },
  };
}
