import { silentLogger, systemClock } from '@isthmus/kernel';
import type { BatchOperation, MetadataStore } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectMetadataServer } from '../connect-metadata-server.js';
import type { StoreConnection } from '../store-connection.js';
import { failure, json, TestServer } from '../testing/test-server.js';

const never = new AbortController().signal;
const server = new TestServer();
let connection: StoreConnection;
let store: MetadataStore;
/** Elements of a 4.3 server, by GUID. */
let elements: Record<string, FakeElement>;
/** Relationships: type, end 1, end 2. */
let links: [type: string, end1: string, end2: string][];
/** Ends of paths of writes that are refused, with the related HTTP code. */
let refused: Record<string, number>;

interface FakeElement {
  readonly typeName: string;
  readonly properties: Record<string, unknown>;
  readonly classifications?: Record<string, Record<string, string>>;
}

beforeEach(async () => {
  elements = {
    folder: { typeName: 'FileFolder', properties: { qualifiedName: 'folder', name: 'f' } },
    file: {
      typeName: 'DataFile',
      properties: {
        qualifiedName: 'file',
        name: 'one',
        additionalProperties: { owner: 'alice', 'isthmus.fileExtension': 'csv' },
      },
    },
  };
  links = [];
  refused = {};
  server.seen.length = 0;
  server.behaviour = ({ method, path, query, body }, response) => {
    if (method === 'GET' && path.includes('/origin')) return void response.writeHead(404).end('{}');
    const code = Object.entries(refused).find(([end]) => path.endsWith(end))?.[1];
    if (code !== undefined) return failure(response, code, { exceptionErrorMessageId: 'X' });
    const related = /\/related-elements\/([^/]+)\/(?:any-type|type\/(\w+))$/.exec(path);
    if (related !== null) {
      const [, guid, type] = related;
      const isFirst = query.get('startFrom') === '0';
      const atEnd1 = query.get('startingAtEnd') === '1';
      const found = links
        .filter((link) => (type === undefined || link[0] === type) && link[atEnd1 ? 1 : 2] === guid)
        .map((link) => ({ ...header(link[0]), relationshipGUID: link.join('-'), element: told(link[atEnd1 ? 2 : 1]) }));
      return json(response, isFirst && found.length > 0 ? { elementList: found } : {});
    }
    if (path.endsWith('/by-search-specification')) {
      const wanted = /"primitiveValue":"([^"]*)"/.exec(JSON.stringify(body))?.[1] ?? '';
      return json(response, elements[wanted] ? { elementList: [told(wanted)] } : {});
    }
    if (path.endsWith('/related-elements/new')) {
      const { typeName, metadataElement1GUID, metadataElement2GUID } = Object(body);
      links.push([typeName, metadataElement1GUID, metadataElement2GUID]);
    }
    if (method === 'GET') return json(response, { element: told(path.split('/').at(-1) ?? '') });
    json(response, path.endsWith('/metadata-elements/new') ? { guid: 'made' } : {});
  };
  await server.start();
  connection = connectMetadataServer(
    { url: server.url, serverName: 'mds1', userId: 'npa', release: '4.3', limits: { maxRetries: 0 } },
    { types: standardTypes, clock: systemClock, logger: silentLogger, random: () => 0 },
  );
  store = connection.store;
});
afterEach(async () => {
  connection.close();
  await server.stop();
});

describe('an element of a 4.3 server', () => {
  const child = {
    typeName: 'DataFile',
    properties: { qualifiedName: 'new', displayName: 'n' },
    anchorGuid: 'folder',
    classifications: { Confidentiality: { notes: 'x' } },
    parent: { guid: 'folder', relationshipTypeName: 'NestedFile' },
  } as const;

  it('is made in one request for itself and one for each thing that belongs to it', async () => {
    await expect(store.create(child, never)).resolves.toBe('made');
    expect(writes()).toEqual([
      'metadata-elements/new',
      'metadata-elements/made/classifications/Confidentiality/new',
      'metadata-elements/made/classifications/Anchors/new',
      'related-elements/new',
    ]);
    expect(server.seen.at(-1)?.body).toMatchObject({ metadataElement1GUID: 'folder', metadataElement2GUID: 'made' });
  });

  it('is taken away again when what belongs to it is refused', async () => {
    refused = { '/related-elements/new': 400 };
    await expect(store.create(child, never)).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    expect(writes().at(-1)).toBe('metadata-elements/made/delete');
  });

  it('is not begun when 4.3 cannot say what belongs to it', async () => {
    const parent = { guid: 'folder', relationshipTypeName: 'MonitoredResource' };
    await expect(store.create({ ...child, parent }, never)).rejects.toMatchObject({ code: 'TYPE_UNKNOWN' });
    expect(writes()).toEqual([]);
  });

  it('that was cut off while it was made is completed by the same batch', async () => {
    elements.new = { typeName: 'DataFile', properties: { qualifiedName: 'new', name: 'n' } };
    const operation = {
      op: 'upsert',
      typeName: 'DataFile',
      qualifiedName: 'new',
      properties: { displayName: 'n' },
      anchor: 'folder',
      parent: { relationshipTypeName: 'NestedFile', qualifiedName: 'folder' },
    } as const;
    expect(await outcomes(operation)).toEqual(['updated']);
    expect(writes()).toEqual(['metadata-elements/new/classifications/Anchors/new', 'related-elements/new']);
    elements.new = { ...elements.new, classifications: { Anchors: { anchorGUID: 'folder' } } };
    server.seen.length = 0;
    expect(await outcomes(operation)).toEqual(['unchanged']);
    expect(writes()).toEqual([]);
  });

  it('is written no second time for what 4.3 cannot keep', async () => {
    links = [['AttributeForSchema', 'folder', 'file']];
    const parent = { relationshipTypeName: 'AttributeForSchema', qualifiedName: 'folder', properties: { position: 3 } };
    const classifications = { DataScope: {} };
    const properties = { displayName: 'one', fileExtension: 'csv' };
    const operation = { op: 'upsert', typeName: 'DataFile', qualifiedName: 'file', properties } as const;
    expect(await outcomes({ ...operation, classifications, parent })).toEqual(['unchanged']);
    expect(writes()).toEqual([]);
  });

  it('keeps what others wrote into the map that holds what 4.3 has no attribute for', async () => {
    await expect(store.update('file', { fileExtension: 'txt' }, 'merge', undefined, never)).resolves.toBe(true);
    expect(sent()).toMatchObject({ replaceProperties: false });
    expect(Object.keys(mapOf(sent())).sort()).toEqual(['isthmus.fileExtension', 'owner']);
    server.seen.length = 0;
    await expect(store.update('file', { fileExtension: 'csv' }, 'merge', undefined, never)).resolves.toBe(false);
    expect(writes()).toEqual([]);
  });

  it('is archived rather than deleted when it is part of lineage', async () => {
    await store.delete('file', { method: 'LOOK_FOR_LINEAGE' }, never);
    expect(writes()).toEqual(['metadata-elements/file/delete']);
    links = [['LineageMapping', 'file', 'folder']];
    await store.delete('file', { method: 'LOOK_FOR_LINEAGE' }, never);
    expect(writes().at(-1)).toBe('metadata-elements/file/classifications/Memento/new');
  });

  it('tells at which end its relatives lie, in the ends of 6.1', async () => {
    elements.connection = { typeName: 'Connection', properties: { qualifiedName: 'connection' } };
    links = [
      ['NestedFile', 'folder', 'file'],
      ['ConnectionToAsset', 'connection', 'file'],
    ];
    const found = await store.related('file', {}, never);
    expect(found.map(({ relationship, elementAtEnd1 }) => [relationship.typeName, elementAtEnd1])).toEqual([
      ['NestedFile', true],
      ['AssetConnection', false],
    ]);
    const asked = { relationshipTypeName: 'AssetConnection', startingAtEnd: 1 } as const;
    await expect(store.related('file', asked, never)).resolves.toMatchObject([{ element: { guid: 'connection' } }]);
    await expect(store.related('file', { startingAtEnd: 2 }, never)).resolves.toHaveLength(1);
    await expect(store.related('file', { startFrom: 1, pageSize: 5 }, never)).resolves.toHaveLength(1);
  });

  it('is told the GUID of a relationship that was made by looking for it', async () => {
    links = [['ConnectionEndpoint', 'folder', 'file']];
    await expect(store.relate('ConnectToEndpoint', 'file', 'folder', {}, never)).resolves.toBe(
      'ConnectionEndpoint-folder-file',
    );
    expect(server.seen.find(({ path }) => path.endsWith('/related-elements/new'))?.body).toMatchObject({
      typeName: 'ConnectionEndpoint',
      metadataElement1GUID: 'folder',
      metadataElement2GUID: 'file',
    });
  });

  it('finds nothing by a property that 4.3 has not, without asking', async () => {
    const conditions = {
      matchCriteria: 'ALL',
      conditions: [{ property: 'resourceName', operator: 'EQ', value: 'x' }],
    } as const;
    await expect(store.find(conditions, { typeName: 'DataFile' }, never)).resolves.toEqual([]);
    expect(server.seen.filter(({ path }) => path.includes('/metadata-elements/'))).toEqual([]);
  });
});

async function outcomes(...operations: readonly BatchOperation[]) {
  const { items } = await store.writeBatch({ id: 'b', operations }, never);
  return items.map(({ outcome }) => outcome);
}

/** Paths of requests that change something, below the root of the store. */
function writes(): string[] {
  return server.seen
    .filter(({ method, path }) => method === 'POST' && !path.includes('/by-search-'))
    .map(({ path }) => path.split('/users/npa/')[1] ?? path);
}

function sent(): unknown {
  return server.seen.at(-1)?.body;
}

function mapOf(body: unknown): object {
  return Object(body).properties.propertyValueMap.additionalProperties.mapValues.propertyValueMap;
}

function header(typeName: string, superTypeNames: readonly string[] = []) {
  return {
    type: { typeName, superTypeNames },
    status: 'ACTIVE',
    origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionId: 'c' },
    versions: { createdBy: 'x', createTime: 1_700_000_000_000, version: 1 },
  };
}

function told(guid: string): object {
  const { typeName, properties, classifications = {} } = elements[guid] ?? { typeName: 'DataFile', properties: {} };
  return {
    ...header(typeName, ['DataStore', 'Asset', 'Referenceable', 'OpenMetadataRoot']),
    elementGUID: guid,
    elementProperties: wrap(properties),
    classifications: Object.entries(classifications).map(([classificationName, values]) => ({
      classificationName,
      classificationProperties: wrap(values),
    })),
  };
}

function wrap(values: Readonly<Record<string, unknown>>): object {
  const pairs = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null
      ? { class: 'MapTypePropertyValue', mapValues: wrap({ ...value }) }
      : { class: 'PrimitiveTypePropertyValue', typeName: 'string', primitiveValue: value },
  ]);
  return { propertyValueMap: Object.fromEntries(pairs) };
}

describe('Egeria4Store beyond what 4.3 has one request for', () => {
  it('fills the placeholders of a template itself, and says which template it copies', async () => {
    elements.template = { typeName: 'DataFile', properties: { qualifiedName: 'template', description: 'of ~{shop}~' } };
    const made = { typeName: 'DataFile', templateGuid: 'template', properties: { qualifiedName: 'new' } };
    expect(await store.createFromTemplate({ ...made, placeholders: { shop: 'Ghent' } }, never)).toBe('made');
    const { body } = server.seen.find(({ path }) => path.endsWith('/metadata-elements/new')) ?? {};
    expect(body).toMatchObject({ templateGUID: 'template' });
    expect(JSON.stringify(body)).toContain('of Ghent');
    const taken = { ...made, properties: { qualifiedName: 'file' } };
    await expect(store.createFromTemplate(taken, never)).rejects.toMatchObject({ code: 'ELEMENT_EXISTS' });
  });

  it('writes in the name of another user and of a source', async () => {
    const externalSource = { guid: 'source', name: 'SoftwareCapability::shop' };
    await store.as({ userId: 'ada', externalSource }).classify('file', 'Criticality', {}, never);
    expect(server.seen.at(-1)).toMatchObject({
      path: expect.stringContaining('/users/ada/'),
      body: { externalSourceGUID: 'source', externalSourceName: 'SoftwareCapability::shop' },
    });
  });

  it('refuses to publish, and says what to do instead', async () => {
    await expect(store.setPublished('file', true, never)).rejects.toMatchObject({
      code: 'STORE_REFUSED',
      next: expect.stringContaining('ZoneMembership'),
    });
  });
});
