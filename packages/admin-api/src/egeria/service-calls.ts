import type { EgeriaRelease } from '@isthmus/platform';
import type { FastifyInstance } from 'fastify';
import { type DaemonFace, daemonOf, pathPart, sendAnswer } from './daemon-call.js';
import { serviceNotRunning } from './daemon-failures.js';
import { toConnectorReport } from './provider-report.js';

/** 4.3's calls of statically configured integration services, of which a daemon with groups has none. */
export function addIntegrationServiceCalls(http: FastifyInstance, face: DaemonFace, release: EgeriaRelease): void {
  const config = { role: 'operator', answer: 'VoidResponse', release } as const;
  for (const verb of ['refresh', 'restart'])
    http.post(`/integration-services/:marker/${verb}`, { config }, async (request) => {
      daemonOf(face, request);
      throw serviceNotRunning(pathPart(request, 'marker'));
    });

  http.get(
    '/integration-services/summary',
    { config: { role: 'viewer', answer: 'IntegrationServiceSummaryResponse', release } },
    async (request, reply) => {
      daemonOf(face, request);
      return sendAnswer(request, reply);
    },
  );
}

/** What runs for a provider's name: 6.1 asks the daemon. */
export function addValidateCall(http: FastifyInstance, face: DaemonFace, release: EgeriaRelease): void {
  addValidate(http, face, release, '/validate-connector/:connectorProviderClassName');
}

/** What runs for a provider's name: 4.3 asks one of its integration services. */
export function addServiceValidateCall(http: FastifyInstance, face: DaemonFace, release: EgeriaRelease): void {
  addValidate(http, face, release, '/:marker/users/:userId/validate-connector/:connectorProviderClassName');
}

function addValidate(http: FastifyInstance, face: DaemonFace, release: EgeriaRelease, path: string): void {
  http.get(path, { config: { role: 'viewer', answer: 'ConnectorReportResponse', release } }, async (request, reply) => {
    const name = pathPart(request, 'connectorProviderClassName');
    const provider = await daemonOf(face, request).provider(name);
    return sendAnswer(request, reply, { connectorReport: toConnectorReport(provider, name) });
  });
}
