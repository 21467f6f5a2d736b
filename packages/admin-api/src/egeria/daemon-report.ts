import type { IntegrationDaemon } from '@isthmus/runtime';
import { SlicedJson } from '../http/sliced-json.js';
import { isListed, schemasOf, toFlatReport, toSummaryHead } from './daemon-views.js';

/**
 * What Egeria's Runtime Manager tells of an integration daemon beside what all servers tell: a JSON object, put together
 * in slices.
 */
export async function daemonReport(daemon: IntegrationDaemon): Promise<Buffer> {
  const listed = (await daemon.connectors()).filter(isListed);
  const groups = daemon.groups();
  const guids = new Map(groups.map(({ key, guid }) => [key.qualifiedName, guid]));
  const schemas = schemasOf(daemon);
  const withConnectors = new Set(listed.map(({ group }) => group.qualifiedName));
  const json = new SlicedJson().add('{"integrationGroups":');
  await json.list(groups, (group) => toSummaryHead(group, withConnectors.has(group.key.qualifiedName), '6.1'));
  // clients index it without looking whether it is there
  json.add(',"integrationConnectorReports":');
  await json.list(listed, (connector) =>
    toFlatReport(connector, guids.get(connector.group.qualifiedName), schemas, '6.1'),
  );
  return json.add('}').bytes();
}
