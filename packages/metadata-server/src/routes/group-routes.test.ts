import { describe, expect, it } from '@jest/globals';
import { type Reply, TestClient, wrap } from '../testing/test-client.js';
import { startTestServer } from '../testing/test-server.js';

const service = 'governance-configuration-service!integration-groups';

async function groupWithConnector(client: TestClient) {
  const group = await client.create('IntegrationGroup', { qualifiedName: 'IntegrationGroup::G' });
  const connector = await client.create('IntegrationConnector', { qualifiedName: 'IntegrationConnector::c' });
  const connection = await client.create('Connection', { qualifiedName: 'Connection::c' });
  const endpoint = await client.create('Endpoint', { qualifiedName: 'Endpoint::c', networkAddress: '/data' });
  await client.relate('AssetConnection', connector, connection);
  await client.relate('ConnectToEndpoint', connection, endpoint);
  const registration = await client.relate('RegisteredIntegrationConnector', group, connector, { connectorName: 'c' });
  return { group, connector, endpoint, registration };
}

const listOf = (group: string) => `${service}/${group}/integration-connectors?startingFrom=0&maximumResults=100`;

describe('the ETag of a group', () => {
  it('answers 304 while nothing that a daemon reads has changed', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const { group } = await groupWithConnector(client);
    const first = await client.get(listOf(group));
    const tag = tagOf(first);
    const again = await client.get(listOf(group), { 'if-none-match': tag });
    expect([again.status, again.body, tagOf(again)]).toEqual([304, {}, tag]);
    const byName = await client.get(`${service}/by-name/IntegrationGroup::G`, { 'if-none-match': tag });
    expect([byName.status, tagOf(byName)]).toEqual([304, tag]);
    expect((await client.get(listOf(group), { 'if-none-match': 'W/"other", "x"' })).status).toBe(200);
  });

  it('changes with the endpoint, the registration and its end', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const { group, endpoint, registration } = await groupWithConnector(client);
    const tags = [tagOf(await client.get(listOf(group)))];
    const remember = async () => tags.push(tagOf(await client.get(listOf(group))));
    await client.post(`metadata-elements/${endpoint}/update-properties`, {
      properties: wrap({ networkAddress: '/b' }),
    });
    await remember();
    await client.post(`related-elements/${registration}/update-properties`, {
      properties: wrap({ connectorName: 'd' }),
    });
    await remember();
    await client.post(`related-elements/${registration}/delete`, {});
    await remember();
    expect(new Set(tags).size).toBe(4);
    expect((await client.get(listOf(group))).body.elements).toBeUndefined();
  });
});

describe('registered connectors', () => {
  it('come in pages of a stable order, and one by one', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const { group, connector, registration } = await groupWithConnector(client);
    for (const name of ['d', 'e']) {
      const other = await client.create('IntegrationConnector', { qualifiedName: `IntegrationConnector::${name}` });
      await client.relate('RegisteredIntegrationConnector', group, other, { connectorName: name });
    }
    const path = `${service}/${group}/integration-connectors`;
    const pages = await Promise.all(
      [0, 1, 2, 3].map((start) => client.get(`${path}?startingFrom=${start}&maximumResults=1`)),
    );
    expect(pages.flatMap(({ body }) => body.elements ?? [])).toMatchObject(
      ['e', 'd', 'c'].map((connectorName) => ({ registrationProperties: { connectorName } })),
    );
    const one = await client.get(`${path}/${connector}`);
    expect(one.body.registeredIntegrationConnector).toMatchObject({
      connectorId: registration,
      properties: { connection: { endpoint: { networkAddress: '/data' } } },
    });
  });

  it('of no group are not an empty list', async () => {
    await using server = await startTestServer();
    const { body } = await new TestClient(server).get(listOf('no-such-group'));
    expect(body).toMatchObject({ relatedHTTPCode: 404, exceptionErrorMessageId: 'OMAG-REPOSITORY-HANDLER-404-007' });
  });
});

function tagOf({ headers }: Reply): string {
  const tag = headers.get('etag');
  if (tag === null) throw new Error('no ETag');
  return tag;
}
