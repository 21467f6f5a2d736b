import { recordingHost } from '@isthmus/connector-testing';
import { mysqlConnector } from './index.js';
import type { MysqlConfiguration } from './mysql-config.js';

/** The connector started and refreshed once. @throws what made the run fail */
export async function refreshed(configuration: MysqlConfiguration) {
  const host = recordingHost(mysqlConnector, configuration, { source: 'src' });
  await host.start();
  const run = await host.refresh();
  if (run.failure !== undefined) throw run.failure;
  return { host, run };
}
