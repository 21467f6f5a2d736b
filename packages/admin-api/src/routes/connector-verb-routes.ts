import { waitSignal } from '@isthmus/platform';
import { type AdminApi, type AdminHttp, bodyLimitBytes } from '../admin-api.js';
import { seePath } from '../http/see-path.js';
import { AcceptedSchema, ProbeSchema, StartedRunSchema } from '../schemas/connector.js';
import {
  connectorParameters,
  inGroup,
  MoveSchema,
  NothingSchema,
  PauseSchema,
  RefreshSchema,
} from '../schemas/connector-requests.js';
import { problems } from '../schemas/problem.js';
import { ref } from '../schemas/vocabulary.js';

/** The verbs of operators. Each may be repeated; each is noted and answered at once, its effect shows at `see`. */
export function addConnectorVerbRoutes(http: AdminHttp, api: AdminApi): void {
  addPause(http, api);
  addResume(http, api);
  addRefresh(http, api);
  addRestart(http, api);
  addProbe(http, api);
  addMove(http, api);
}

const verb = {
  tags: ['connectors'],
  params: connectorParameters,
  querystring: inGroup,
} as const;

function addPause(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/connectors/:reference/pause',
    {
      config: { role: 'operator', audited: ['reason'] },
      bodyLimit: bodyLimitBytes,
      schema: {
        ...verb,
        operationId: 'pauseConnector',
        summary: 'Hold the connector: no runs until it is resumed, over restarts too',
        body: PauseSchema,
        response: { 202: ref(AcceptedSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, query, body, caller }, reply) => {
      await daemon.pauseConnector(params.reference, caller.name, body.reason, query.group);
      return reply.code(202).send({ see: seePath('connectors', params.reference, query.group) });
    },
  );
}

function addResume(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/connectors/:reference/resume',
    {
      config: { role: 'operator' },
      bodyLimit: bodyLimitBytes,
      schema: {
        ...verb,
        operationId: 'resumeConnector',
        summary: 'End a pause',
        body: NothingSchema,
        response: { 202: ref(AcceptedSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, query, caller }, reply) => {
      await daemon.resumeConnector(params.reference, caller.name, query.group);
      return reply.code(202).send({ see: seePath('connectors', params.reference, query.group) });
    },
  );
}

function addRefresh(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/connectors/:reference/refresh',
    {
      config: { role: 'operator', audited: ['confirmRemovals'] },
      bodyLimit: bodyLimitBytes,
      schema: {
        ...verb,
        operationId: 'refreshConnector',
        summary: 'Ask for a run now',
        description: 'Requests that wait are served by one run: repeating it while one waits gives the same run.',
        body: RefreshSchema,
        response: { 202: ref(StartedRunSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, query, body, caller }, reply) => {
      const { runId } = await daemon.refreshConnector(params.reference, caller.name, query.group, body);
      return reply.code(202).send({ runId, see: seePath('runs', runId) });
    },
  );
}

function addProbe(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/connectors/:reference/probe',
    {
      config: { role: 'operator' },
      bodyLimit: bodyLimitBytes,
      schema: {
        ...verb,
        operationId: 'probeConnector',
        summary: 'Try the way to what the connector reads, step by step',
        description: 'Changes nothing there. A step that fails says what to do; it is no error of this call.',
        body: NothingSchema,
        response: { 200: ref(ProbeSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const { params, query, caller } = request;
      const signal = waitSignal(request, reply);
      return { steps: [...(await daemon.probeConnector(params.reference, caller.name, query.group, signal))] };
    },
  );
}

function addRestart(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/connectors/:reference/restart',
    {
      config: { role: 'operator' },
      bodyLimit: bodyLimitBytes,
      schema: {
        ...verb,
        operationId: 'restartConnector',
        summary: 'Give the connector a new instance; also the way out of `failed`',
        body: NothingSchema,
        response: { 202: ref(AcceptedSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, query, caller }, reply) => {
      await daemon.restartConnector(params.reference, caller.name, query.group);
      return reply.code(202).send({ see: seePath('connectors', params.reference, query.group) });
    },
  );
}

function addMove(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/connectors/:reference/move',
    {
      config: { role: 'operator' },
      bodyLimit: bodyLimitBytes,
      schema: {
        ...verb,
        operationId: 'moveConnector',
        summary: 'Register the connector with another group and end its registration here',
        description: 'It stays the same connector: GUID, runs, and what it remembers of its source go with it.',
        body: MoveSchema,
        response: { 202: ref(AcceptedSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, query, body, caller }, reply) => {
      await daemon.moveConnector(params.reference, body.toGroup, caller.name, query.group);
      return reply.code(202).send({ see: seePath('connectors', params.reference, body.toGroup) });
    },
  );
}
