import { defineConnector } from '@isthmus/connector-sdk';
import { hasPathPattern } from '@isthmus/connector-sdk/helpers';
import { filesConfiguration, fromConnection, fromDataFilesMonitor, fromDataFolderMonitor } from './files-config.js';
import { FilesConnector } from './files-connector.js';

const egeriaFolder = 'org.odpi.openmetadata.adapters.connectors.integration.basicfiles';

/** Catalogues a folder: its folders, its files with their kinds, sizes and times, the columns of its tables. */
export const filesConnector = defineConnector({
  kind: 'files',
  provider: 'files',
  version: 1,
  configuration: filesConfiguration,
  fromConnection,
  replaces: {
    [`${egeriaFolder}.DataFilesMonitorIntegrationProvider`]: fromDataFilesMonitor,
    [`${egeriaFolder}.DataFolderMonitorIntegrationProvider`]: fromDataFolderMonitor,
  },
  boundary: ({ root, include, exclude }) => ({
    root,
    include,
    exclude,
    // Patterns with `/` once fitted nothing: what they leave out now is not taken as gone.
    ...(hasPathPattern([...include, ...exclude]) ? { patterns: 'of paths' } : {}),
  }),
  create: (context, configuration) => new FilesConnector(context, configuration),
});
