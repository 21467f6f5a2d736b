import { isthmusFace } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { TestClient, wrap } from '../testing/test-client.js';
import { startTestServer } from '../testing/test-server.js';

const accounts = [
  { name: 'vera', role: 'viewer', token: 'viewer-token' },
  { name: 'olga', role: 'operator', token: 'operator-token' },
] as const;
const newFile = (name: string) => ({ typeName: 'DataFile', properties: wrap({ qualifiedName: name }) });

describe('accounts', () => {
  it('let viewers read and operators write', async () => {
    await using server = await startTestServer({ accounts });
    const viewer = new TestClient(server, 'viewer-token');
    const operator = new TestClient(server, 'operator-token');
    const refused = await viewer.post('metadata-elements', newFile('a'));
    expect(refused).toMatchObject({
      status: 200,
      body: { class: 'GUIDResponse', relatedHTTPCode: 403, isthmusCode: 'FORBIDDEN' },
    });
    expect(String(refused.body.exceptionClassName)).toContain('UserNotAuthorizedException');
    const created = await operator.post('metadata-elements', newFile('a'));
    const read = await viewer.get(`metadata-elements/${created.body.guid}`);
    expect(read.body.element).toMatchObject({ versions: { createdBy: 'erin' } });
    const batch = await viewer.send('POST', isthmusFace.writeBatch('mds1', 'erin'), { id: 'x', operations: [] });
    expect([batch.status, batch.body.isthmusCode]).toEqual([403, 'FORBIDDEN']);
  });

  it('answer 401 without a body on the paths of Egeria, as a real server does', async () => {
    await using server = await startTestServer({ accounts });
    const stranger = new TestClient(server, 'wrong');
    const answer = await stranger.get('metadata-elements/x');
    expect([answer.status, answer.body, answer.headers.get('www-authenticate')]).toEqual([401, {}, 'Bearer']);
    expect((await stranger.send('GET', isthmusFace.changes('mds1'))).status).toBe(401);
  });
});

describe('requests that cannot be read', () => {
  it.each([
    ['not JSON', '{"class"', 400, 'FFDCResponseBase'],
    ['a list', [], 400, 'FFDCResponseBase'],
    ['a flag that is none', { ...newFile('x'), isOwnAnchor: 'maybe' }, 400, 'FFDCResponseBase'],
    ['a time that is none', { ...newFile('x'), properties: { effectiveFrom: 'soon' } }, 400, 'FFDCResponseBase'],
  ])('%s: HTTP %i', async (_name, body, status, className) => {
    await using server = await startTestServer();
    const answer = await new TestClient(server).post('metadata-elements', body);
    expect([answer.status, answer.body.class]).toEqual([status, className]);
  });

  it('of another media type: 415, too large: 413, both with the document of the framework', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const form = await client.post('metadata-elements', 'a=b', { 'content-type': 'text/plain' });
    expect(form).toMatchObject({ status: 415, body: { status: 415, error: 'Unsupported Media Type' } });
    const large = await client.post('metadata-elements', newFile('x'.repeat(5_000_000)));
    expect(large).toMatchObject({ status: 413, body: { status: 413, error: 'Payload Too Large' } });
  });

  it('nested too deep or with too many conditions are refused', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    let nested: object = { conditions: [{ property: 'displayName', operator: 'NOT_NULL' }] };
    for (let depth = 0; depth < 20; depth += 1) nested = { conditions: [{ nestedConditions: nested }] };
    expect((await client.post('metadata-elements/by-search-conditions', { searchProperties: nested })).status).toBe(
      400,
    );
    const conditions = Array(600).fill({ property: 'displayName', operator: 'NOT_NULL' });
    const wide = await client.post('metadata-elements/by-search-conditions', { searchProperties: { conditions } });
    expect(wide.status).toBe(400);
  });
});

describe('elements', () => {
  it('keep times of any form and tell them in one', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const properties = {
      ...wrap({ qualifiedName: 'timed' }),
      effectiveFrom: 1_763_600_000_000,
      effectiveTo: '2030-01-01T00:00:00.000+00:00',
    };
    const { body } = await client.post('metadata-elements', { typeName: 'DataFile', properties });
    const read = await client.get(`metadata-elements/${body.guid}`);
    expect(read.body.element).toMatchObject({
      effectiveFromTime: '2025-11-20T00:53:20.000+00:00',
      effectiveToTime: '2030-01-01T00:00:00.000+00:00',
    });
  });

  it('have names with slashes, percent signs and other scripts', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const name = 'IntegrationGroup::a/b%2F;c d/ä日本';
    const guid = await client.create('IntegrationGroup', { qualifiedName: name });
    const path = `governance-configuration-service!integration-groups/by-name/${encodeURIComponent(name)}`;
    expect((await client.get(path)).body.element).toMatchObject({ elementHeader: { guid } });
  });

  it('are found page by page, pages over the maximum refused', async () => {
    await using server = await startTestServer({ maxPageSize: 2 });
    const client = new TestClient(server);
    for (const name of ['a', 'b', 'c']) await client.create('DataFile', { qualifiedName: name });
    const find = (body: object) =>
      client.post('metadata-elements/by-search-conditions', { metadataElementTypeName: 'Asset', ...body });
    expect((await find({ pageSize: 0 })).body.elements).toHaveLength(2);
    expect((await find({ startFrom: 2 })).body.elements).toHaveLength(1);
    expect((await find({ startFrom: 3 })).body.elements).toBeUndefined();
    expect((await find({ pageSize: 3 })).body).toMatchObject({ exceptionErrorMessageId: 'OMAG-COMMON-400-010' });
    expect((await find({ startFrom: -1 })).body).toMatchObject({ exceptionErrorMessageId: 'OMAG-COMMON-400-008' });
  });
});
