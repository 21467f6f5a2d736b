import { isthmusFace } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { TestClient } from '../testing/test-client.js';
import { startTestServer } from '../testing/test-server.js';

const batchPath = isthmusFace.writeBatch('mds1', 'erin');
const grant = (token: number) => ({ [isthmusFace.grantHeader]: `${token} slot` });
/** Enough for every route to be understood; a batch takes no more than it knows. */
const anything = {
  typeName: 'DataFile',
  metadataElement1GUID: 'one',
  metadataElement2GUID: 'two',
  properties: { class: 'NewElementProperties', propertyValueMap: {} },
};
const emptyBatch = { id: 'x', operations: [] };

function bodyFor(path: string): unknown {
  if (path.includes('/log-records/')) return JSON.stringify('a message');
  return path === batchPath ? { ...emptyBatch, id: 'y' } : anything;
}

describe('fencing', () => {
  it('holds on every path that changes something: older grants and unreadable ones are refused there', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    expect((await client.send('POST', batchPath, emptyBatch, grant(5))).status).toBe(200);
    const codes: Record<string, unknown> = {};
    for (const pattern of server.writingPaths) {
      const named = pattern.replace(':serverName', server.server.name).replace(':userId', 'erin');
      const path = named.replace(/:guid/g, 'unknown').replace(':name', 'Confidentiality');
      const body = bodyFor(path);
      const stale = await client.send('POST', path, body, grant(4));
      const unreadable = await client.send('POST', path, body, { [isthmusFace.grantHeader]: 'x slot' });
      codes[pattern] = [stale.body.isthmusCode, unreadable.body.isthmusCode];
    }
    expect(server.writingPaths.length).toBeGreaterThan(15);
    expect(codes).toEqual(
      Object.fromEntries(server.writingPaths.map((path) => [path, ['GRANT_SUPERSEDED', 'REQUEST_INVALID']])),
    );
  });
});
