import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { IntegrationDaemon } from '@isthmus/runtime';
import type { FastifyInstance } from 'fastify';
import { type AdminApi, type AdminApiOptions, type AdminHttp, apiPrefix } from './admin-api.js';
import { letCallsChoose } from './http/chosen-server.js';
import { describeApi } from './http/open-api.js';
import { requestValidation } from './http/request-validation.js';
import { addAuditRoutes } from './routes/audit-routes.js';
import { addConflictRoutes } from './routes/conflict-routes.js';
import { addConnectorRoutes } from './routes/connector-routes.js';
import { addConnectorVerbRoutes } from './routes/connector-verb-routes.js';
import { addElementRoutes } from './routes/element-routes.js';
import { addGroupRoutes } from './routes/group-routes.js';
import { addPlanRoutes } from './routes/plan-routes.js';
import { addRunRoutes } from './routes/run-routes.js';
import { addStatusRoutes } from './routes/status-routes.js';
import { addUndoRoutes } from './routes/undo-routes.js';
import { namedSchemas } from './schemas/index.js';

/**
 * Adds `/api/v1`: the use cases of integration daemons for people and scripts. Where several run, `?server=` chooses one;
 * `chosenServer` tells which. Reads need the role viewer, all else
 * operator; the host sees to accounts, roles, errors (`config.role`, `request.caller`).
 *
 * Status answers come from memory. Nothing here waits on connector code: verbs are noted and answered with 202.
 */
export async function adminRoutes(
  http: FastifyInstance,
  daemon: IntegrationDaemon,
  options: AdminApiOptions,
): Promise<void> {
  const api: AdminApi = { ...options, daemon };
  await http.register(
    async (scope) => {
      letCallsChoose(scope);
      scope.setValidatorCompiler(requestValidation);
      // The views build exactly what the schemas say: to compile a serializer for each of them at every start buys nothing.
      scope.setSerializerCompiler(() => (answer: unknown) => JSON.stringify(answer));
      for (const schema of namedSchemas) scope.addSchema(schema);
      await describeApi(scope, options.version);
      const typed: AdminHttp = scope.withTypeProvider<TypeBoxTypeProvider>();
      addStatusRoutes(typed, api);
      addGroupRoutes(typed, api);
      addConnectorRoutes(typed, api);
      addConnectorVerbRoutes(typed, api);
      addRunRoutes(typed, api);
      addPlanRoutes(typed, api);
      addUndoRoutes(typed, api);
      addConflictRoutes(typed, api);
      addElementRoutes(typed, api);
      addAuditRoutes(typed, api);
    },
    { prefix: apiPrefix },
  );
}
