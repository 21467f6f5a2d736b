import type { FaceScope } from '@isthmus/platform';
import { addCall, needText, type StoreFaces } from '../routes/egeria-call.js';
import type { BeanMembers } from './bean-members.js';
import { readBean } from './bean-reading.js';
import { elementOfType, namelessName } from './governance-maintenance.js';

const reportType = 'ConnectorActivityReport';

const members: BeanMembers = [
  { member: 'serverName', property: 'serverName' },
  { member: 'connectorId', property: 'connectorId' },
  { member: 'connectorName', property: 'connectorName' },
  { member: 'refreshStartDate', property: 'refreshStartDate', kind: 'date' },
  { member: 'refreshCompletionDate', property: 'refreshCompletionDate', kind: 'date' },
  { member: 'createdElements', property: 'createdElements', kind: 'texts' },
  { member: 'updatedElements', property: 'updatedElements', kind: 'texts' },
  { member: 'deletedElements', property: 'deletedElements', kind: 'texts' },
  { member: 'additionalProperties', property: 'additionalProperties', kind: 'textMap' },
];

/** What a connector of 4.3 did in a refresh, kept with the element that it is about. */
export function addIntegrationReports(scope: FaceScope, faces: StoreFaces): void {
  const definition = {
    method: 'POST',
    role: 'operator',
    release: '4.3',
    path: '/integration-reports/:guid/new',
    answer: 'VoidResponse',
    body: 'needed',
  } as const;
  addCall(scope, faces, definition, async ({ store, writer, path, body }) => {
    const subject = await elementOfType(store, needText(path, 'guid'), 'OpenMetadataRoot', 'anchorGUID');
    await store.create(writer, {
      typeName: reportType,
      properties: { ...readBean(body, members), qualifiedName: namelessName(reportType) },
      anchorGuid: subject.guid,
      parent: { guid: subject.guid, relationshipTypeName: 'ReportSubject' },
    });
    return {};
  });
}
