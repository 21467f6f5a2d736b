import type { PlanFilter } from '@isthmus/runtime';
import type { Static } from 'typebox';
import { type AdminApi, type AdminHttp, bodyLimitBytes } from '../admin-api.js';
import { seePath } from '../http/see-path.js';
import { StartedRunSchema } from '../schemas/connector.js';
import { connectorParameters, inGroup, NothingSchema, runListQuery } from '../schemas/connector-requests.js';
import {
  ApprovePlanSchema,
  PlanItemPageSchema,
  PlanListSchema,
  PlanSchema,
  planItemsQuery,
  ReasonSchema,
  runParameters,
} from '../schemas/plan.js';
import { problems } from '../schemas/problem.js';
import { ref } from '../schemas/vocabulary.js';
import { present } from '../views/fields.js';
import { toPlan, toPlanItem } from '../views/plan-view.js';
import { toStarted } from '../views/started-run.js';

const defaultPlanCount = 20;
const defaultItemCount = 100;

/** What a run would do, seen before it does it, and what people decide about it. */
export function addPlanRoutes(http: AdminHttp, api: AdminApi): void {
  addPreview(http, api);
  addPlanReads(http, api);
  addPlanItems(http, api);
  addDecisions(http, api);
}

function addPreview(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/connectors/:reference/preview',
    {
      config: { role: 'operator' },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'previewConnector',
        tags: ['plans'],
        summary: 'Ask for a run that writes nothing and ends in a plan',
        params: connectorParameters,
        querystring: inGroup,
        body: NothingSchema,
        response: { 202: ref(StartedRunSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, query, caller }, reply) => {
      const { runId } = await daemon.previewConnector(params.reference, caller.name, query.group);
      return reply.code(202).send({ runId, see: seePath('runs', runId) });
    },
  );
}

function addPlanReads(http: AdminHttp, { daemon }: AdminApi): void {
  http.get(
    '/connectors/:reference/plans',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listPlans',
        tags: ['plans'],
        summary: 'Last plans of a connector, newest first',
        params: connectorParameters,
        querystring: runListQuery,
        response: { 200: ref(PlanListSchema), ...problems(404, 409) },
      },
    },
    async ({ params, query }) => {
      const plans = await daemon.plans(params.reference, query.limit ?? defaultPlanCount, query.group);
      return { items: plans.map(toPlan) };
    },
  );

  http.get(
    '/runs/:id/plan',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getPlan',
        tags: ['plans'],
        summary: 'The plan that a run made: counts, certificates, state',
        params: runParameters,
        response: { 200: ref(PlanSchema), ...problems(404) },
      },
    },
    async ({ params }) => toPlan(await daemon.plan(params.id)),
  );
}

function addPlanItems(http: AdminHttp, { daemon }: AdminApi): void {
  http.get(
    '/runs/:id/plan/items',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listPlanItems',
        tags: ['plans'],
        summary: 'Items of a plan with the old and new value of each field, in the order of applying',
        params: runParameters,
        querystring: planItemsQuery,
        response: { 200: ref(PlanItemPageSchema), ...problems(404) },
      },
    },
    async ({ params, query }) => {
      const { after = 0, limit = defaultItemCount } = query;
      // One more than asked for tells whether there is a next page.
      const found = await daemon.planItems(params.id, { filter: filterOf(query), after, limit: limit + 1 });
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const more = found.length > limit && last !== undefined ? { nextAfter: last.number } : {};
      return { items: items.map(toPlanItem), ...more };
    },
  );
}

function addDecisions(http: AdminHttp, { daemon }: AdminApi): void {
  http.post(
    '/runs/:id/plan/approve',
    {
      config: { role: 'operator', audited: ['reason', 'only', 'except'] },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'approvePlan',
        tags: ['plans'],
        summary: 'Approve a plan as a whole or in part; a run then applies it',
        description:
          'The run refuses the plan with PLAN_STALE and writes nothing when an element of it has changed since. Repeating goes on with a plan that was not applied to its end.',
        params: runParameters,
        body: ApprovePlanSchema,
        response: { 202: ref(StartedRunSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, body, caller }, reply) => {
      return reply.code(202).send(toStarted(await daemon.approvePlan(params.id, caller.name, present(body))));
    },
  );

  http.post(
    '/runs/:id/plan/reject',
    {
      config: { role: 'operator', audited: ['reason'] },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'rejectPlan',
        tags: ['plans'],
        summary: 'Decide that nothing of a plan will be applied',
        params: runParameters,
        body: ReasonSchema,
        response: { 200: ref(PlanSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, body, caller }) => {
      await daemon.rejectPlan(params.id, caller.name, body.reason);
      return toPlan(await daemon.plan(params.id));
    },
  );
}

function filterOf({ action, decision, type, scope, text }: Static<typeof planItemsQuery>): PlanFilter {
  return present({
    actions: action === undefined ? undefined : [action],
    decisions: decision === undefined ? undefined : [decision],
    typeName: type,
    scope,
    text,
  });
}
