import { silentLogger, systemClock } from '@isthmus/kernel';
import { standardTypes } from '@isthmus/model/standard-types';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoreConnection } from '../store-connection.js';
import { connectEgeria6 } from '../testing/connect-egeria6.js';
import { failure, json, type SeenRequest, TestServer } from '../testing/test-server.js';

const never = new AbortController().signal;
const groupName = 'IntegrationGroup::a/b c';
const server = new TestServer();
let connection: StoreConnection;

/** What the server holds; each test changes it. */
let world: {
  isThere: boolean;
  version: number;
  etag: string | undefined;
  connectors: object[];
  /** Called before each answer, with the number of the request. */
  before: (request: SeenRequest, count: number) => void;
};

beforeEach(async () => {
  world = { isThere: true, version: 1, etag: undefined, connectors: [], before: () => undefined };
  server.seen.length = 0;
  server.behaviour = (request, response) => {
    world.before(request, server.seen.length);
    if (request.path.endsWith('/isthmus/capabilities')) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"status":404}');
      return;
    }
    const tag: Readonly<Record<string, string>> = world.etag === undefined ? {} : { etag: world.etag };
    if (world.etag !== undefined && request.headers['if-none-match'] === world.etag) {
      response.writeHead(304, tag).end();
      return;
    }
    if (request.path.includes('/by-name/')) return json(response, world.isThere ? { element: group() } : {}, tag);
    if (!world.isThere) return failure(response, 404, { exceptionErrorMessageId: 'OMAG-REPOSITORY-HANDLER-404-007' });
    const asked = /integration-connectors\/([^/]+)\/registrations$/.exec(request.path)?.[1];
    if (asked !== undefined) {
      const isRegistered = world.connectors.some((item) => JSON.stringify(item).includes(`"guid":"${asked}"`));
      return json(response, isRegistered ? { guids: ['another-group', 'group-guid'] } : {});
    }
    const guid = /integration-connectors\/(.+)$/.exec(request.path)?.[1];
    if (guid !== undefined) {
      const found = world.connectors.find((item) => JSON.stringify(item).includes(`"guid":"${guid}"`));
      return json(response, found ? { registeredIntegrationConnector: found } : {});
    }
    const element = /metadata-elements\/([^/]+)$/.exec(request.path)?.[1];
    if (element !== undefined) return json(response, { element: { elementGUID: element } });
    const from = Number(request.query.get('startingFrom'));
    const page = world.connectors.slice(from, from + Number(request.query.get('maximumResults')));
    json(response, page.length > 0 ? { elements: page } : {}, tag);
  };
  await server.start();
  connection = connectEgeria6(
    {
      url: server.url,
      serverName: 'mds1',
      userId: 'daemon user',
      groupPageSize: 2,
      limits: { maxRetries: 0 },
    },
    { types: standardTypes(), clock: systemClock, logger: silentLogger, random: Math.random },
  );
});
afterEach(async () => {
  connection.close();
  await server.stop();
});

describe('Egeria6GroupReader', () => {
  it('reads a group as an integration daemon of Egeria does, page by page until one is empty', async () => {
    world.connectors = [registered('a'), registered('b'), registered('c')];
    const snapshot = await read();
    expect(server.seen.map(({ path, query }) => `${path}?${query}`.replace(/^.*\/users\//, ''))).toEqual([
      'daemon%20user/integration-groups/by-name/IntegrationGroup%3A%3Aa%2Fb%20c?',
      'daemon%20user/integration-groups/group-guid/integration-connectors?startingFrom=0&maximumResults=2',
      'daemon%20user/integration-groups/group-guid/integration-connectors?startingFrom=2&maximumResults=2',
      'daemon%20user/integration-groups/group-guid/integration-connectors?startingFrom=3&maximumResults=2',
      'daemon%20user/integration-groups/by-name/IntegrationGroup%3A%3Aa%2Fb%20c?',
    ]);
    expect(snapshot).toMatchObject({
      group: { guid: 'group-guid', qualifiedName: groupName, version: 1 },
      metadataCollectionId: 'collection',
    });
    expect(guids(snapshot)).toEqual(['a', 'b', 'c']);
  });

  it('reads every field of a registration', async () => {
    world.connectors = [
      registered('a', {
        connectorName: 'rich',
        connectorUserId: 'c1npa',
        metadataCollectionQualifiedName: 'lab:collection',
        startDate: '2001-09-09T01:46:40.000+00:00',
        refreshTimeInterval: 60,
        connectorShutdownDate: 4070908800000,
        permittedSynchronization: 'FROM_THIRD_PARTY',
        generateConnectorActivityReports: true,
      }),
    ];
    const snapshot = await read();
    expect(snapshot === 'unchanged' ? [] : snapshot.registrations).toEqual([
      {
        connectorId: 'registration-a',
        connectorGuid: 'a',
        qualifiedName: 'IntegrationConnector::a',
        displayName: 'shown a',
        connectorName: 'rich',
        connectorUserId: 'c1npa',
        metadataCollectionQualifiedName: 'lab:collection',
        refreshTimeInterval: 60,
        startDate: 1000000000000,
        connectorShutdownDate: 4070908800000,
        permittedSynchronization: 'FROM_THIRD_PARTY',
        generateConnectorActivityReports: true,
        usesBlockingCalls: false,
        connection: {
          guid: 'connection-a',
          providerName: 'files',
          networkAddress: '/landing-area',
          elements: { connectorType: {}, endpoint: {} },
          configurationProperties: { include: ['*.csv'], nested: { deep: 1 } },
        },
        version: 3,
      },
    ]);
  });

  it('fills in what Egeria leaves out, and shows what cannot run without a connection', async () => {
    world.connectors = [registered('a', {}, { connection: { class: 'Connection', qualifiedName: 'c' } })];
    expect(await registrationsRead()).toEqual([
      {
        connectorId: 'registration-a',
        connectorGuid: 'a',
        qualifiedName: 'IntegrationConnector::a',
        displayName: 'shown a',
        connectorName: 'shown a',
        refreshTimeInterval: 0,
        permittedSynchronization: 'BOTH_DIRECTIONS',
        generateConnectorActivityReports: false,
        usesBlockingCalls: false,
        version: 3,
      },
    ]);
    world.connectors = [registered('a', { permittedSynchronization: 'SIDEWAYS', refreshTimeInterval: -1 })];
    expect(await registrationsRead()).toMatchObject([{ permittedSynchronization: 'OTHER', refreshTimeInterval: 0 }]);
  });

  it('leaves out a bare registration, as Egeria runs none, but does not say that it is gone', async () => {
    const { connectorId: _, registrationProperties: __, ...bare } = registered('a');
    world.connectors = [bare, registered('b')];
    expect(guids(await read())).toEqual(['b']);
    await expect(connection.groups.readRegistration('group-guid', 'a', never)).rejects.toMatchObject({
      code: 'STORE_ANSWER_INVALID',
    });
  });

  it('tells a group that is not there from an answer that says nothing', async () => {
    world.isThere = false;
    expect(await read()).toMatchObject({ registrations: [] });
    expect(await read()).not.toHaveProperty('group');
    server.behaviour = (_request, response) => void response.end('{}');
    await expect(read()).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
  });

  it('asks our server with its ETag, and is answered without a page', async () => {
    world.etag = '"v7"';
    world.connectors = [registered('a')];
    const first = await read();
    expect(first).toMatchObject({ etag: '"v7"' });
    expect(server.seen.map(({ path }) => path.split('/').at(-1))).toEqual([
      'IntegrationGroup%3A%3Aa%2Fb%20c',
      'capabilities',
      'integration-connectors',
      'integration-connectors',
    ]);
    expect(await read('"v7"')).toBe('unchanged');
    expect(server.seen).toHaveLength(5);
  });

  it('takes no version of the list that not every page confirmed', async () => {
    world.etag = '"v7"';
    world.connectors = [registered('a'), registered('b'), registered('c')];
    const behaviour = server.behaviour;
    // something in between tells the first page from memory, without its version and without what was added since
    server.behaviour = (request, response) =>
      request.query.get('startingFrom') === '0'
        ? json(response, { elements: [registered('a')] })
        : request.query.get('startingFrom') === '1'
          ? json(response, {})
          : behaviour(request, response);
    const lied = await read();
    expect(guids(lied)).toEqual(['a']);
    server.behaviour = behaviour;
    expect(guids(await read(lied === 'unchanged' ? undefined : lied.etag))).toEqual(['a', 'b', 'c']);
  });

  it('hashes the list of a real Egeria, whatever the order of pages', async () => {
    world.connectors = [registered('a'), registered('b')];
    const first = await read();
    const etag = first === 'unchanged' ? '' : first.etag;
    world.connectors.reverse();
    expect(await read(etag)).toBe('unchanged');
    expect(server.seen.at(-1)?.headers['if-none-match']).toBeUndefined();
    world.connectors = [registered('a'), registered('b', { refreshTimeInterval: 5 })];
    expect(await read(etag)).toMatchObject({ registrations: expect.anything() });
  });

  it('begins again when an entry shows on two pages, and gives up when the list never holds still', async () => {
    world.connectors = [registered('a'), registered('b'), registered('c')];
    // A registration is added in front while the first reading is between its pages.
    world.before = (request, count) => {
      if (count === 3 && request.query.get('startingFrom') === '2') world.connectors.unshift(registered('z'));
    };
    expect(guids(await read())).toEqual(['z', 'a', 'b', 'c']);
    world.before = (request) => {
      if (request.query.get('startingFrom') === '2') world.connectors.unshift(registered(`n${server.seen.length}`));
    };
    await expect(read()).rejects.toMatchObject({ code: 'STORE_PAGES_CHANGED' });
  });

  it('begins again when the group or its version changes between first and last page', async () => {
    world.connectors = [registered('a')];
    world.before = (request, count) => {
      if (count === 3 && request.query.has('startingFrom')) world.version = 2;
    };
    expect(await read()).toMatchObject({ group: { version: 2 } });
    expect(server.seen.length).toBe(8);
    world.etag = '"v1"';
    server.seen.length = 0;
    world.before = (_request, count) => {
      if (count === 4) world.etag = '"v2"';
    };
    expect(await read()).toMatchObject({ etag: '"v2"' });
  });

  it('begins again when a page is longer than asked, or the group goes away meanwhile', async () => {
    world.connectors = [registered('a')];
    const behaviour = server.behaviour;
    server.behaviour = (request, response) =>
      request.query.has('startingFrom')
        ? json(response, { elements: [registered('a'), registered('b'), registered('c')] })
        : behaviour(request, response);
    await expect(read()).rejects.toMatchObject({ code: 'STORE_PAGES_CHANGED' });
    server.behaviour = behaviour;
    server.seen.length = 0;
    world.before = (_request, count) => {
      if (count === 2) world.isThere = false;
    };
    expect(await read()).toMatchObject({ registrations: [] });
  });

  it('names the field that is wrong', async () => {
    world.connectors = [registered('a'), { ...registered('b'), properties: { qualifiedName: 7 } }];
    await expect(read()).rejects.toMatchObject({
      code: 'STORE_ANSWER_INVALID',
      details: { field: 'elements[1].properties.qualifiedName' },
    });
    const { registrationProperties: _, ...unregistered } = registered('a');
    world.connectors = [unregistered];
    await expect(read()).rejects.toMatchObject({ details: { field: 'elements[0].registrationProperties' } });
    world.connectors = [registered('a', { permittedSynchronization: 7 })];
    await expect(read()).rejects.toMatchObject({
      details: { field: 'elements[0].registrationProperties.permittedSynchronization' },
    });
    world.connectors = [registered('a', { startDate: 'tomorrow' })];
    await expect(read()).rejects.toMatchObject({
      details: { field: 'elements[0].registrationProperties.startDate' },
    });
  });

  it('does not take an answer that lost its content for a registration that is gone', async () => {
    world.connectors = [registered('a')];
    const behaviour = server.behaviour;
    server.behaviour = (request, response) =>
      request.path.endsWith('/integration-connectors/a') ? json(response, {}) : behaviour(request, response);
    const point = () => connection.groups.readRegistration('group-guid', 'a', never);
    await expect(point()).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
    world.connectors = [];
    await expect(point()).resolves.toBeUndefined();
  });

  it('takes answers without any content for no word about a registration', async () => {
    const point = () => connection.groups.readRegistration('group-guid', 'a', never);
    for (const nothing of [{}, { relatedHTTPCode: 200 }, { elements: [] }, { element: {} }]) {
      server.behaviour = (_request, response) => json(response, nothing);
      await expect(point()).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
    }
    server.behaviour = (_request, response) => json(response, { element: { elementGUID: 'another' } });
    await expect(point()).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
    server.behaviour = (request, response) =>
      request.path.endsWith('/metadata-elements/a')
        ? failure(response, 404, { exceptionErrorMessageId: 'OMAG-REPOSITORY-HANDLER-404-007' })
        : json(response, {});
    await expect(point()).resolves.toBeUndefined();
  });

  it('takes no word that a registration is gone from a server that has just found its words again', async () => {
    world.connectors = [registered('a')];
    const behaviour = server.behaviour;
    for (const silent of [1, 2]) {
      const before = server.seen.length;
      server.behaviour = (request, response) =>
        server.seen.length - before <= silent ? json(response, { relatedHTTPCode: 200 }) : behaviour(request, response);
      const point = connection.groups.readRegistration('group-guid', 'a', never);
      await expect(point).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
    }
  });

  it('reads one registration alone, and says gone only when the server does', async () => {
    world.connectors = [registered('a')];
    const point = (guid: string) => connection.groups.readRegistration('group-guid', guid, never);
    expect(await point('a')).toMatchObject({ connectorId: 'registration-a' });
    expect(await point('b')).toBeUndefined();
    world.isThere = false;
    expect(await point('a')).toBeUndefined();
    server.behaviour = (_request, response) => void response.writeHead(500).end();
    await expect(point('a')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    server.behaviour = (_request, response) =>
      failure(response, 404, { exceptionErrorMessageId: 'OMAG-MULTI-TENANT-404-001' });
    await expect(point('a')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    server.behaviour = (_request, response) =>
      json(response, { registeredIntegrationConnector: registered('another') });
    await expect(point('a')).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
  });
});

function read(etag?: string) {
  return connection.groups.read(groupName, etag, never);
}

async function registrationsRead() {
  const snapshot = await read();
  return snapshot === 'unchanged' ? [] : snapshot.registrations;
}

function guids(snapshot: Awaited<ReturnType<typeof read>>): readonly string[] {
  return snapshot === 'unchanged' ? [] : snapshot.registrations.map(({ connectorGuid }) => connectorGuid);
}

function group(): object {
  return {
    elementHeader: header('group-guid', world.version),
    properties: { class: 'IntegrationGroupProperties', qualifiedName: groupName, displayName: 'g1' },
  };
}

function registered(guid: string, registration: object = {}, properties: object = {}) {
  return {
    elementHeader: header(guid, 3),
    properties: {
      class: 'IntegrationConnector',
      qualifiedName: `IntegrationConnector::${guid}`,
      displayName: `shown ${guid}`,
      connection: {
        class: 'Connection',
        guid: `connection-${guid}`,
        connectorType: { class: 'ConnectorType', connectorProviderClassName: 'files' },
        endpoint: { class: 'Endpoint', networkAddress: '/landing-area' },
        configurationProperties: { include: ['*.csv'], nested: { deep: 1, nothing: null }, none: null },
      },
      ...properties,
    },
    connectorId: `registration-${guid}`,
    registrationProperties: { class: 'RegisteredIntegrationConnectorProperties', ...registration },
  };
}

function header(guid: string, version: number): object {
  return {
    class: 'ElementHeader',
    guid,
    type: { typeName: 'IntegrationConnector', superTypeNames: [] },
    origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionId: 'collection' },
    versions: { createdBy: 'garygeeke', createTime: '2026-11-21T02:16:29.432+00:00', version },
  };
}
