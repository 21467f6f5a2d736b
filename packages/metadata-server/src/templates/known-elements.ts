import type { Properties } from '@isthmus/model';

/** An element that is made with a GUID that its users carry in their code. */
export interface KnownElement {
  readonly typeName: string;
  readonly properties: Properties;
}

/**
 * Elements that Egeria's own connectors link to by GUID without looking whether they are there. A real server has them
 * of its content packs; here each is made when it is first linked to.
 */
export const knownElements: Readonly<Record<string, KnownElement>> = {
  // The files connectors give it to the connection of each file.
  'ba213761-f5f5-4cf5-a95f-6150aef09e0b': {
    typeName: 'ConnectorType',
    properties: {
      qualifiedName: 'Egeria::ResourceConnector::DataFile',
      displayName: 'Basic File Store Connector',
      connectorProviderClassName:
        'org.odpi.openmetadata.adapters.connectors.datastore.basicfile.BasicFileStoreProvider',
      connectorFrameworkName: 'Open Connector Framework (OCF)',
      connectorInterfaceLanguage: 'Java',
      supportedAssetTypeName: 'DataFile',
    },
  },
};
