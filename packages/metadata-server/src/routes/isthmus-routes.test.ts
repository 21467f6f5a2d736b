import { isthmusFace } from '@isthmus/model';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient } from '../testing/test-client.js';
import { startTestServer, type TestServer } from '../testing/test-server.js';

let server: TestServer;
let client: TestClient;
beforeAll(async () => {
  server = await startTestServer();
  client = new TestClient(server);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const path = isthmusFace.writeBatch('mds1', 'c1npa');
const file = (name: string) => ({
  op: 'upsert',
  typeName: 'DataFile',
  qualifiedName: `DataFile::t:${name}`,
  properties: { displayName: name, storeCreateTime: 1_763_600_000_000 },
});
const write = (body: unknown, headers: Record<string, string> = {}) => client.send('POST', path, body, headers);
const changesPath = (query: string) => `${isthmusFace.changes('mds1')}?${query}`;

describe('write-batch', () => {
  it('takes plain values and answers a result per operation', async () => {
    const answer = await write({ id: 'b1', operations: [file('a'), file('b'), { ...file('c'), typeName: 'NoSuch' }] });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      relatedHTTPCode: 200,
      result: {
        items: [
          { outcome: 'created' },
          { outcome: 'created' },
          { outcome: 'refused', error: { code: 'TYPE_UNKNOWN' } },
        ],
        changeSequence: expect.any(Number),
      },
    });
  });

  it('repeats its answer when it is sent again', async () => {
    const batch = { id: 'b2', operations: [file('again')] };
    const first = await write(batch);
    expect((await write(batch)).body.result).toEqual(first.body.result);
  });

  it('refuses a batch whose header and body name different grants, however fresh the other one is', async () => {
    const grant = (token: number, slot = 'torn') => ({ slot, token });
    const header = ({ slot, token }: { slot: string; token: number }) => ({ 'x-isthmus-grant': `${token} ${slot}` });
    const batch = (id: string, body?: object) => ({ id, operations: [file('torn')], ...(body && { grant: body }) });
    expect((await write(batch('t1', grant(2)), header(grant(2)))).status).toBe(200);
    for (const [inHeader, inBody] of [
      [grant(1), grant(2)],
      [grant(2), grant(1)],
      [grant(1), grant(1, 'other')],
      [grant(1, 'other'), grant(1)],
    ] as const) {
      const answer = await write(batch('t2', inBody), header(inHeader));
      expect(answer).toMatchObject({ status: 400, body: { isthmusCode: 'REQUEST_INVALID' } });
    }
    expect((await write(batch('t3'), header(grant(1)))).body.isthmusCode).toBe('GRANT_SUPERSEDED');
  });

  it.each([
    ['no id', { operations: [] }, 'body'],
    ['a key that it does not know', { id: 'x', operations: [], dryRun: true }, 'body'],
    ['operations that are no list', { id: 'x', operations: {} }, 'operations'],
    ['an unknown operation', { id: 'x', operations: [file('a'), { op: 'merge' }] }, 'operations[1].op'],
    ['a wrong field', { id: 'x', operations: [{ ...file('a'), qualifiedName: 5 }] }, 'operations[0].qualifiedName'],
    ['an unknown field', { id: 'x', operations: [{ ...file('a'), typo: 1 }] }, 'operations[0]'],
    [
      'too many operations',
      { id: 'x', operations: Array(2_001).fill({ op: 'delete', qualifiedName: 'x' }) },
      'operations',
    ],
  ])('with %s is refused, naming the place', async (_fault, batch, field) => {
    const { status, body } = await write(batch);
    expect(status).toBe(400);
    expect(body).toMatchObject({ relatedHTTPCode: 400, isthmusCode: 'REQUEST_INVALID' });
    expect(String(body.exceptionErrorMessage)).toContain(` ${field} `);
  });

  it('over 16 MB is refused before it is read', async () => {
    const { status, body } = await write({
      id: 'x',
      operations: [{ ...file('a'), properties: { n: 'x'.repeat(17_000_000) } }],
    });
    expect([status, body.isthmusCode]).toEqual([413, 'REQUEST_TOO_LARGE']);
  });

  it('under a grant that was given up is refused, as is a single write', async () => {
    const grant = (token: number) => ({ [isthmusFace.grantHeader]: `${token} ${encodeURIComponent('daemon/a b')}` });
    expect((await write({ id: 'g1', operations: [file('g')] }, grant(7))).status).toBe(200);
    const late = await write({ id: 'g2', operations: [file('g')] }, grant(6));
    expect([late.status, late.body.isthmusCode]).toEqual([409, 'GRANT_SUPERSEDED']);
    expect(late.body.exceptionErrorMessage).toMatch(/slot daemon\/a b has been granted anew$/);
    const ahead = Date.UTC(2030, 0);
    expect((await write({ id: 'g4', operations: [file('g')] }, grant(ahead))).status).toBe(200);
    const behind = await write({ id: 'g5', operations: [file('g')] }, grant(Date.UTC(2029, 0)));
    expect(behind.body.exceptionErrorMessage).toContain('writes are taken again from 2030-01-01T00:00:00.000Z on');
    const single = await client.post('metadata-elements', { typeName: 'DataFile' }, grant(6));
    expect(single.body).toMatchObject({ relatedHTTPCode: 409, isthmusCode: 'GRANT_SUPERSEDED' });
    const unreadable = await write({ id: 'g3', operations: [] }, { [isthmusFace.grantHeader]: 'daemon;6' });
    expect([unreadable.status, unreadable.body.isthmusCode]).toEqual([400, 'REQUEST_INVALID']);
  });
});

describe('changes', () => {
  it('tell what happened, in order, as events of Egeria with a number', async () => {
    const { body: before } = await client.send('GET', isthmusFace.identity('mds1'));
    const start = sequenceOf(before);
    const folder = await client.create('FileFolder', { qualifiedName: 'FileFolder::t:/' });
    const guid = await client.create('DataFile', { qualifiedName: 'DataFile::t:/change' });
    await client.relate('NestedFile', folder, guid);
    const { body } = await client.send('GET', changesPath(`after=${start}&limit=10`));
    expect(body.events).toMatchObject([
      {
        sequence: start + 1,
        eventType: 'NEW_ELEMENT_CREATED',
        elementHeader: { guid: folder, type: { typeName: 'FileFolder' } },
      },
      { sequence: start + 2, elementHeader: { guid, type: { superTypeNames: expect.arrayContaining(['Asset']) } } },
      {
        eventType: 'NEW_ELEMENT_CREATED',
        elementHeader: { type: { typeName: 'NestedFile' } },
        endOneElementHeader: { guid: folder },
        endTwoElementHeader: { guid },
      },
    ]);
    expect(body.next).toBe(start + 3);
  });

  it('wait for the next one', async () => {
    const start = sequenceOf((await client.send('GET', isthmusFace.identity('mds1'))).body);
    const waiting = client.send('GET', changesPath(`after=${start}&waitMs=20000`));
    const guid = await client.create('DataFile', { qualifiedName: 'DataFile::t:/waited-for' });
    expect((await waiting).body.events).toMatchObject([{ elementHeader: { guid } }]);
  });

  it('are told of the types asked for alone, and the wait goes on past those of others', async () => {
    const start = sequenceOf((await client.send('GET', isthmusFace.identity('mds1'))).body);
    const types = 'types=DataFile,IntegrationGroup';
    const waiting = client.send('GET', changesPath(`after=${start}&waitMs=20000&${types}`));
    await client.create('FileFolder', { qualifiedName: 'FileFolder::t:/passed-over' });
    const guid = await client.create('CSVFile', { qualifiedName: 'DataFile::t:/asked-for' });
    const { body } = await waiting;
    expect(body).toMatchObject({ events: [{ elementHeader: { guid } }], next: start + 2 });
    const after = await client.send('GET', changesPath(`after=${start}&limit=1&${types}`));
    expect(after.body).toMatchObject({ events: [], next: start + 1 });
  });

  it('end the wait when the server closes, with nothing and no fault', async () => {
    const own = await startTestServer();
    const waiting = new TestClient(own).send('GET', changesPath('after=0&waitMs=60000'));
    await new TestClient(own).send('GET', isthmusFace.identity('mds1'));
    const started = performance.now();
    await own[Symbol.asyncDispose]();
    expect(await waiting).toMatchObject({ status: 200, body: { events: [], next: 0 } });
    expect(performance.now() - started).toBeLessThan(50_000);
  });

  it('that are no longer kept, or of another store, are said to be gone', async () => {
    const { status, body } = await client.send('GET', changesPath('after=999999'));
    expect([status, body.relatedHTTPCode, body.isthmusCode]).toEqual([410, 410, 'CHANGES_TOO_OLD']);
  });

  it.each(['after=-1', 'after=x', 'limit=0', 'limit=100000', 'waitMs=9999999'])('refuse %s', async (query) => {
    const { status, body } = await client.send('GET', changesPath(query));
    expect([status, body.isthmusCode]).toEqual([400, 'REQUEST_INVALID']);
  });
});

it('capabilities tell what this server can do and who it is', async () => {
  const { body } = await client.send('GET', isthmusFace.capabilities('mds1'));
  expect(body).toMatchObject({
    capabilities: {
      writeBatch: true,
      changeFeed: true,
      fencing: true,
      groupETag: true,
      groupMembers: true,
      guards: true,
      anchored: true,
      linkGuards: true,
    },
    identity: { metadataCollectionId: expect.any(String), incarnation: expect.any(String) },
  });
});

it('a server that has not started is away, not a plain Egeria', async () => {
  const own = await startTestServer();
  await own.server[Symbol.asyncDispose]();
  const ours = await new TestClient(own).send('GET', isthmusFace.capabilities('mds1'));
  expect([ours.status, ours.body.isthmusCode]).toEqual([404, 'SERVER_NOT_RUNNING']);
  const egeria = await new TestClient(own).get('metadata-elements/x');
  expect(egeria).toMatchObject({ status: 200, body: { exceptionErrorMessageId: 'OMAG-MULTI-TENANT-404-001' } });
  await own[Symbol.asyncDispose]();
});

function sequenceOf(body: Readonly<Record<string, unknown>>): number {
  const { identity } = body;
  const told =
    typeof identity === 'object' && identity !== null && 'changeSequence' in identity && identity.changeSequence;
  if (typeof told !== 'number') throw new Error('no change sequence');
  return told;
}
