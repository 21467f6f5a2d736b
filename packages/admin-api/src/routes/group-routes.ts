import type { AdminApi, AdminHttp } from '../admin-api.js';
import { bodyLimitBytes } from '../admin-api.js';
import { seePath } from '../http/see-path.js';
import { AcceptedSchema, AddedConnectorSchema } from '../schemas/connector.js';
import { NewConnectorSchema, NothingSchema } from '../schemas/connector-requests.js';
import { GroupListSchema, GroupSchema, groupParameters, NewGroupSchema } from '../schemas/group.js';
import { problems } from '../schemas/problem.js';
import { ref } from '../schemas/vocabulary.js';
import { toGroup } from '../views/group-view.js';
import { toNewConnector } from '../views/requests.js';

export function addGroupRoutes(http: AdminHttp, api: AdminApi): void {
  addGroupReads(http, api);
  addGroupChanges(http, api);
}

function addGroupReads(http: AdminHttp, { daemon }: AdminApi): void {
  http.get(
    '/groups',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listGroups',
        tags: ['groups'],
        summary: 'Every group that the daemon watches',
        response: { 200: ref(GroupListSchema), ...problems() },
      },
    },
    async () => ({ items: daemon.groups().map(toGroup) }),
  );

  http.get(
    '/groups/:name',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getGroup',
        tags: ['groups'],
        summary: 'One group with its conditions',
        params: groupParameters,
        response: { 200: ref(GroupSchema), ...problems(404) },
      },
    },
    async (request) => toGroup(daemon.group(request.params.name)),
  );
}

function addGroupChanges(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/groups',
    {
      config: { role: 'operator' },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'createGroup',
        tags: ['groups'],
        summary: 'Make a group and watch it',
        body: NewGroupSchema,
        response: { 201: ref(GroupSchema), ...problems(409, 413, 415) },
      },
    },
    async (request, reply) => {
      const group = await daemon.createGroup(request.body, request.caller.name);
      return reply.code(201).header('location', seePath('groups', group.key.qualifiedName)).send(toGroup(group));
    },
  );

  http.delete(
    '/groups/:name',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'deleteGroup',
        tags: ['groups'],
        summary: 'Delete a group; its connectors stop',
        description: 'What the connectors catalogued stays.',
        params: groupParameters,
        response: { 202: ref(AcceptedSchema), ...problems(404, 409) },
      },
    },
    async (request, reply) => {
      await daemon.deleteGroup(request.params.name, request.caller.name);
      return reply.code(202).send({ see: seePath('groups', request.params.name) });
    },
  );

  http.post(
    '/groups/:name/confirm',
    {
      config: { role: 'operator' },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'confirmGroup',
        tags: ['groups'],
        summary: 'Let the change through that waits for confirmation',
        params: groupParameters,
        body: NothingSchema,
        response: { 202: ref(GroupSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const group = await daemon.confirmGroup(request.params.name, request.caller.name);
      return reply.code(202).send(toGroup(group));
    },
  );

  http.post(
    '/groups/:name/connectors',
    {
      config: { role: 'operator' },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'addConnector',
        tags: ['connectors'],
        summary: 'Register a connector with a group',
        description: 'The configuration is checked first: what its provider refuses is not registered.',
        params: groupParameters,
        body: NewConnectorSchema,
        response: { 202: ref(AddedConnectorSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const added = await daemon.addConnector(name, toNewConnector(request.body), request.caller.name);
      return reply.code(202).send({ ...added, see: seePath('connectors', added.connectorGuid, name) });
    },
  );
}
