import { processSlicer } from '@isthmus/kernel';
import type { IntegrationDaemon } from '@isthmus/runtime';
import { isListed, schemasOf, toFlatReport, toSummaryHead } from './daemon-views.js';

/** What Egeria's Runtime Manager tells of an integration daemon beside what all servers tell. */
export async function daemonReport(daemon: IntegrationDaemon) {
  const listed = (await daemon.connectors()).filter(isListed);
  const groups = daemon.groups();
  const guids = new Map(groups.map(({ key, guid }) => [key.qualifiedName, guid]));
  const schemas = schemasOf(daemon);
  const reports: object[] = [];
  for (const connector of listed) {
    if (processSlicer.isUsedUp) await processSlicer.turn('answer');
    reports.push(toFlatReport(connector, guids.get(connector.group.qualifiedName), schemas, '6.1'));
  }
  const withConnectors = new Set(listed.map(({ group }) => group.qualifiedName));
  return {
    integrationGroups: groups.map((group) => toSummaryHead(group, withConnectors.has(group.key.qualifiedName), '6.1')),
    // clients index it without looking whether it is there
    integrationConnectorReports: reports,
  };
}
