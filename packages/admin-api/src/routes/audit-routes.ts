import type { AdminApi, AdminHttp } from '../admin-api.js';
import { AuditedCallListSchema, auditQuery } from '../schemas/audit.js';
import { problems } from '../schemas/problem.js';
import { ref } from '../schemas/vocabulary.js';
import { toTime } from '../views/fields.js';

const defaultCount = 100;

export function addAuditRoutes(http: AdminHttp, { auditedCalls = () => [] }: AdminApi): void {
  http.get(
    '/audit',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'listAuditedCalls',
        tags: ['audit'],
        summary: 'Who changed what, when and from where, newest first, over all faces of the process',
        querystring: auditQuery,
        response: { 200: ref(AuditedCallListSchema), ...problems() },
      },
    },
    async ({ query }) => ({
      items: auditedCalls(query.limit ?? defaultCount, query.before).map((call) => ({ ...call, at: toTime(call.at) })),
    }),
  );
}
