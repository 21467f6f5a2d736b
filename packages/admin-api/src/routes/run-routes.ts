import { Type } from 'typebox';
import type { AdminApi, AdminHttp } from '../admin-api.js';
import { connectorParameters, runListQuery } from '../schemas/connector-requests.js';
import { problems } from '../schemas/problem.js';
import { RunListSchema, RunSchema } from '../schemas/run.js';
import { name, ref } from '../schemas/vocabulary.js';
import { toRun, toRunSummary } from '../views/run-view.js';

const defaultRunCount = 20;

export function addRunRoutes(http: AdminHttp, { daemon }: AdminApi): void {
  http.get(
    '/connectors/:reference/runs',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listRuns',
        tags: ['runs'],
        summary: 'Last runs of a connector, newest first',
        params: connectorParameters,
        querystring: runListQuery,
        response: { 200: ref(RunListSchema), ...problems(404, 409) },
      },
    },
    async ({ params, query }) => {
      const runs = await daemon.runs(params.reference, query.limit ?? defaultRunCount, query.group);
      return { items: runs.map(toRunSummary) };
    },
  );

  http.get(
    '/runs/:id',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getRun',
        tags: ['runs'],
        summary: 'One run with its findings',
        params: Type.Object({ id: name('id of the run') }),
        response: { 200: ref(RunSchema), ...problems(404) },
      },
    },
    async ({ params }) => toRun(await daemon.run(params.id)),
  );
}
