import { IsthmusError } from '@isthmus/kernel';
import type { ServerDocument } from '../server-kind.js';

/** Versions of Egeria's document that are understood: 4.3 and 5.3 write the first, 6.x the second. */
export const documentVersions = ['V2.0', 'V6.0'] as const;

/** One integration group of a document. Only these members are kept of what is sent. */
export const groupMembers = [
  'omagserverPlatformRootURL',
  'omagserverName',
  'integrationGroupQualifiedName',
  'secretsStoreProvider',
  'secretsStoreLocation',
  'secretsStoreCollection',
] as const;

/**
 * What every stored document fulfils, whatever way it came in.
 *
 * @throws DOCUMENT_INVALID with `details.field`, the member at fault
 */
export function checkDocument(name: string, document: ServerDocument): void {
  if (document.localServerName !== name)
    throw invalid('localServerName', `the document is called ${quoted(document.localServerName)}, its server ${name}`);
  if (!documentVersions.some((version) => version === document.versionId))
    throw invalid(
      'versionId',
      `document version ${quoted(document.versionId)} is none of ${documentVersions.join(', ')}`,
    );
  const { maxPageSize } = document;
  if (!Number.isInteger(maxPageSize) || Number(maxPageSize) < 0 || Number(maxPageSize) > 2_147_483_647)
    throw invalid('maxPageSize', `maxPageSize ${quoted(maxPageSize)} is not a whole number from 0`);
  if (document.dynamicIntegrationGroupsConfig !== undefined) checkGroups(document.dynamicIntegrationGroupsConfig);
}

function checkGroups(groups: unknown): void {
  if (!Array.isArray(groups)) throw invalid('dynamicIntegrationGroupsConfig', 'the integration groups are not a list');
  for (const [index, group] of groups.entries()) checkGroup(group, ` (entry ${index + 1} of the list)`);
}

/**
 * What an integration group must have: where its metadata server is, that server's name, its own name. Only the own
 * name may be empty, as Egeria allows it.
 *
 * @throws DOCUMENT_INVALID
 */
export function checkGroup(group: unknown, where = ''): void {
  if (!isRecord(group)) throw invalid('integrationGroupConfig', `the integration group is missing${where}`);
  for (const member of ['omagserverPlatformRootURL', 'omagserverName'] as const)
    if (typeof group[member] !== 'string' || group[member] === '')
      throw invalid(member, `the integration group has no ${member}${where}`);
  if (typeof group.integrationGroupQualifiedName !== 'string')
    throw invalid(
      'integrationGroupQualifiedName',
      `the integration group has no integrationGroupQualifiedName${where}`,
    );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : (JSON.stringify(value)?.slice(0, 100) ?? 'missing');
}

function invalid(field: string, message: string): IsthmusError {
  return new IsthmusError('DOCUMENT_INVALID', message, { details: { field } });
}
