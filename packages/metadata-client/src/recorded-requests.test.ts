import { silentLogger, systemClock } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectMetadataServer } from './connect-metadata-server.js';
import type { SupportedRelease } from './release-detection.js';
import type { StoreConnection } from './store-connection.js';
import { guidOf, recordedBehaviour } from './testing/recording-stub.js';
import {
  bagsIn,
  isAccepted,
  queryKeysOf,
  type RecordedRequest,
  readRecordings,
  shapeOf,
  templateOf,
  unheardOf,
} from './testing/recordings.js';
import { TestServer } from './testing/test-server.js';

const never = new AbortController().signal;
const server = new TestServer();
let connection: StoreConnection;
let seen: RecordedRequest[];

/** What a request has that no recorded one of its kind has, and why that is right. */
const deviations: Readonly<Record<SupportedRelease, Readonly<Record<string, string>>>> = {
  '4.3': {
    'GET /open-metadata/platform-services/server-platform/origin: was not recorded':
      'asks for the release; platform-003 shows that 4.3 says 404, which is understood',
    'GET ~S/related-elements/relationship/*: was not recorded':
      'documented; asked only for a relationship that was not read before, which nothing in the daemon does',
    'POST ~S/related-elements/*/update-properties: was not recorded':
      'store-074 sends it; what was answered is kept apart',
    'POST ~S/related-elements/new: .properties':
      'documented member of the same name and form as in metadata-elements/new; left out when there are none',
    'POST ~S/metadata-elements/*/classifications/*/delete: .forLineage':
      'documented member of UpdateRequestBody; without it an archived element cannot be brought back',
    'POST ~S/metadata-elements/*/delete: .forLineage': 'as above; to delete an archived element',
  },
  '6.1': {
    'GET /servers/*/isthmus/capabilities: was not recorded':
      'asks whether it is our own server; a real one says 404, which is understood',
    'POST ~S/metadata-elements/*/linked-by-type/*/to-elements/*: was not recorded':
      'st-105 sends it; what was answered is kept apart',
    'POST ~S/metadata-elements/by-search-string/for-anchor/*: was not recorded':
      'documented; what a server cannot say of it is found out with the next comparison',
    'POST ~S/metadata-elements/by-search-string: .forLineage': 'member of BasicOptions, recorded in other requests',
    'POST ~S/metadata-elements/by-search-string: .forDuplicateProcessing': 'member of BasicOptions, as above',
    'POST ~S/metadata-elements/by-search-string: .endsWith': 'documented beside startsWith, which was recorded',
    'POST ~S/metadata-elements/by-search-string: .ignoreCase': 'documented beside startsWith, which was recorded',
    'POST ~S/metadata-elements/by-search-conditions: .sequencingProperty':
      'documented; only when somebody asks for an order by property',
    'POST ~S/relationships/by-guid/*: .forLineage': 'member of BasicOptions, recorded in other requests',
    'POST ~S/relationships/by-guid/*: .forDuplicateProcessing': 'member of BasicOptions, as above',
    'POST ~S/metadata-elements/*/history: .oldestFirst': 'documented; 6.1 does not heed it',
    'POST ~S/metadata-elements/*/history: .newestFirst':
      'for our own server; others ignore members that they do not know',
    'POST ~S/metadata-elements/*/classifications/*/delete: .forLineage':
      'st-214 sends it; without it an archived element cannot be brought back',
    'POST ~S/metadata-elements/*/delete: .forLineage': 'member of BasicOptions; to delete an archived element',
  },
};

/** Requests whose answers are kept apart, and what shows that they were accepted. */
const shownByLaterLines: Readonly<Record<string, string>> = {
  'st-215': 'st-216 finds it gone',
  'store-052': 'store-055 shows the classification',
};

/** What the recordings know. */
const known = {
  '4.3': { file: 'store:file:2', group: 'lab:group:files', pageSize: 100 },
  '6.1': { file: 'lab:file:2', group: 'lab group with blanks', pageSize: 10 },
} as const;

afterEach(async () => {
  connection.close();
  await server.stop();
});

describe.each(['4.3', '6.1'] as const)('the adapter of release %s', (release) => {
  const recordings = readRecordings(release);

  beforeEach(async () => {
    seen = [];
    server.behaviour = recordedBehaviour(recordings, seen);
    await server.start();
    connection = connect(release);
  });

  it('sends nothing that does not have the form of what a real server accepted', async () => {
    await everything(release, connection);
    const recorded = recordedShapes(release);
    const found = new Set(seen.flatMap((request) => unlikeRecorded(request, recorded)));
    expect([...found].filter((what) => !Object.hasOwn(deviations[release], what))).toEqual([]);
    // One that no longer shows would hide the next.
    expect(Object.keys(deviations[release]).filter((what) => !found.has(what))).toEqual([]);
  });

  it('reads what the recorded server answers', async () => {
    const { store, groups } = connection;
    const { file, group } = known[release];
    await expect(store.getByQualifiedName(file, {}, never)).resolves.toMatchObject({
      typeName: 'DataFile',
      superTypeNames: ['DataStore', 'DataAsset', 'Asset', 'Referenceable', 'OpenMetadataRoot'],
      properties: { qualifiedName: file, displayName: expect.any(String) },
    });
    await expect(store.getByQualifiedName('nope', { typeName: 'DataFile' }, never)).resolves.toBeUndefined();
    await expect(groups.read('no such group', undefined, never)).resolves.toMatchObject({ registrations: [] });
    const list = await groups.read(group, undefined, never);
    if (list === 'unchanged') throw new Error('nothing was known before');
    expect(list.group?.qualifiedName).toBe(group);
    expect(list.registrations.length).toBeGreaterThan(0);
    await expect(groups.read(group, list.etag, never)).resolves.toBe('unchanged');
    for (const { connectorName, connection: reached } of list.registrations) {
      expect(connectorName).not.toBe('');
      expect(reached?.providerName).not.toBe('');
    }
  });
});

it('a registration of 4.3 is read in the names of 6.1', async () => {
  const recordings = readRecordings('4.3');
  server.behaviour = recordedBehaviour(recordings, []);
  await server.start();
  connection = connect('4.3');
  const list = await connection.groups.read('lab:group:files', undefined, never);
  expect(list).toMatchObject({
    registrations: [
      {
        connectorName: 'files1',
        connectorUserId: 'files1npa',
        metadataCollectionQualifiedName: 'lab:source',
        refreshTimeInterval: 60,
        permittedSynchronization: 'FROM_THIRD_PARTY',
        connection: { networkAddress: '/data/landing', configurationProperties: { allowCatalogDelete: true } },
      },
    ],
  });
  const [related] = await connection.store.related(
    guidOf('d1'),
    { relationshipTypeName: 'NestedFile', startingAtEnd: 1 },
    never,
  );
  expect(related).toMatchObject({ elementAtEnd1: false, relationship: { guid: guidOf('r1'), typeName: 'NestedFile' } });
  expect(related?.element.classifications).toEqual([]);
  await expect(connection.store.identity(never)).resolves.toEqual({
    metadataCollectionId: '9d49743d-d788-440e-b936-f2db2824cc47',
  });
  await expect(connection.groups.readRegistration(guidOf('g9'), guidOf('c5'), never)).resolves.toBeUndefined();
});

function recordedShapes(release: SupportedRelease) {
  const accepted = readRecordings(release).filter(
    (exchange) => isAccepted(exchange) || Object.hasOwn(shownByLaterLines, exchange.id),
  );
  return { accepted, bags: accepted.flatMap(({ body }) => bagsIn(shapeOf(body))) };
}

function connect(release: SupportedRelease): StoreConnection {
  return connectMetadataServer(
    {
      url: server.url,
      serverName: 'mds1',
      userId: 'garygeeke',
      ...(release === '6.1' && { credentials: async () => ({ password: 'secret' }) }),
      groupPageSize: known[release].pageSize,
      limits: { maxRetries: 0 },
    },
    { types: standardTypes, clock: systemClock, logger: silentLogger, random: () => 0 },
  );
}

function unlikeRecorded(request: RecordedRequest, recorded: ReturnType<typeof recordedShapes>): readonly string[] {
  const template = templateOf(request.path);
  const accepted = recorded.accepted.filter(
    ({ method, path }) => method === request.method && templateOf(path) === template,
  );
  const found =
    accepted.length === 0
      ? ['was not recorded']
      : [
          ...(accepted.some(({ path }) => queryKeysOf(path) === queryKeysOf(request.path))
            ? []
            : [`has the query ${queryKeysOf(request.path)}`]),
          ...unheardOf(
            shapeOf(request.body),
            accepted.map(({ body }) => shapeOf(body)),
            recorded.bags,
          ),
        ];
  const store =
    /^(\/servers\/\*\/open-metadata\/(?:framework-services\/data-manager|access-services)\/open-metadata-store\/users\/\*)/;
  return found.map((what) => `${request.method} ${template.replace(store, '~S')}: ${what}`);
}

/** Every operation of the ports, in every form that their callers use. */
async function everything(release: SupportedRelease, connected: StoreConnection): Promise<void> {
  const { store, groups } = connected;
  const { file, group } = known[release];
  const unknown = 'nope';
  const [f1, f2, d1] = [guidOf('f1'), guidOf('f2'), guidOf('d1')];
  const properties = { displayName: 'one', description: 'd', additionalProperties: { a: '1' } };
  await tolerated(store.capabilities(never));
  await tolerated(store.identity(never));
  await tolerated(store.get(f1, {}, never));
  await tolerated(store.getByQualifiedName(file, {}, never));
  await tolerated(store.getByQualifiedName(unknown, { typeName: 'DataFile', forLineage: true }, never));
  await tolerated(store.findByString('file', {}, never));
  await tolerated(store.findByString('file', { typeName: 'DataFile', startsWith: true, pageSize: 10 }, never));
  await tolerated(
    store.find(undefined, { typeName: 'DataFile', sequencingOrder: 'CREATION_DATE_OLDEST', pageSize: 5 }, never),
  );
  await tolerated(
    store.find(
      undefined,
      { typeName: 'DataFile', sequencingOrder: 'PROPERTY_ASCENDING', sequencingProperty: 'qualifiedName' },
      never,
    ),
  );
  await tolerated(store.related(d1, { relationshipTypeName: 'NestedFile', startingAtEnd: 1 }, never));
  await tolerated(store.related(d1, { pageSize: 10 }, never));
  await tolerated(store.getRelationship(guidOf('r1'), {}, never));
  await tolerated(store.history(f1, {}, never));
  await tolerated(
    store.create(
      {
        typeName: 'DataFile',
        properties: { qualifiedName: 'q', ...properties },
        anchorGuid: d1,
        classifications: { Confidentiality: { notes: 'n' } },
        parent: { guid: d1, relationshipTypeName: 'NestedFile' },
      },
      never,
    ),
  );
  await tolerated(store.update(f2, properties, 'merge', undefined, never));
  await tolerated(store.update(f2, { qualifiedName: 'q', displayName: 'r' }, 'replace', undefined, never));
  await tolerated(store.classify(f1, 'Confidentiality', { notes: 'n' }, never));
  await tolerated(store.classify(f1, 'Memento', {}, never));
  await tolerated(store.declassify(f1, 'Confidentiality', never));
  await tolerated(store.relate('NestedFile', d1, f1, {}, never));
  await tolerated(store.relate('LineageMapping', d1, f1, { description: 'x' }, never));
  await tolerated(store.updateRelationship(guidOf('r1'), {}, 'merge', never));
  await tolerated(store.unrelate(guidOf('r1'), never));
  for (const method of ['SOFT_DELETE', 'ARCHIVE', 'PURGE', 'LOOK_FOR_LINEAGE'] as const)
    await tolerated(store.delete(f1, { method, cascade: true }, never));
  await batch(store, file);
  await tolerated(connected.outTopic('2d584e73-7846-4402-88bc-9952366e1d88lab:group', never));
  await tolerated(groups.read(group, undefined, never));
  await tolerated(groups.read(unknown, undefined, never));
  await tolerated(groups.readRegistration(guidOf('g1'), guidOf('c4'), never));
}

async function batch(store: MetadataStore, file: string): Promise<void> {
  const parent = { relationshipTypeName: 'NestedFile', qualifiedName: file };
  const operations = [
    { op: 'upsert', typeName: 'DataFile', qualifiedName: file, properties: { displayName: 'new' } },
    {
      op: 'upsert',
      typeName: 'DataFile',
      qualifiedName: 'nope',
      properties: { displayName: 'new' },
      parent,
      anchor: file,
    },
    { op: 'link', typeName: 'LineageMapping', end1: file, end2: file },
    { op: 'unlink', typeName: 'LineageMapping', end1: file, end2: file },
    { op: 'delete', qualifiedName: file },
  ] as const;
  await tolerated(store.writeBatch({ id: 'b', operations }, never));
}

/** Only what is sent matters here. */
async function tolerated(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
