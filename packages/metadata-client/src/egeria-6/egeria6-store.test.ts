import { silentLogger, systemClock } from '@isthmus/kernel';
import type { BatchOperation } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoreConnection } from '../store-connection.js';
import { connectEgeria6 } from '../testing/connect-egeria6.js';
import { type Behaviour, failure, json, TestServer } from '../testing/test-server.js';

const never = new AbortController().signal;
const server = new TestServer();
let connection: StoreConnection;
/** Answers by the end of the path; anything else is a plain Egeria's 404. */
let answers: Record<string, Behaviour>;

const header = {
  headerVersion: 0,
  status: 'ACTIVE',
  type: { typeName: 'DataFile', superTypeNames: ['DataStore', 'Asset', 'Referenceable', 'OpenMetadataRoot'] },
  origin: {
    sourceServer: 'mds1',
    originCategory: 'LOCAL_COHORT',
    homeMetadataCollectionId: 'collection',
    homeMetadataCollectionName: 'mds1',
  },
  versions: { createdBy: 'garygeeke', createTime: '2026-11-21T02:13:35.316+00:00', version: 2 },
};

beforeEach(async () => {
  answers = {};
  server.seen.length = 0;
  server.behaviour = (request, response) => {
    const [, answer] = Object.entries(answers).find(([end]) => request.path.endsWith(end)) ?? [];
    if (answer) return answer(request, response);
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 404, error: 'Not Found', path: request.path }));
  };
  await server.start();
  connection = connectEgeria6(
    { url: server.url, serverName: 'mds1', userId: 'npa', limits: { maxRetries: 0, breakerFailures: 100 } },
    { types: standardTypes(), clock: systemClock, logger: silentLogger, random: () => 0 },
  );
});
afterEach(async () => {
  connection.close();
  await server.stop();
});

describe('Egeria6Store reads', () => {
  it('an element with plain values inside', async () => {
    answers['/metadata-elements/f1'] = (_request, response) => json(response, { element: element('f1') });
    await expect(connection.store.get('f1', { forLineage: true }, never)).resolves.toEqual({
      guid: 'f1',
      typeName: 'DataFile',
      superTypeNames: ['DataStore', 'Asset', 'Referenceable', 'OpenMetadataRoot'],
      status: 'ACTIVE',
      origin: {
        originCategory: 'LOCAL_COHORT',
        homeMetadataCollectionId: 'collection',
        homeMetadataCollectionName: 'mds1',
      },
      versions: { createdBy: 'garygeeke', createTime: 1795227215316, version: 2 },
      classifications: [{ classificationName: 'Anchors', properties: { anchorTypeName: 'DataFile' } }],
      properties: { qualifiedName: 'lab:f1', additionalProperties: { region: 'EU' }, storeUpdateTime: 5 },
    });
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      path: '/servers/mds1/open-metadata/access-services/open-metadata-store/users/npa/metadata-elements/f1',
      body: { forLineage: true },
    });
  });

  it('nothing where the server says that there is nothing, or only for lineage', async () => {
    for (const id of ['OMAG-REPOSITORY-HANDLER-404-007', 'OMAG-REPOSITORY-HANDLER-400-010']) {
      answers['/metadata-elements/f1'] = (_request, response) =>
        failure(response, Number(id.slice(24, 27)), { exceptionErrorMessageId: id });
      await expect(connection.store.get('f1', {}, never)).resolves.toBeUndefined();
    }
    answers['/metadata-elements/f1'] = (_request, response) =>
      failure(response, 404, { exceptionErrorMessageId: 'OMAG-MULTI-TENANT-404-001' });
    await expect(connection.store.get('f1', {}, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it('by name with one condition, believing only an equal name, and the first of two', async () => {
    answers['/by-search-conditions'] = (_request, response) =>
      json(response, { elements: [element('f2', 'lab:f1', 20), element('f1', 'lab:f1', 10), element('f3')] });
    const found = await connection.store.getByQualifiedName('lab:f1', { typeName: 'DataFile' }, never);
    expect(found?.guid).toBe('f1');
    expect(server.seen[0]?.body).toMatchObject({
      metadataElementTypeName: 'DataFile',
      searchProperties: {
        matchCriteria: 'ALL',
        conditions: [
          {
            property: 'qualifiedName',
            operator: 'EQ',
            value: { class: 'PrimitiveTypePropertyValue', typeName: 'string', primitiveValue: 'lab:f1' },
          },
        ],
      },
    });
    answers['/by-search-conditions'] = (_request, response) => json(response, {});
    await expect(connection.store.getByQualifiedName('lab:f1', {}, never)).resolves.toBeUndefined();
  });

  it('related elements with their direction', async () => {
    answers['/related-elements/fo/type/NestedFile'] = (_request, response) =>
      json(response, { relatedElementList: { elementList: [related()] } });
    const options = { relationshipTypeName: 'NestedFile', startingAtEnd: 1, pageSize: 5 } as const;
    const found = await connection.store.related('fo', options, never);
    expect(found).toMatchObject([
      { relationship: { guid: 'r1', typeName: 'NestedFile' }, element: { guid: 'f1' }, elementAtEnd1: false },
    ]);
    expect(server.seen[0]?.query.get('startingAtEnd')).toBe('1');
    expect(server.seen[0]?.body).toMatchObject({ startFrom: 0, pageSize: 5 });
  });

  it.each([
    [{ elements: {} }, 'elements'],
    [{ elements: [{}] }, 'elements[0].type'],
    [{ elements: [{ ...element('f1'), elementGUID: 7 }] }, 'elements[0].elementGUID'],
    [{ elements: [{ ...element('f1'), versions: { createTime: 'soon' } }] }, 'elements[0].versions.createTime'],
    [{ elements: [{ ...element('f1'), elementProperties: { propertyValueMap: 3 } }] }, 'elements[0].elementProperties'],
  ])('and names the field of a wrong answer: %j', async (members, field) => {
    answers['/by-search-string'] = (_request, response) => json(response, members);
    await expect(connection.store.findByString('', {}, never)).rejects.toMatchObject({
      code: 'STORE_ANSWER_INVALID',
      details: { field },
    });
  });
});

describe('Egeria6Store writes', () => {
  it('values wrapped by the type, which it asks for once when it does not know it', async () => {
    answers['/metadata-elements/f1'] = (_request, response) => json(response, { element: element('f1') });
    answers['/update-properties'] = (_request, response) => json(response, { flag: true });
    const { store } = connection;
    const update = { displayName: 'x', storeUpdateTime: 7 };
    await expect(store.update('f1', update, 'replace', { guid: 's', name: 'n' }, never)).resolves.toBe(true);
    await store.update('f1', update, 'merge', undefined, never);
    expect(server.seen.map(({ path }) => path.split('/').at(-1))).toEqual([
      'f1',
      'update-properties',
      'update-properties',
    ]);
    expect(server.seen[1]?.body).toMatchObject({
      mergeUpdate: false,
      externalSourceGUID: 's',
      externalSourceName: 'n',
      properties: {
        propertyValueMap: { storeUpdateTime: { primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_DATE', primitiveValue: 7 } },
      },
    });
    await expect(store.update('f1', { nosuch: 1 }, 'merge', undefined, never)).rejects.toMatchObject({
      code: 'PROPERTY_UNKNOWN',
    });
    expect(server.seen).toHaveLength(3);
  });

  it('a new element with anchor, parent and classifications, once', async () => {
    answers['/metadata-elements'] = (_request, response) => void response.writeHead(503).end();
    const element = {
      typeName: 'DataFile',
      properties: { qualifiedName: 'lab:f1' },
      anchorGuid: 'a',
      parent: { guid: 'p', relationshipTypeName: 'NestedFile' },
      classifications: { Confidentiality: { confidentialityLevel: 2 } },
    };
    await expect(connection.store.create(element, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(server.seen).toHaveLength(1);
    answers['/metadata-elements'] = (_request, response) => json(response, { guid: 'new' });
    await expect(connection.store.create(element, never)).resolves.toBe('new');
    expect(server.seen[1]?.body).toMatchObject({
      typeName: 'DataFile',
      isOwnAnchor: false,
      anchorGUID: 'a',
      parentGUID: 'p',
      parentRelationshipTypeName: 'NestedFile',
      parentAtEnd1: true,
      initialClassifications: { Confidentiality: { propertyValueMap: expect.anything() } },
    });
    answers['/metadata-elements'] = (_request, response) => json(response, {});
    await expect(connection.store.create(element, never)).rejects.toMatchObject({ details: { field: 'guid' } });
  });
});

describe('what a server can do beyond Egeria', () => {
  const ours = { writeBatch: true, changeFeed: true, fencing: true, groupETag: true };
  const told: Behaviour = (_request, response) => json(response, { capabilities: ours });

  it('is asked once, and again after the connection was lost', async () => {
    answers['/capabilities'] = told;
    const { store } = connection;
    await expect(store.capabilities(never)).resolves.toEqual(ours);
    await store.capabilities(never);
    expect(server.seen).toHaveLength(1);
    await server.stop();
    await store.get('f1', {}, never).catch(() => undefined);
    await server.start();
    await store.capabilities(never);
    expect(server.seen).toHaveLength(2);
  });

  it('is nothing on a plain Egeria, but a server of ours is never taken for one', async () => {
    const { store } = connection;
    await expect(store.capabilities(never)).resolves.toMatchObject({ writeBatch: false, fencing: false });
    await expect(store.changes(0, { waitMs: 0, limit: 1 }, never)).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    await loseConnection();
    answers['/capabilities'] = told;
    await expect(store.capabilities(never)).resolves.toEqual(ours);
    await loseConnection();
    answers = {};
    await expect(store.capabilities(never)).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
  });

  it('is asked again of a plain Egeria after a while, as it may have been a gateway that knew no better', async () => {
    let now = 0;
    const { store, close } = connectEgeria6(
      { url: server.url, serverName: 'mds1', userId: 'npa' },
      {
        types: standardTypes(),
        clock: { ...systemClock, monotonic: () => now },
        logger: silentLogger,
        random: Math.random,
      },
    );
    await expect(store.capabilities(never)).resolves.toMatchObject({ changeFeed: false });
    answers['/capabilities'] = told;
    await expect(store.capabilities(never)).resolves.toMatchObject({ changeFeed: false });
    now = 10 * 60_000;
    await expect(store.capabilities(never)).resolves.toEqual(ours);
    close();
  });

  it('is not guessed from a page that is no answer', async () => {
    answers['/capabilities'] = (_request, response) => void response.writeHead(404).end('<html>');
    await expect(connection.store.capabilities(never)).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
  });

  it('sends a batch with its grant, and checks that every operation has its result', async () => {
    answers['/capabilities'] = told;
    const items = [{ outcome: 'refused', error: { code: 'TYPE_UNKNOWN', message: 'no' } }];
    answers['/write-batch'] = (_request, response) =>
      json(response, { result: { items, changeSequence: 9, sequenceBefore: 8, lastChange } });
    const lastChange = { sequence: 9, guid: 'g', eventType: 'DELETED_ELEMENT_EVENT', time: 5 };
    const operation = { op: 'delete', qualifiedName: 'x' } as const;
    const batch = { id: 'b', grant: { slot: 'daemon|ä', token: 7 }, operations: [operation] };
    const { store } = connection;
    await expect(store.writeBatch(batch, never)).resolves.toEqual({
      items,
      changeSequence: 9,
      sequenceBefore: 8,
      lastChange,
    });
    expect(server.seen.at(-1)).toMatchObject({
      path: '/servers/mds1/isthmus/users/npa/write-batch',
      headers: { 'x-isthmus-grant': '7 daemon%7C%C3%A4' },
      body: batch,
    });
    await expect(store.writeBatch({ ...batch, operations: [] }, never)).resolves.toMatchObject({ items });
    await expect(store.writeBatch({ ...batch, operations: [operation, operation] }, never)).rejects.toMatchObject({
      code: 'STORE_ANSWER_INVALID',
      details: { field: 'result.items' },
    });
    answers['/write-batch'] = (_request, response) => failure(response, 409, { isthmusCode: 'GRANT_SUPERSEDED' });
    await expect(store.writeBatch(batch, never)).rejects.toMatchObject({ code: 'GRANT_SUPERSEDED' });
  });

  it('sends a batch in the name of the user that it names', async () => {
    answers['/capabilities'] = told;
    answers['/write-batch'] = (_request, response) =>
      json(response, { result: { items: [], changeSequence: 1, sequenceBefore: 0 } });
    await connection.store.writeBatch({ id: 'b', userId: 'c1 npa', operations: [] }, never);
    expect(server.seen.at(-1)).toMatchObject({ path: '/servers/mds1/isthmus/users/c1%20npa/write-batch' });
    expect(server.seen.at(-1)?.body).toEqual({ id: 'b', operations: [] });
  });

  it('writes what is guarded element by element to a server of ours that knows no guards, under the same grant', async () => {
    answers['/capabilities'] = told;
    answers['/write-batch'] = (_request, response) =>
      json(response, { result: { items: [{ outcome: 'created' }], changeSequence: 1, sequenceBefore: 0 } });
    const upsert = { op: 'upsert', typeName: 'Glossary', qualifiedName: 'x', properties: {} } as const;
    const batch = { id: 'b', grant: { slot: 'd', token: 7 } };
    const paths = () => server.seen.splice(0).map(({ path }) => path);
    await connection.store.writeBatch({ ...batch, operations: [upsert] }, never);
    expect(paths().at(-1)).toContain('/write-batch');
    await connection.store
      .writeBatch({ ...batch, operations: [{ ...upsert, guards: {} }] }, never)
      .catch(() => undefined);
    expect(server.seen.filter(({ path }) => path.includes('/write-batch'))).toEqual([]);
    expect(server.seen.length).toBeGreaterThan(0);
    server.seen.splice(0);
    answers['/capabilities'] = (_request, response) => json(response, { capabilities: { ...ours, guards: true } });
    await loseConnection();
    await connection.store.writeBatch({ ...batch, operations: [{ ...upsert, guards: {} }] }, never);
    expect(paths().at(-1)).toContain('/write-batch');
  });

  it('writes what is guarded of links element by element to a server of ours that guards no links', async () => {
    const link = {
      op: 'link',
      typeName: 'DataFlow',
      end1: 'x',
      end2: 'y',
      properties: { label: 'a' },
      guards: {},
    } as const;
    const unlink = { op: 'unlink', typeName: 'DataFlow', end1: 'x', end2: 'y', keepsOthers: true } as const;
    const apply = async (capabilities: object, operation: BatchOperation = link) => {
      answers['/capabilities'] = (_request, response) => json(response, { capabilities: { ...ours, ...capabilities } });
      answers['/write-batch'] = (_request, response) =>
        json(response, { result: { items: [{ outcome: 'created' }], changeSequence: 1, sequenceBefore: 0 } });
      await loseConnection();
      server.seen.splice(0);
      await connection.store.writeBatch({ id: 'b', operations: [operation] }, never).catch(() => undefined);
      return server.seen.some(({ path }) => path.includes('/write-batch'));
    };
    const { guards: _, ...clear } = { ...link, clear: ['label'] };
    for (const operation of [link, unlink, clear])
      expect([await apply({}, operation), await apply({ linkGuards: true }, operation)]).toEqual([false, true]);
  });

  it('asks a plain Egeria in the name of the user that a batch names', async () => {
    const operations = [{ op: 'delete', qualifiedName: 'x' }] as const;
    await connection.store.writeBatch({ id: 'b', userId: 'c1npa', operations }, never).catch(() => undefined);
    expect(server.seen.filter(({ path }) => path.includes('/access-services/')).map(({ path }) => path)).toEqual(
      expect.arrayContaining([expect.stringContaining('/users/c1npa/')]),
    );
  });

  it('follows changes without their content', async () => {
    answers['/capabilities'] = told;
    const header = (guid: string, typeName: string) => ({
      guid,
      type: { typeName, superTypeNames: ['Referenceable'] },
    });
    answers['/changes'] = (_request, response) =>
      json(response, {
        events: [
          {
            sequence: 5,
            eventType: 'NEW_ELEMENT_CREATED',
            eventTime: 1,
            elementHeader: header('r', 'NestedFile'),
            endOneElementHeader: header('a', 'FileFolder'),
            endTwoElementHeader: header('b', 'DataFile'),
          },
        ],
        next: 5,
      });
    await expect(connection.store.changes(4, { waitMs: 10, limit: 3 }, never)).resolves.toEqual({
      changes: [
        {
          sequence: 5,
          eventType: 'NEW_ELEMENT_CREATED',
          time: 1,
          guid: 'r',
          typeName: 'NestedFile',
          superTypeNames: ['Referenceable'],
          end1Guid: 'a',
          end2Guid: 'b',
        },
      ],
      next: 5,
    });
    expect(String(server.seen.at(-1)?.query)).toBe('after=4&waitMs=10&limit=3');
    for (const next of [3, -5, 4.5, 1e300, 'wrong', undefined]) {
      answers['/changes'] = (_request, response) => json(response, { events: [], next });
      await expect(connection.store.changes(4, { waitMs: 10, limit: 3 }, never)).rejects.toMatchObject({
        code: 'STORE_ANSWER_INVALID',
        details: { field: 'next' },
      });
    }
    answers['/changes'] = (_request, response) => failure(response, 410, { isthmusCode: 'CHANGES_TOO_OLD' });
    await expect(connection.store.changes(4, { waitMs: 10, limit: 3 }, never)).rejects.toMatchObject({
      code: 'CHANGES_TOO_OLD',
    });
  });
});

async function loseConnection(): Promise<void> {
  await server.stop();
  await connection.store.get('f1', {}, never).catch(() => undefined);
  await server.start();
}

/** As a real 6.1 answers. */
function element(guid: string, qualifiedName = `lab:${guid}`, createTime?: number): object {
  return {
    ...header,
    ...(createTime !== undefined && { versions: { ...header.versions, createTime } }),
    elementGUID: guid,
    classifications: [
      {
        class: 'AttachedClassification',
        classificationName: 'Anchors',
        classificationProperties: { propertyValueMap: { anchorTypeName: text('DataFile') } },
      },
    ],
    elementProperties: {
      propertyValueMap: {
        qualifiedName: text(qualifiedName),
        additionalProperties: {
          class: 'MapTypePropertyValue',
          typeName: 'map<string,string>',
          mapValues: { propertyValueMap: { region: text('EU') } },
        },
        storeUpdateTime: {
          class: 'PrimitiveTypePropertyValue',
          typeName: 'date',
          primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_DATE',
          primitiveValue: 5,
        },
      },
      propertyCount: 3,
    },
  };
}

function related(): object {
  return {
    ...header,
    type: { typeName: 'NestedFile' },
    relationshipGUID: 'r1',
    element: element('f1'),
    elementAtEnd1: false,
  };
}

function text(value: string): object {
  return {
    class: 'PrimitiveTypePropertyValue',
    typeName: 'string',
    primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_STRING',
    primitiveValue: value,
  };
}

describe("Egeria6Store in another's name", () => {
  const author = {
    userId: 'ada',
    externalSource: { guid: 'source', name: 'SoftwareCapability::shop' },
    grant: { slot: 'd|c|g|k', token: 7 },
  } as const;

  it('writes by that user, for that source, under that grant, and leaves the store as it is', async () => {
    const done: Behaviour = (_request, response) => json(response, { guid: 'made', flag: true });
    Object.assign(answers, { '/metadata-elements': done, '/Criticality': done, '/related-elements': done });
    const store = connection.store.as(author);
    await store.create({ typeName: 'DataFile', properties: { qualifiedName: 'f' } }, never);
    await store.classify('made', 'Criticality', {}, never);
    await store.relate('DataFlow', 'made', 'other', {}, never);
    await connection.store.classify('made', 'Criticality', {}, never);
    const [last, ...written] = [...server.seen].reverse();
    expect(written).toHaveLength(3);
    for (const { path, headers, body } of written) {
      expect(path).toContain('/users/ada/');
      expect(headers['x-isthmus-grant']).toBe('7 d%7Cc%7Cg%7Ck');
      expect(body).toMatchObject({ externalSourceGUID: 'source', externalSourceName: 'SoftwareCapability::shop' });
    }
    expect(last?.path).toContain('/users/npa/');
    expect(last?.headers['x-isthmus-grant']).toBeUndefined();
    expect(last?.body).not.toHaveProperty('externalSourceGUID');
  });

  it('knows the types that the store has learnt', async () => {
    answers['/metadata-elements'] = (_request, response) => json(response, { guid: 'made' });
    answers['/update-properties'] = (_request, response) => json(response, { flag: true });
    await connection.store.create({ typeName: 'DataFile', properties: { qualifiedName: 'f' } }, never);
    await connection.store.as(author).update('made', { description: 'x' }, 'merge', undefined, never);
    expect(server.seen.map(({ path }) => path.split('/').at(-1))).toEqual(['metadata-elements', 'update-properties']);
  });
});

describe('Egeria6Store makes from templates, dates and publishes', () => {
  it('in the words of 6.1', async () => {
    const done: Behaviour = (_request, response) => json(response, { guid: 'made' });
    for (const end of ['/from-template', '/update-effectivity', '/publish', '/withdraw', '/delete'])
      answers[end] = done;
    const { store } = connection;
    await store.createFromTemplate(
      {
        typeName: 'DataFile',
        templateGuid: 't1',
        placeholders: { fileName: 'week1.csv' },
        properties: { qualifiedName: 'f' },
        anchorGuid: 'a1',
        parent: { guid: 'p1', relationshipTypeName: 'NestedFile' },
        effectiveFrom: 5,
      },
      never,
    );
    await store.setEffectivity({ element: 'e', classification: 'Criticality' }, { effectiveTo: 9 }, never);
    await store.setPublished('e', false, never);
    await store.delete('e', { method: 'ARCHIVE', archive: { date: 3, process: 'tidying' } }, never);
    expect(server.seen.map(({ path, body }) => [path.split('/metadata-elements/')[1], body])).toMatchObject([
      [
        'from-template',
        {
          templateGUID: 't1',
          allowRetrieve: false,
          placeholderPropertyValues: { fileName: 'week1.csv' },
          anchorGUID: 'a1',
          isOwnAnchor: false,
          parentGUID: 'p1',
          parentRelationshipTypeName: 'NestedFile',
          parentAtEnd1: true,
          effectiveFrom: 5,
        },
      ],
      ['e/classifications/Criticality/update-effectivity', { effectiveTo: 9 }],
      ['e/withdraw', {}],
      ['e/delete', { deleteMethod: 'ARCHIVE', archiveDate: 3, archiveProcess: 'tidying' }],
    ]);
  });

  it('finds by classifications beside conditions', async () => {
    answers['/by-search-conditions'] = (_request, response) => json(response, {});
    await connection.store.find(undefined, { typeName: 'Asset', classifications: ['Criticality', 'Ownership'] }, never);
    expect(server.seen[0]?.body).toMatchObject({
      metadataElementTypeName: 'Asset',
      matchClassifications: { matchCriteria: 'ALL', conditions: [{ name: 'Criticality' }, { name: 'Ownership' }] },
    });
  });
});

describe('Egeria6Store deletes in a plain Egeria', () => {
  const operations = [{ op: 'delete', qualifiedName: 'lab:f1' }] as const;
  const deleted = () => connection.store.writeBatch({ id: 'd', operations }, never);
  beforeEach(() => {
    answers['/by-search-conditions'] = (_request, response) => json(response, { elements: [element('f1')] });
    answers['/delete'] = (_request, response) => json(response, {});
  });

  it('and tells what went along, page by page', async () => {
    const pages = [[element('c1'), element('c2')], [element('c2'), element('c3')], []];
    answers['/for-anchor/f1'] = (_request, response) =>
      json(response, { element: { ...element('f1'), matchingElements: pages.shift() } });
    expect(await deleted()).toMatchObject({ items: [{ outcome: 'deleted' }], fallen: ['c1', 'c2', 'c3'] });
    const asked = server.seen.filter(({ path }) => path.endsWith('/metadata-elements/by-search-string/for-anchor/f1'));
    expect(asked.map(({ body }) => body)).toMatchObject([
      { searchString: '', startFrom: 0, pageSize: 500 },
      { startFrom: 500 },
      { startFrom: 1000 },
    ]);
  });

  it('all the same where it cannot say what goes along', async () => {
    expect(await deleted()).toMatchObject({ items: [{ outcome: 'deleted' }] });
    answers['/for-anchor/f1'] = (_request, response) => json(response, { element: { matchingElements: 7 } });
    expect(await deleted()).toMatchObject({ items: [{ outcome: 'deleted' }] });
    answers['/for-anchor/f1'] = (_request, response) => failure(response, 500, { exceptionErrorMessageId: 'ODD-500' });
    expect(await deleted()).toMatchObject({ items: [{ outcome: 'deleted' }] });
  });
});
