// Egeria 4.3's REST as its clients use it: plain fetch, no code of ours in between.

/** @returns what people do with groups and connectors, and what was catalogued */
export function egeria4Rest(url, { server = 'metadata-store', user = 'garygeeke' } = {}) {
  const root = `${url}/servers/${server}/open-metadata`;
  const engine = `${root}/access-services/governance-engine/users/${user}`;
  const store = `${root}/framework-services/data-manager/open-metadata-store/users/${user}`;
  const read = 'forLineage=false&forDuplicateProcessing=false&effectiveTime=0';

  async function call(method, path, body) {
    const response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (answer.relatedHTTPCode !== 200)
      throw new Error(`${method} ${path}: ${answer.exceptionErrorMessage ?? JSON.stringify(answer)}`);
    return answer;
  }
  const registration = (name, more) => ({
    class: 'RegisteredIntegrationConnectorProperties',
    connectorName: name,
    connectorUserId: 'connectornpa',
    metadataSourceQualifiedName: 'lab.source',
    refreshTimeInterval: 60,
    permittedSynchronization: 'FROM_THIRD_PARTY',
    ...more,
  });

  return {
    makeGroup: async (qualifiedName) =>
      (await call('POST', `${engine}/integration-groups/new`, { class: 'IntegrationGroupProperties', qualifiedName }))
        .guid,
    /** A connector on a folder, registered with the group. @returns its GUID */
    async register(group, name, folder) {
      const { guid } = await call('POST', `${engine}/integration-connectors/new`, {
        class: 'IntegrationConnectorProperties',
        qualifiedName: `lab:${name}`,
        displayName: name,
        usesBlockingCalls: false,
        connection: {
          class: 'Connection',
          qualifiedName: `lab:${name}:connection`,
          connectorType: {
            class: 'ConnectorType',
            qualifiedName: `lab:${name}:type`,
            connectorProviderClassName: 'files',
          },
          endpoint: { class: 'Endpoint', qualifiedName: `lab:${name}:endpoint`, address: folder },
        },
      });
      await call('POST', `${engine}/integration-groups/${group}/integration-connectors/${guid}`, registration(name));
      return guid;
    },
    rename: (group, connector, name) =>
      call('POST', `${engine}/integration-groups/${group}/integration-connectors/${connector}`, registration(name)),
    deregister: (group, connector) =>
      call('POST', `${engine}/integration-groups/${group}/integration-connectors/${connector}/delete`, {}),
    /** @returns path and GUID of every file, and its folder's GUID count */
    async files() {
      const found = [];
      for (let startFrom = 0; ; startFrom += 500) {
        const page = `${read}&startFrom=${startFrom}&pageSize=500`;
        const body = { class: 'FindRequestBody', metadataElementTypeName: 'DataFile' };
        const { elementList = [] } = await call(
          'POST',
          `${store}/metadata-elements/by-search-specification?${page}`,
          body,
        );
        found.push(...elementList);
        if (elementList.length === 0) break;
      }
      return found.map((element) => ({
        guid: element.elementGUID,
        typeName: element.type.typeName,
        name: element.elementProperties.propertyValueMap.name?.primitiveValue,
        path: element.elementProperties.propertyValueMap.pathName?.primitiveValue,
      }));
    },
    /** GUIDs of the folders that hold the element. */
    async foldersOf(guid) {
      const query = `${read}&startingAtEnd=2&startFrom=0&pageSize=10`;
      const { elementList = [] } = await call('GET', `${store}/related-elements/${guid}/type/NestedFile?${query}`);
      return elementList.map(({ element }) => element.elementGUID);
    },
  };
}
