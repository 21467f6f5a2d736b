import { isthmusFace } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { TestClient, wrap } from '../testing/test-client.js';
import { startTestServer } from '../testing/test-server.js';

const root = '/servers/mds1/open-metadata';
const engine = `${root}/access-services/governance-engine/users/erin`;
const store = `${root}/framework-services/data-manager/open-metadata-store/users/erin`;
const common = 'forLineage=false&forDuplicateProcessing=false&effectiveTime=0';

function connectorBean(name: string, connection: object = {}) {
  return {
    class: 'IntegrationConnectorProperties',
    qualifiedName: name,
    displayName: `the ${name}`,
    connection: {
      class: 'Connection',
      qualifiedName: `${name}:connection`,
      connectorType: {
        class: 'ConnectorType',
        qualifiedName: `${name}:type`,
        connectorProviderClassName: 'a.Provider',
      },
      endpoint: { class: 'Endpoint', qualifiedName: `${name}:endpoint`, address: 'here' },
      ...connection,
    },
  };
}

async function started() {
  const server = await startTestServer();
  const client = new TestClient(server);
  const post = async (path: string, body: unknown) => (await client.send('POST', `${engine}/${path}`, body)).body;
  const get = async (path: string) => (await client.send('GET', `${engine}/${path}`)).body;
  const group = { class: 'IntegrationGroupProperties', qualifiedName: 'g', displayName: 'G', version: '2' };
  const groupGuid = String((await post('integration-groups/new', group)).guid);
  return { server, client, post, get, groupGuid, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('the Governance Engine of 4.3', () => {
  it('shows daemons of either release what is registered, each under its own names', async () => {
    await using test = await started();
    const { guid } = await test.post('integration-connectors/new', connectorBean('c'));
    await test.post(`integration-groups/${test.groupGuid}/integration-connectors/${String(guid)}`, {
      connectorName: 'c1',
      metadataSourceQualifiedName: 'source',
      stopDate: '2030-01-01T00:00:00.000+00:00',
      permittedSynchronization: 2,
      generateIntegrationReports: true,
    });
    const path = `integration-groups/${test.groupGuid}/integration-connectors?startingFrom=0&maximumResults=10`;
    expect(await test.get(path)).toMatchObject({
      elements: [
        {
          properties: { class: 'IntegrationConnectorProperties', connection: { endpoint: { address: 'here' } } },
          registrationProperties: {
            connectorName: 'c1',
            metadataSourceQualifiedName: 'source',
            stopDate: '2030-01-01T00:00:00.000+00:00',
            permittedSynchronization: 'FROM_THIRD_PARTY',
            generateIntegrationReports: true,
          },
        },
      ],
    });
    const newer = await test.client.get(`governance-configuration-service!${path}`);
    expect(newer.body).toMatchObject({
      requestId: expect.any(String),
      elements: [
        {
          properties: { class: 'IntegrationConnector', connection: { endpoint: { networkAddress: 'here' } } },
          registrationProperties: {
            metadataCollectionQualifiedName: 'source',
            connectorShutdownDate: '2030-01-01T00:00:00.000+00:00',
          },
        },
      ],
    });
  });

  it('keeps nothing of a connector that is refused', async () => {
    await using test = await started();
    await test.post('integration-connectors/new', connectorBean('c'));
    const twin = connectorBean('c', { qualifiedName: 'left over' });
    expect(await test.post('integration-connectors/new', twin)).toMatchObject({ relatedHTTPCode: 409 });
    const { body } = await test.client.get('connected-asset!connections/by-name/left%20over');
    expect(body.connection).toBeUndefined();
  });

  it('creates virtual connections with what is embedded in them', async () => {
    await using test = await started();
    const inner = { ...connectorBean('inner').connection, connectorType: undefined };
    const secrets = { class: 'EmbeddedConnection', position: 1, displayName: 'secrets', embeddedConnection: inner };
    const bean = connectorBean('c', { class: 'VirtualConnection', embeddedConnections: [secrets] });
    const { guid } = await test.post('integration-connectors/new', bean);
    expect(await test.get(`integration-connectors/${String(guid)}`)).toMatchObject({
      element: {
        properties: {
          connection: {
            class: 'VirtualConnection',
            embeddedConnections: [
              { displayName: 'secrets', position: 1, embeddedConnection: { qualifiedName: 'inner:connection' } },
            ],
          },
        },
      },
    });
  });

  it('changes a connection with its connector, and deletes both', async () => {
    await using test = await started();
    const { guid } = await test.post('integration-connectors/new', connectorBean('c'));
    const path = `integration-connectors/${String(guid)}`;
    const change = connectorBean('c', { endpoint: { class: 'Endpoint', address: 'there' } });
    await test.post(`${path}/update?isMergeUpdate=true`, change);
    expect(JSON.stringify(await test.get(path))).toContain('"address":"there"');
    expect(await test.post(`${path}/delete`, { qualifiedName: 'another' })).toMatchObject({ relatedHTTPCode: 400 });
    expect(await test.post(`${path}/delete`, {})).toMatchObject({ relatedHTTPCode: 200 });
    const { body } = await test.client.get('connected-asset!connections/by-name/c:connection');
    expect(body.connection).toBeUndefined();
  });

  it('reads the catalogue targets that were set', async () => {
    await using test = await started();
    const { guid } = await test.post('integration-connectors/new', connectorBean('c'));
    const path = `integration-connectors/${String(guid)}/catalog-targets`;
    await test.post(`${path}/${test.groupGuid}`, { catalogTargetName: 'first' });
    await test.post(`${path}/${test.groupGuid}`, { catalogTargetName: 'renamed' });
    const target = { class: 'CatalogTarget', guid: test.groupGuid, uniqueName: 'g', catalogTargetName: 'renamed' };
    expect(await test.get(`${path}?startingFrom=0&maximumResults=10`)).toMatchObject({ elements: [target] });
    expect(await test.get(`${path}/${test.groupGuid}`)).toMatchObject({ element: target });
  });

  it('refuses a superseded grant before it looks at anything', async () => {
    await using test = await started();
    const grant = (token: number) => ({ [isthmusFace.grantHeader]: `${token} slot` });
    const body = { class: 'IntegrationGroupProperties', qualifiedName: 'x' };
    await test.client.send('POST', `${engine}/integration-groups/new`, body, grant(5));
    const stale = await test.client.send('POST', `${engine}/integration-groups/nope/delete`, {}, grant(4));
    expect(stale.body).toMatchObject({ isthmusCode: 'GRANT_SUPERSEDED' });
  });
});

describe('the governance configuration of 5.3', () => {
  it('shows the same groups on its own path, connectors by their name and targets by their links', async () => {
    await using test = await started();
    const { guid } = await test.post('integration-connectors/new', connectorBean('c'));
    const path = `${root}/framework-services/governance-server/governance-configuration-service/users/erin`;
    const send = async (method: string, rest: string, body?: unknown) =>
      (await test.client.send(method, `${path}/${rest}`, body)).body;
    const connector = `integration-connectors/${String(guid)}`;
    expect(await send('GET', connector)).toMatchObject({ element: { properties: { name: 'the c' } } });
    const target = await send('POST', `${connector}/catalog-targets/${test.groupGuid}`, { catalogTargetName: 'one' });
    await send('POST', `catalog-targets/${String(target.guid)}/update`, { connectionName: 'two' });
    expect(await send('GET', `${connector}/catalog-targets?startingFrom=0&maximumResults=5`)).toMatchObject({
      elements: [
        {
          relationshipGUID: target.guid,
          catalogTargetName: 'one',
          connectionName: 'two',
          catalogTargetElement: { guid: test.groupGuid },
        },
      ],
    });
    await send('POST', `catalog-targets/${String(target.guid)}/delete`, {});
    expect(await send('GET', `catalog-targets/${String(target.guid)}`)).toMatchObject({ relatedHTTPCode: 404 });
  });
});

describe('the open metadata store of 4.3', () => {
  it('is the same store under other names, ends of relationships exchanged where they were', async () => {
    await using test = await started();
    const send = async (path: string, body: unknown) => (await test.client.send('POST', `${store}/${path}`, body)).body;
    const asset = await test.client.create('DataFile', { qualifiedName: 'file', displayName: 'one.csv' });
    const made = await send('metadata-elements/new', {
      typeName: 'Connection',
      properties: wrap({ qualifiedName: 'c' }),
    });
    const link = { typeName: 'ConnectionToAsset', metadataElement1GUID: made.guid, metadataElement2GUID: asset };
    expect(await send('related-elements/new', link)).toMatchObject({ relatedHTTPCode: 200 });
    const newer = await test.client.post(`related-elements/${asset}/type/AssetConnection?startingAtEnd=1`, {});
    expect(JSON.stringify(newer.body)).toContain(String(made.guid));
    const page = `${common}&startingAtEnd=2&startFrom=0&pageSize=10`;
    const older = await test.client.send('GET', `${store}/related-elements/${asset}/type/ConnectionToAsset?${page}`);
    expect(older.body).toMatchObject({
      elementList: [{ type: { typeName: 'ConnectionToAsset' }, element: { elementGUID: made.guid } }],
    });
    const found = await send(`metadata-elements/by-search-specification`, {
      metadataElementTypeName: 'DataFile',
      searchProperties: {
        conditions: [{ property: 'name', operator: 'LIKE', value: wrap({ x: 'one.*' }).propertyValueMap.x }],
      },
    });
    expect(found).toMatchObject({
      elementList: [{ elementGUID: asset, elementProperties: { propertyNames: ['qualifiedName', 'name'] } }],
    });
  });

  it('makes elements from templates, with the names that the request gives', async () => {
    await using test = await started();
    const send = async (path: string, body: unknown) => (await test.client.send('POST', `${store}/${path}`, body)).body;
    const templateGUID = await test.client.create('DataFile', { qualifiedName: 'template', description: 'as it was' });
    const properties = wrap({ qualifiedName: 'copy', name: 'copy.csv' });
    const { guid } = await send('metadata-elements/new', { typeName: 'DataFile', templateGUID, properties });
    const copy = await test.client.get(`metadata-elements/${String(guid)}`);
    expect(copy.body.element).toMatchObject({
      elementProperties: {
        propertiesAsStrings: { qualifiedName: 'copy', displayName: 'copy.csv', description: 'as it was' },
      },
    });
  });

  it('refuses what would be lost: properties without a place, and patterns that it does not understand', async () => {
    await using test = await started();
    const send = async (path: string, body: unknown) => (await test.client.send('POST', `${store}/${path}`, body)).body;
    const properties = wrap({ qualifiedName: 'x', owner: 'erin' });
    expect(await send('metadata-elements/new', { typeName: 'DataFile', properties })).toMatchObject({
      relatedHTTPCode: 400,
      exceptionClassName: 'org.odpi.openmetadata.frameworks.connectors.ffdc.InvalidParameterException',
      isthmusCode: 'PROPERTY_UNKNOWN',
    });
    const search = `metadata-elements/by-search-string?${common}&startFrom=0&pageSize=10`;
    expect(await send(search, { searchString: '([' })).toMatchObject({ relatedHTTPCode: 400 });
    expect(await send(search, { searchString: '.*' })).toMatchObject({
      elementList: [{ elementGUID: test.groupGuid }],
    });
  });
});
