import { type AdminApi, type AdminHttp, bodyLimitBytes } from '../admin-api.js';
import { StartedRunSchema } from '../schemas/connector.js';
import { ReasonSchema, ReleasedSchema, runParameters } from '../schemas/plan.js';
import { problems } from '../schemas/problem.js';
import { ref } from '../schemas/vocabulary.js';
import { toStarted } from '../views/started-run.js';

/** Taking a run back, and letting refreshes write again what was taken back. */
export function addUndoRoutes(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/runs/:id/undo',
    {
      config: { role: 'operator', audited: ['reason'] },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'undoRun',
        tags: ['runs'],
        summary: 'Take back what a run wrote, in a run of its own',
        description:
          'What anybody changed since stays and stands in the findings of that run. Refreshes leave what was taken back alone until its source changes or it is released.',
        params: runParameters,
        body: ReasonSchema,
        response: { 202: ref(StartedRunSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, body, caller }, reply) => {
      return reply.code(202).send(toStarted(await daemon.undoRun(params.id, caller.name, body.reason)));
    },
  );

  http.post(
    '/runs/:id/release',
    {
      config: { role: 'operator', audited: ['reason'] },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'releaseRun',
        tags: ['runs'],
        summary: 'Let refreshes write again what a run has taken back',
        params: runParameters,
        body: ReasonSchema,
        response: { 200: ref(ReleasedSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, body, caller }) => ({
      itemCount: await daemon.releaseRun(params.id, caller.name, body.reason),
    }),
  );
}
