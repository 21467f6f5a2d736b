import { IsthmusError, isErrorCode } from '@isthmus/kernel';
import { type EgeriaRelease, egeriaAnswer, type FaceScope } from '@isthmus/platform';
import type { ConnectorStatus, GroupStatus, IntegrationDaemon } from '@isthmus/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { membersOf, SlicedJson } from '../http/sliced-json.js';
import { awaitEffect, unsettled } from './await-effect.js';
import { type DaemonFace, daemonOf, pathPart, sendAnswer } from './daemon-call.js';
import { groupNotStored, noGroups } from './daemon-failures.js';
import {
  isListed,
  type ListedConnector,
  type Schemas,
  schemasOf,
  toFlatReport,
  toReport,
  toSummaryHead,
} from './daemon-views.js';

/** What a daemon does: status, summaries of its groups, and reading their configuration anew. */
export function addStatusCalls(scope: FaceScope, face: DaemonFace, release: EgeriaRelease): void {
  scope.get(
    '/status',
    { config: { role: 'viewer', answer: 'IntegrationDaemonStatusResponse', release } },
    async (request, reply) => {
      const shown = await shownBy(daemonOf(face, request));
      const json = openAnswer(request).add(',"integrationDaemonStatus":{');
      const hasGroups = await addSummaries(json, shown, release);
      if (release === '6.1' && shown.connectors.length > 0) {
        const guids = new Map(shown.groups.map(({ key, guid }) => [key.qualifiedName, guid]));
        json.add(`${hasGroups ? ',' : ''}"integrationConnectorReports":`);
        await json.list(shown.connectors, (connector) =>
          toFlatReport(connector, guids.get(connector.group.qualifiedName), shown.schemas, release),
        );
      }
      return send(reply, json.add('}}'));
    },
  );

  scope.get(
    '/integration-groups/summary',
    { config: { role: 'viewer', answer: 'IntegrationGroupSummariesResponse', release } },
    async (request, reply) => {
      const shown = await shownBy(daemonOf(face, request));
      const json = openAnswer(request);
      if (shown.groups.length > 0) await addSummaries(json.add(','), shown, release);
      return send(reply, json.add('}'));
    },
  );

  scope.get(
    '/integration-groups/:groupName/summary',
    { config: { role: 'viewer', answer: 'IntegrationGroupSummaryResponse', release } },
    async (request, reply) => {
      const daemon = daemonOf(face, request);
      const group = groupOf(daemon, pathPart(request, 'groupName'));
      const shown = await shownBy(daemon, group.key.qualifiedName);
      const json = openAnswer(request).add(',"integrationGroupSummary":');
      await addSummary(json, group, shown, release);
      return send(reply, json.add('}'));
    },
  );

  addRefreshConfiguration(scope, face, release);
}

/** A GET with an effect, as Egeria has it; reading a group anew is what operators may. */
export function addRefreshConfiguration(scope: FaceScope, face: DaemonFace, release: EgeriaRelease): void {
  scope.get(
    '/integration-groups/:groupName/refresh-config',
    { config: { role: 'operator', answer: 'VoidResponse', release } },
    async (request, reply) => {
      const daemon = daemonOf(face, request);
      const { qualifiedName } = groupOf(daemon, pathPart(request, 'groupName')).key;
      const group = await daemon.refreshGroup(qualifiedName, request.caller.name);
      if (group.state === 'missing' || group.pending?.groupIsGone) throw groupNotStored(group, release);
      const fault = faultOf(group);
      if (fault !== undefined) throw fault;
      const stillStarting = await awaitEffect(face, request, reply, unsettled(daemon, qualifiedName));
      return sendAnswer(request, reply, stillStarting > 0 ? { stillStarting } : {});
    },
  );
}

/** Why the list was not taken over; undefined: it was. */
function faultOf({ conditions, state, pending, key }: GroupStatus): IsthmusError | undefined {
  if (state === 'waiting-for-confirmation' && pending !== undefined)
    return new IsthmusError(
      'GROUP_LIST_REJECTED',
      `${pending.stops.length} of ${pending.total} connectors would stop; let it through with \`isthmus group confirm ${key.qualifiedName}\``,
    );
  if (state === 'in-step') return undefined;
  const unmet = conditions.find(({ type, status }) => !status && (type === 'Reachable' || type === 'ListAccepted'));
  const reason = unmet?.reason;
  if (reason !== undefined && isErrorCode(reason.code)) return new IsthmusError(reason.code, reason.message);
  return new IsthmusError('STORE_UNREACHABLE', `the list of ${key.qualifiedName} was not read in time`);
}

/** @throws -400-034 when the daemon has no such group, -400-035 when it has none at all */
function groupOf(daemon: IntegrationDaemon, name: string): GroupStatus {
  if (daemon.groups().length === 0) throw noGroups();
  return daemon.group(name);
}

interface Shown {
  readonly groups: readonly GroupStatus[];
  readonly connectors: readonly ListedConnector[];
  readonly byGroup: ReadonlyMap<string, readonly ListedConnector[]>;
  readonly schemas: Schemas;
}

async function shownBy(daemon: IntegrationDaemon, groupName?: string): Promise<Shown> {
  const connectors = (await daemon.connectors(groupName)).filter(isListed);
  return { groups: daemon.groups(), connectors, byGroup: byGroup(connectors), schemas: schemasOf(daemon) };
}

function byGroup<C extends ConnectorStatus>(connectors: readonly C[]): ReadonlyMap<string, readonly C[]> {
  const groups = new Map<string, C[]>();
  for (const connector of connectors) {
    const name = connector.group.qualifiedName;
    const own = groups.get(name);
    if (own === undefined) groups.set(name, [connector]);
    else own.push(connector);
  }
  return groups;
}

/** @returns whether there was any group */
async function addSummaries(json: SlicedJson, shown: Shown, release: EgeriaRelease): Promise<boolean> {
  if (shown.groups.length === 0) return false;
  json.add('"integrationGroupSummaries":[');
  for (const [index, group] of shown.groups.entries())
    await addSummary(index === 0 ? json : json.add(','), group, shown, release);
  json.add(']');
  return true;
}

async function addSummary(json: SlicedJson, group: GroupStatus, shown: Shown, release: EgeriaRelease): Promise<void> {
  const own = shown.byGroup.get(group.key.qualifiedName) ?? [];
  json.add(`{${membersOf(toSummaryHead(group, own.length > 0, release))}`);
  if (own.length > 0) {
    json.add(',"integrationConnectorReports":');
    await json.list(own, (connector) => toReport(connector, shown.schemas, release));
  }
  json.add('}');
}

/** The envelope, left open for the members that follow. */
function openAnswer(request: FastifyRequest): SlicedJson {
  const className = request.place?.config.answer ?? 'FFDCResponseBase';
  return new SlicedJson().add(`{${membersOf(egeriaAnswer(className, {}, request.manners))}`);
}

function send(reply: FastifyReply, json: SlicedJson): FastifyReply {
  return reply.type('application/json').send(json.bytes());
}
