import { type Clock, systemClock } from '@isthmus/kernel';
import { addFace, type EgeriaRelease, egeriaErrorHandler, serverNameOf, viewsRoot } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import type { FastifyInstance } from 'fastify';
import { addConnectionCalls } from './connection-calls.js';
import { addConnectorCalls } from './connector-calls.js';
import type { AddCalls, AddReceiver, DaemonFace } from './daemon-call.js';
import { toDaemonFailure } from './daemon-failures.js';
import { addLineageCalls, addLineageServiceCalls, addLineageViewCalls } from './lineage-calls.js';
import { addIntegrationServiceCalls, addServiceValidateCall, addValidateCall } from './service-calls.js';
import { addRefreshConfiguration, addStatusCalls } from './status-calls.js';

export interface DaemonRoutesOptions {
  readonly clock?: Clock;
  /** Of the servers that run here. Default: none, so that the Runtime Manager finds no daemon. */
  readonly names?: () => readonly string[];
}

const below = '/servers/:serverName/open-metadata';

/** Where each release has its calls. 4.3 and 5.3 carry the caller in the path. */
const roots: readonly {
  readonly root: string;
  readonly release: EgeriaRelease;
  readonly add: readonly AddCalls[];
  /** Takes bodies of its own. */
  readonly addReceiver?: AddReceiver;
  /** The server is called by its GUID. */
  readonly byGuid?: boolean;
}[] = [
  {
    root: `${below}/integration-daemon/users/:userId`,
    release: '4.3',
    add: [addStatusCalls, addConnectorCalls, addConnectionCalls, addIntegrationServiceCalls],
  },
  {
    root: `${below}/integration-services`,
    release: '4.3',
    add: [addServiceValidateCall],
    addReceiver: addLineageServiceCalls,
  },
  {
    root: `${below}/integration-daemon`,
    release: '6.1',
    add: [addStatusCalls, addConnectorCalls, addConnectionCalls, addValidateCall],
    addReceiver: addLineageCalls,
  },
  {
    root: `${viewsRoot}/runtime-manager/integration-daemons/:serverName`,
    release: '6.1',
    add: [addConnectorCalls, addConnectionCalls, addRefreshConfiguration],
    addReceiver: addLineageViewCalls,
    byGuid: true,
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
  { clock = systemClock, names = () => [] }: DaemonRoutesOptions = {},
): Promise<void> {
  const prepare = (scope: FastifyInstance) => scope.setErrorHandler(egeriaErrorHandler(toDaemonFailure));
  for (const { root, release, add, addReceiver, byGuid } of roots) {
    const face: DaemonFace = {
      clock,
      // a GUID that is nobody's is told of as a name that is nobody's
      daemonOf: byGuid === true ? (guid) => daemonOf(serverNameOf(guid, names()) ?? guid) : daemonOf,
    };
    addFace(http, { root, answersOtherVerbs: true, prepare }, (scope) => {
      for (const addCalls of add) addCalls(scope, face, release);
    });
    if (addReceiver === undefined) continue;
    await http.register(
      async (scope) => {
        prepare(scope);
        addReceiver(scope, face, release);
      },
      { prefix: root },
    );
  }
}
