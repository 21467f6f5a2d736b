import { describe, expect, it } from '@jest/globals';
import { TestClient } from '../testing/test-client.js';
import { startTestServer } from '../testing/test-server.js';

const root = '/servers/mds1/open-metadata';
const engine = `${root}/access-services/governance-engine/users/daemonnpa`;
const sources = `${root}/framework-services/data-manager/open-integration/users/daemonnpa/metadata-sources/by-name`;

const connector = {
  class: 'IntegrationConnectorProperties',
  qualifiedName: 'lab:conn:files',
  connection: {
    class: 'Connection',
    qualifiedName: 'lab:conn:files:connection',
    connectorType: { class: 'ConnectorType', qualifiedName: 'lab:type', connectorProviderClassName: 'a.b.Provider' },
  },
};

/** The calls of a Java daemon of 4.3, as recorded: headers, order, and bodies without a marker. */
describe('a Java daemon of 4.3', () => {
  it('starts, loads its group, reads it again and restarts', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const headers = { accept: 'application/json, application/*+json' };
    const get = async (path: string) => (await client.send('GET', path, undefined, headers)).body;
    const post = async (path: string, body: unknown) => (await client.send('POST', path, body, headers)).body;
    const made = await post(`${engine}/integration-groups/new`, {
      class: 'IntegrationGroupProperties',
      qualifiedName: 'lab:group:files',
    });
    const { guid } = await post(`${engine}/integration-connectors/new`, connector);
    const registration = { connectorName: 'files', metadataSourceQualifiedName: 'lab:source' };
    await post(
      `${engine}/integration-groups/${String(made.guid)}/integration-connectors/${String(guid)}`,
      registration,
    );
    const newSource = { qualifiedName: 'lab:source', typeName: 'SoftwareCapability' };
    await post(sources.replace('by-name', 'new'), newSource);

    const topic = `${root}/access-services/asset-catalog/users/daemonnpa/topics/out-topic-connection/daemonnpa`;
    const connection = { class: 'VirtualConnection', embeddedConnections: [{ embeddedConnection: expect.anything() }] };
    expect(await get(topic)).toMatchObject({ class: 'ConnectionResponse', relatedHTTPCode: 200, connection });
    for (const stage of ['group load', 'refresh-config']) {
      const caller = encodeURIComponent('2d584e73-7846-4402-88bc-9952366e1d88lab:group:files');
      if (stage === 'group load')
        expect(await get(`${engine}/topics/out-topic-connection/${caller}`)).toMatchObject({ connection });
      const group = await get(`${engine}/integration-groups/by-name/lab%3Agroup%3Afiles`);
      expect(group).toMatchObject({ element: { elementHeader: { guid: made.guid } } });
      const list = `${engine}/integration-groups/${String(made.guid)}/integration-connectors`;
      expect(await get(`${list}?startingFrom=0&maximumResults=100`)).toMatchObject({
        elements: [
          {
            elementHeader: { class: 'ElementHeader', guid },
            connectorId: expect.stringMatching(/^RegisteredIntegrationConnector-/),
            properties: { connection: { connectorType: { connectorProviderClassName: 'a.b.Provider' } } },
            registrationProperties: registration,
          },
        ],
      });
      const source = await post(sources, { name: 'lab:source', namePropertyName: 'qualifiedName' });
      expect(source).toEqual({ class: 'GUIDResponse', relatedHTTPCode: 200, guid: expect.any(String) });
      expect(await get(`${list}?startingFrom=100&maximumResults=100`)).toEqual({
        class: 'RegisteredIntegrationConnectorsResponse',
        relatedHTTPCode: 200,
      });
    }
    expect(await get(topic)).toMatchObject({ relatedHTTPCode: 200 });
  });
});
