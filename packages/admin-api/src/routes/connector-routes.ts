import type { ConnectorStatus } from '@isthmus/runtime';
import { type AdminApi, type AdminHttp, bodyLimitBytes } from '../admin-api.js';
import { decodeCursor, page, type SortKey } from '../http/cursor.js';
import { KeptJson } from '../http/kept-json.js';
import { seePath } from '../http/see-path.js';
import { sendPage } from '../http/send-page.js';
import { AcceptedSchema, ConnectorPageSchema, ConnectorSchema } from '../schemas/connector.js';
import {
  ConnectorChangeSchema,
  connectorListQuery,
  connectorParameters,
  inGroup,
} from '../schemas/connector-requests.js';
import { problems } from '../schemas/problem.js';
import { ref } from '../schemas/vocabulary.js';
import { toConnector, toConnectorSummary } from '../views/connector-view.js';
import { toConnectorChange } from '../views/requests.js';

const defaultPageSize = 100;
/** A status that has not changed is the same object. */
const summaries = new KeptJson(toConnectorSummary);

export function addConnectorRoutes(http: AdminHttp, api: AdminApi): void {
  addConnectorReads(http, api);
  addConnectorChanges(http, api);
}

function addConnectorReads(http: AdminHttp, { daemon }: AdminApi): void {
  http.get(
    '/connectors',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listConnectors',
        tags: ['connectors'],
        summary: 'Connectors by group and name, page by page',
        description:
          'The order is fixed by group, name and id, so that pages fit together while connectors come and go.',
        querystring: connectorListQuery,
        response: { 200: ref(ConnectorPageSchema), ...problems(404) },
      },
    },
    async (request, reply) => {
      const { group, state, health, limit, cursor } = request.query;
      const after = cursor === undefined ? undefined : decodeCursor(cursor, 4);
      const fitting = (await daemon.connectors(group)).filter(
        (connector) =>
          (state === undefined || connector.state === state) && (health === undefined || connector.health === health),
      );
      const { items, ...rest } = await page(fitting, sortKey, after, limit ?? defaultPageSize);
      return sendPage(reply, items, summaries, { total: fitting.length, ...rest });
    },
  );

  http.get(
    '/connectors/:reference',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getConnector',
        tags: ['connectors'],
        summary: 'One connector with its registration, secrets masked',
        params: connectorParameters,
        querystring: inGroup,
        response: { 200: ref(ConnectorSchema), ...problems(404, 409) },
      },
    },
    async (request) => {
      const connector = daemon.connector(request.params.reference, request.query.group);
      const provider = daemon.providers().find(({ provider }) => provider === connector.provider);
      const heldBack = await daemon.heldBack(connector.connectorGuid, connector.group.qualifiedName);
      const counts = await daemon.conflictCounts();
      const conflicts = counts.find(({ connectorGuid }) => connectorGuid === connector.connectorGuid);
      return toConnector(connector, provider?.configurationSchema, heldBack, conflicts);
    },
  );
}

function addConnectorChanges(http: AdminHttp, { daemon }: AdminApi): void {
  http.patch(
    '/connectors/:reference',
    {
      config: { role: 'operator' },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'updateConnector',
        tags: ['connectors'],
        summary: 'Change the registration of a connector',
        description: 'Only what has to restart is restarted. Other connectors are not touched.',
        params: connectorParameters,
        querystring: inGroup,
        body: ConnectorChangeSchema,
        response: { 202: ref(AcceptedSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const { params, query, body, caller } = request;
      await daemon.updateConnector(params.reference, toConnectorChange(body), caller.name, query.group);
      return reply.code(202).send({ see: seePath('connectors', params.reference, query.group) });
    },
  );

  http.delete(
    '/connectors/:reference',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'removeConnector',
        tags: ['connectors'],
        summary: 'End the registration of a connector; what it catalogued stays',
        params: connectorParameters,
        querystring: inGroup,
        response: { 202: ref(AcceptedSchema), ...problems(404, 409) },
      },
    },
    async (request, reply) => {
      const { params, query, caller } = request;
      await daemon.removeConnector(params.reference, caller.name, query.group);
      return reply.code(202).send({ see: seePath('connectors', params.reference, query.group) });
    },
  );
}

function sortKey(connector: ConnectorStatus): SortKey {
  const { group, name, connectorId } = connector;
  return [group.qualifiedName, name, group.server, connectorId];
}
