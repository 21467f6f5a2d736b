import type { Dispute, KeptByDecision } from '@isthmus/runtime';
import type { Static } from 'typebox';
import { type AdminApi, type AdminHttp, bodyLimitBytes } from '../admin-api.js';
import {
  ConflictPageSchema,
  type ConflictSchema,
  conflictQuery,
  KeptConflictPageSchema,
  type KeptConflictSchema,
  keptConflictQuery,
  ReleaseConflictsSchema,
  ResolveConflictsSchema,
  ResolvedSchema,
} from '../schemas/conflict.js';
import { connectorParameters, inGroup } from '../schemas/connector-requests.js';
import { problems } from '../schemas/problem.js';
import { ref } from '../schemas/vocabulary.js';
import { present, toTime } from '../views/fields.js';
import { toStarted } from '../views/started-run.js';

const defaultCount = 100;

/** What a connector holds back until people decide. */
export function addConflictRoutes(http: AdminHttp, { daemon }: AdminApi): void {
  http.get(
    '/connectors/:reference/conflicts',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listConflicts',
        tags: ['conflicts'],
        summary: 'Fields that both sides have set and elements that were there before, oldest first',
        params: connectorParameters,
        querystring: conflictQuery,
        response: { 200: ref(ConflictPageSchema), ...problems(404, 409) },
      },
    },
    async ({ params, query: { after, limit = defaultCount, group } }) => {
      // One more than asked for tells whether there is a next page.
      const page = present({ after, limit: limit + 1 });
      const found = await daemon.conflicts(params.reference, page, group);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const more = found.length > limit && last !== undefined ? { nextAfter: last.id } : {};
      return { items: items.map(toConflict), ...more };
    },
  );

  http.get(
    '/connectors/:reference/conflicts/decisions',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listConflictDecisions',
        tags: ['conflicts'],
        summary: 'Decisions to keep what the metadata access server has, that can be taken back, by qualified name',
        params: connectorParameters,
        querystring: keptConflictQuery,
        response: { 200: ref(KeptConflictPageSchema), ...problems(404, 409) },
      },
    },
    async ({ params, query: { after = '0', limit = defaultCount, group } }) => {
      const skipped = Number(after);
      const found = await daemon.keptConflicts(params.reference, { skipped, limit: limit + 1 }, group);
      const more = found.length > limit ? { nextAfter: String(skipped + limit) } : {};
      return { items: found.slice(0, limit).map(toKept), ...more };
    },
  );

  http.post(
    '/connectors/:reference/conflicts/resolve',
    {
      config: { role: 'operator', audited: ['take', 'ids', 'reason'] },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'resolveConflicts',
        tags: ['conflicts'],
        summary: 'Decide conflicts: take the value of the source, or keep what the metadata access server has',
        description:
          'What was changed in the metadata access server since it was compared is not written over: it stays in the list and stands in the findings of the run.',
        params: connectorParameters,
        querystring: inGroup,
        body: ResolveConflictsSchema,
        response: { 202: ref(ResolvedSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, query, body, caller }, reply) => {
      const decision = present(body);
      const { count, runId, leftOut } = await daemon.resolveConflicts(
        params.reference,
        caller.name,
        decision,
        query.group,
      );
      const run = runId === undefined ? {} : toStarted(present({ runId, leftOut }));
      return reply.code(202).send({ count, ...run });
    },
  );

  http.post(
    '/connectors/:reference/conflicts/release',
    {
      config: { role: 'operator', audited: ['qualifiedName', 'field', 'reason'] },
      bodyLimit: bodyLimitBytes,
      schema: {
        operationId: 'releaseConflicts',
        tags: ['conflicts'],
        summary: 'Take back a decision to keep what the metadata access server has: it is asked again',
        description:
          'A run compares the element anew, as if nobody had decided: by the policy of the field, or of adoption.',
        params: connectorParameters,
        querystring: inGroup,
        body: ReleaseConflictsSchema,
        response: { 202: ref(ResolvedSchema), ...problems(404, 409, 413, 415) },
      },
    },
    async ({ params, query, body, caller }, reply) => {
      const { count, runId } = await daemon.releaseConflicts(params.reference, caller.name, present(body), query.group);
      return reply.code(202).send({ count, ...(runId === undefined ? {} : toStarted({ runId })) });
    },
  );
}

function toKept({ owner, ...kept }: KeptByDecision): Static<typeof KeptConflictSchema> {
  return present({ ...kept, target: owner.target === '' ? undefined : owner.target });
}

function toConflict({ owner, at, ...dispute }: Dispute): Static<typeof ConflictSchema> {
  return present({ ...dispute, target: owner.target === '' ? undefined : owner.target, at: toTime(at) });
}
