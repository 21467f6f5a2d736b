import { checkGroup, groupMembers } from '../documents/document-check.js';
import { checkGroupRuns } from '../documents/group-faults.js';
import type { ServerDocument } from '../server-kind.js';
import { type AdminCall, type AdminRoute, parameter } from './admin-route.js';
import { withRepositoryServices } from './audit-log-destinations.js';
import { shownGroups } from './new-document.js';
import { type Bean, bean, beanBody, beanList, textMember, wrong } from './request-beans.js';

const groupClass = 'IntegrationGroupConfig';
const removedAll = 'removed configuration for integration groups.';
const updatedAll = 'updated configuration for integration groups.';

/** The five operations on the integration groups of a daemon, and 6.1's three on the same list. */
export const integrationGroupRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/integration-groups/configuration',
    answer: 'IntegrationGroupsResponse',
    handle: (call) => {
      const groups = groupsOf(call.document()) ?? [];
      return groups.length === 0 ? {} : { groups: shownGroups(groups, call.manners) };
    },
  },
  { method: 'POST', path: '/integration-groups/configuration', handle: setOne },
  {
    method: 'POST',
    path: '/integration-groups/configuration/all',
    handle: (call) => setAll(call, beanList(call.request, groupClass).map(groupOrNull)),
  },
  { method: 'DELETE', path: '/integration-groups', handle: removeAll },
  // a group may be called so
  { method: 'DELETE', path: '/integration-groups/configuration', handle: (call) => removeOne(call, 'configuration') },
  // at least one character: without one it is another path, which is not there
  {
    method: 'DELETE',
    path: '/integration-groups/:groupQualifiedName(^.+$)',
    handle: (call) => removeOne(call, parameter(call.request, 'groupQualifiedName')),
  },
  {
    method: 'GET',
    path: '/integration-daemon-services',
    release: '6.1',
    answer: 'IntegrationDaemonServicesResponse',
    handle: (call) => {
      const groups = groupsOf(call.document());
      const own = groups === undefined ? {} : { dynamicIntegrationGroupsConfig: groups };
      return { services: { class: 'IntegrationDaemonServicesConfig', ...own } };
    },
  },
  {
    method: 'POST',
    path: '/integration-daemon-services',
    release: '6.1',
    handle: (call) => {
      const sent = beanBody(call.request, 'IntegrationDaemonServicesConfig');
      return setAll(call, sentGroups(sent.dynamicIntegrationGroupsConfig) ?? []);
    },
  },
  { method: 'DELETE', path: '/integration-daemon-services', release: '6.1', handle: removeAll },
];

/** Replaces the group of the same name; the group goes to the end of the list. */
async function setOne(call: AdminCall): Promise<undefined> {
  const group = groupOf(beanBody(call.request, groupClass));
  checkGroup(group);
  checkGroupRuns(group, call.documents.variables());
  const name = group.integrationGroupQualifiedName;
  await call.edit(`updated configuration for integration group ${String(name)}.`, (document) =>
    withGroups(withRepositoryServices(document, call.manners), [
      ...(groupsOf(document) ?? []).filter((other) => other.integrationGroupQualifiedName !== name),
      group,
    ]),
  );
}

async function setAll(call: AdminCall, groups: readonly (Bean | null)[]): Promise<undefined> {
  checkGroupsRun(groups, call);
  await call.edit(updatedAll, (document) => ({
    ...withRepositoryServices(document, call.manners),
    dynamicIntegrationGroupsConfig: groups,
  }));
}

async function removeAll(call: AdminCall): Promise<undefined> {
  await call.edit(removedAll, ({ dynamicIntegrationGroupsConfig: _groups, ...rest }) => ({ ...rest }));
}

/** A name that is not there is no fault; without any list nothing is stored. */
async function removeOne(call: AdminCall, name: string): Promise<undefined> {
  const change = call.change(`updated configuration for integration group ${name}.`);
  const stored = await call.documents.update(
    call.serverName,
    (document) => {
      const groups = document === undefined ? undefined : groupsOf(document);
      if (document === undefined || groups === undefined) return document;
      return withGroups(
        document,
        groups.filter((group) => group.integrationGroupQualifiedName !== name),
      );
    },
    change,
  );
  if (stored !== undefined) call.tag(stored);
}

/** A missing one is left to the check of the document. @throws DOCUMENT_INVALID */
export function checkGroupsRun(groups: readonly (Bean | null)[], { documents }: AdminCall): void {
  const variables = documents.variables();
  for (const [index, group] of groups.entries())
    if (group !== null) checkGroupRuns(group, variables, ` (entry ${index + 1} of the list)`);
}

/** The groups of a document that was sent. A missing one is left to the check of the document. */
export function sentGroups(sent: unknown): readonly (Bean | null)[] | undefined {
  if (sent === undefined || sent === null) return undefined;
  if (!Array.isArray(sent)) throw wrong('shape', 'dynamicIntegrationGroupsConfig has to be a list');
  return sent.map((group: unknown) => groupOrNull(group === null ? null : bean(group, [groupClass])));
}

function groupOrNull(sent: Bean | null): Bean | null {
  return sent === null ? null : groupOf(sent);
}

/** What Egeria does not know of a group is left out. */
function groupOf(sent: Bean): Bean {
  const members = groupMembers.map((member) => [member, textMember(sent, member)] as const);
  return { class: groupClass, ...Object.fromEntries(members.filter(([, value]) => value !== undefined)) };
}

function withGroups(document: ServerDocument, groups: readonly Bean[]): ServerDocument {
  return { ...document, dynamicIntegrationGroupsConfig: groups };
}

/** What is stored was checked when it was. */
function groupsOf({ dynamicIntegrationGroupsConfig: groups }: ServerDocument): readonly Bean[] | undefined {
  return Array.isArray(groups) ? groups : undefined;
}
