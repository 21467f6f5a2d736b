import { type Clock, systemClock } from '@isthmus/kernel';
import { type EgeriaRelease, egeriaErrorHandler, withOtherVerbs } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import type { FastifyInstance } from 'fastify';
import { addConnectionCalls } from './connection-calls.js';
import { addConnectorCalls } from './connector-calls.js';
import type { AddCalls, DaemonFace } from './daemon-call.js';
import { toDaemonFailure } from './daemon-failures.js';
import { addLineageCalls, addLineageServiceCalls } from './lineage-calls.js';
import { addIntegrationServiceCalls, addServiceValidateCall, addValidateCall } from './service-calls.js';
import { addStatusCalls } from './status-calls.js';

const below = '/servers/:serverName/open-metadata';

/** Where each release has its calls. 4.3 and 5.3 carry the caller in the path. */
const roots: readonly {
  readonly prefix: string;
  readonly release: EgeriaRelease;
  readonly add: readonly AddCalls[];
}[] = [
  {
    prefix: `${below}/integration-daemon/users/:userId`,
    release: '4.3',
    add: [addStatusCalls, addConnectorCalls, addConnectionCalls, addIntegrationServiceCalls],
  },
  {
    prefix: `${below}/integration-services`,
    release: '4.3',
    add: [addServiceValidateCall, addLineageServiceCalls],
  },
  {
    prefix: `${below}/integration-daemon`,
    release: '6.1',
    add: [addStatusCalls, addConnectorCalls, addConnectionCalls, addValidateCall, addLineageCalls],
  },
];

/**
 * Adds Egeria's daemon services (`/servers/{serverName}/open-metadata/integration-daemon`) for every integration daemon
 * of the process: as Egeria's clients know them, over the same use cases as `/api/v1`.
 *
 * @param daemonOf - see `DaemonFace`
 */
export async function integrationDaemonRoutes(
  http: FastifyInstance,
  daemonOf: (serverName: string) => IntegrationDaemon,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<void> {
  const face: DaemonFace = { daemonOf, clock };
  for (const { prefix, release, add } of roots)
    await http.register(
      async (scope) => {
        scope.setErrorHandler(egeriaErrorHandler(toDaemonFailure));
        withOtherVerbs(scope, () => {
          for (const addCalls of add) addCalls(scope, face, release);
        });
      },
      { prefix },
    );
}
