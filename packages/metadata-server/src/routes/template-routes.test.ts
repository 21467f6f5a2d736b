import { describe, expect, it } from '@jest/globals';
import { TestClient, wrap } from '../testing/test-client.js';
import { startTestServer } from '../testing/test-server.js';

const folderTemplate = 'fbdd8efd-1b69-474c-bb6d-0a304b394146';

describe('an element from a template', () => {
  it('has the placeholders filled in, loses what is null and keeps what is not said', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const properties = wrap({
      qualifiedName: 'T::~{host}~',
      displayName: '~{name}~',
      description: '~{text}~ of ~{text}~',
    });
    const made = await client.post('metadata-elements', { typeName: 'SoftwareServer', properties });
    const { body } = await client.post('metadata-elements/from-template', {
      templateGUID: made.body.guid,
      placeholderPropertyValues: { host: 'h1', name: null, unused: 'x' },
      replacementProperties: wrap({ versionIdentifier: '7' }),
    });
    const copy = await client.get(`metadata-elements/${String(body.guid)}`);
    expect(copy.body.element).toMatchObject({
      type: { typeName: 'SoftwareServer' },
      elementProperties: {
        propertiesAsStrings: {
          qualifiedName: 'T::h1',
          description: '~{text}~ of ~{text}~',
          versionIdentifier: '7',
        },
      },
    });
    expect(JSON.stringify(copy.body)).not.toContain('displayName');
    const links = await client.post(`related-elements/${String(body.guid)}/type/SourcedFrom`, {});
    expect(JSON.stringify(links.body)).toContain(String(made.body.guid));
  });

  it('brings copies of what is anchored to the template, linked alike, with names of their own', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const root = await client.create('SoftwareServer', { qualifiedName: 'Server::~{host}~' });
    const shared = await client.create('ConnectorType', { qualifiedName: 'shared type' });
    const part = async (typeName: string, qualifiedName: string) => {
      const body = { typeName, anchorGUID: root, isOwnAnchor: false, properties: wrap({ qualifiedName }) };
      return String((await client.post('metadata-elements', body)).body.guid);
    };
    const connection = await part('Connection', 'Server::~{host}~::connection');
    const endpoint = await part('Endpoint', 'an endpoint');
    await client.relate('AssetConnection', root, connection);
    await client.relate('ConnectToEndpoint', connection, endpoint);
    await client.relate('ConnectionConnectorType', connection, shared);
    const { body } = await client.post('metadata-elements/from-template', {
      templateGUID: root,
      placeholderPropertyValues: { host: 'h1' },
    });
    const graph = await client.post(`metadata-elements/${String(body.guid)}/with-anchored-elements`, {});
    const names = JSON.stringify(graph.body).match(/"qualifiedName":"[^"]*"/g);
    expect(new Set(names)).toEqual(
      new Set([
        '"qualifiedName":"Server::h1"',
        '"qualifiedName":"Server::h1::connection"',
        '"qualifiedName":"Server::h1::an endpoint"',
      ]),
    );
    const copied = await client.send(
      'GET',
      `/servers/mds1/open-metadata/access-services/connected-asset/users/erin/assets/${String(body.guid)}/connection`,
    );
    expect(copied.body.connection).toMatchObject({
      qualifiedName: 'Server::h1::connection',
      connectorType: { guid: shared },
      endpoint: { qualifiedName: 'Server::h1::an endpoint' },
    });
  });

  it('is the one that is there when the name is taken, unless that is not wanted', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const root = await client.create('SoftwareServer', { qualifiedName: 'S::~{host}~' });
    const request = { templateGUID: root, placeholderPropertyValues: { host: 'h1' } };
    const first = await client.post('metadata-elements/from-template', request);
    const again = await client.post('metadata-elements/from-template', request);
    expect(again.body.guid).toBe(first.body.guid);
    const refused = await client.post('metadata-elements/from-template', { ...request, allowRetrieve: false });
    expect(refused.body).toMatchObject({ relatedHTTPCode: 409, exceptionErrorMessageId: 'OMAG-COMMON-409-001' });
  });

  it('knows the folders that the files connectors of Egeria ask for', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const { body } = await client.post('metadata-elements/from-template', {
      typeName: 'FileFolder',
      templateGUID: folderTemplate,
      placeholderPropertyValues: {
        description: null,
        versionIdentifier: null,
        directoryName: 'landing',
        directoryPathName: '/data/landing',
        fileSystemName: 'fs',
        deployedImplementationType: 'Folder',
      },
    });
    const folder = await client.get(`metadata-elements/${String(body.guid)}`);
    expect(folder.body.element).toMatchObject({
      elementProperties: {
        propertiesAsStrings: { qualifiedName: 'FileFolder::fs:/data/landing', pathName: '/data/landing' },
      },
    });
  });

  it('needs a template', async () => {
    await using server = await startTestServer();
    const client = new TestClient(server);
    const { body } = await client.post('metadata-elements/from-template', { templateGUID: 'nope' });
    expect(body).toMatchObject({ relatedHTTPCode: 404, exceptionProperties: { parameterName: 'templateGUID' } });
  });
});
