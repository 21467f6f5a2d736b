import type { Connection } from '@isthmus/model';
import type { EgeriaRelease, FaceScope } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import type { FastifyRequest } from 'fastify';
import { awaitEffect, startsLeft } from './await-effect.js';
import { connectionFrom, mergedProperties, propertiesFrom } from './connection-body.js';
import { shownProperties } from './connection-view.js';
import { meantBy } from './connector-calls.js';
import { type DaemonFace, daemonOf, pathPart, requiredBody, sendAnswer, textOf } from './daemon-call.js';
import { nameMissing } from './daemon-failures.js';
import { schemasOf } from './daemon-views.js';
import { unmaskedText } from './masked-values.js';

/**
 * The connection of a running connector, as it is and changed. A change is no registration: it lasts until the registered
 * connection changes, the group's configuration is refreshed, or the daemon ends. Where several have a name, all change.
 */
export function addConnectionCalls(scope: FaceScope, face: DaemonFace, release: EgeriaRelease): void {
  const config = { role: 'operator', answer: 'VoidResponse', release } as const;

  scope.get(
    '/integration-connectors/:connectorName/configuration-properties',
    { config: { role: 'viewer', answer: 'PropertiesResponse', release } },
    async (request, reply) => {
      const daemon = daemonOf(face, request);
      const [meant] = await meantBy(daemon, pathPart(request, 'connectorName'));
      const connection = meant?.registration.connection;
      const properties = connection && shownProperties(connection, schemasOf(daemon).get(connection.providerName));
      return sendAnswer(request, reply, { properties });
    },
  );

  scope.post('/integration-connectors/configuration-properties', { config }, async (request, reply) => {
    const body = requiredBody(request);
    const name = textOf(body.connectorName);
    if (name === undefined || name === '') throw nameMissing('connectorName');
    const wanted = propertiesFrom(body.configurationProperties);
    const merge = body.mergeUpdate === true;
    const started = await change(face, request, name, (connection, schema) => ({
      ...connection,
      configurationProperties: mergedProperties(connection, wanted, merge, schema),
    }));
    const stillStarting = await awaitEffect(face, request, reply, started);
    return sendAnswer(request, reply, stillStarting > 0 ? { stillStarting } : {});
  });

  scope.post('/integration-connectors/:connectorName/endpoint-network-address', { config }, async (request, reply) => {
    const address = textOf(requiredBody(request).string);
    const name = pathPart(request, 'connectorName');
    const started = await change(face, request, name, (connection) => atAddress(connection, address));
    const stillStarting = await awaitEffect(face, request, reply, started);
    return sendAnswer(request, reply, stillStarting > 0 ? { stillStarting } : {});
  });

  scope.post('/integration-connectors/:connectorName/connection', { config }, async (request, reply) => {
    const body = requiredBody(request);
    const name = pathPart(request, 'connectorName');
    const started = await change(face, request, name, (connection, schema) => connectionFrom(body, connection, schema));
    const stillStarting = await awaitEffect(face, request, reply, started);
    return sendAnswer(request, reply, stillStarting > 0 ? { stillStarting } : {});
  });
}

/** No address is the removal of the one that was there. */
function atAddress({ networkAddress: former, ...connection }: Connection, address: string | undefined): Connection {
  if (address === undefined || address === '') return connection;
  return { ...connection, networkAddress: unmaskedText(address, former, 'networkAddress') };
}

/** @returns counts those that do not run by the changed connection yet */
async function change(
  face: DaemonFace,
  request: FastifyRequest,
  name: string,
  next: (connection: Connection, schema: unknown) => Connection,
): Promise<() => Promise<number>> {
  const daemon: IntegrationDaemon = daemonOf(face, request);
  const schemas = schemasOf(daemon);
  const meant = await meantBy(daemon, name);
  // all that can be refused is refused before the first one changes
  const changes = meant.map((connector) => {
    const { connection } = connector.registration;
    return { connector, connection: next(connection, schemas.get(connection.providerName)) };
  });
  for (const { connector, connection } of changes)
    await daemon.overrideConnection(
      connector.connectorId,
      connection,
      request.caller.name,
      connector.group.qualifiedName,
    );
  return startsLeft(daemon, meant);
}
