import type { EgeriaRelease, FaceScope } from '@isthmus/platform';
import { type DaemonFace, daemonOf, pathPart, sendAnswer } from './daemon-call.js';
import { ofAnotherService, serviceNotRunning } from './daemon-failures.js';
import { toConnectorReport } from './provider-report.js';

/** 4.3's calls of statically configured integration services, of which a daemon with groups has none. */
export function addIntegrationServiceCalls(scope: FaceScope, face: DaemonFace, release: EgeriaRelease): void {
  const config = { role: 'operator', answer: 'VoidResponse', release } as const;
  for (const verb of ['refresh', 'restart'])
    scope.post(`/integration-services/:marker/${verb}`, { config }, async (request) => {
      daemonOf(face, request);
      throw serviceNotRunning(pathPart(request, 'marker'));
    });

  scope.get(
    '/integration-services/summary',
    { config: { role: 'viewer', answer: 'IntegrationServiceSummaryResponse', release } },
    async (request, reply) => {
      daemonOf(face, request);
      return sendAnswer(request, reply);
    },
  );
}

/** What runs for a provider's name: 6.1 asks the daemon. */
export function addValidateCall(scope: FaceScope, face: DaemonFace, release: EgeriaRelease): void {
  addValidate(scope, face, release, '/validate-connector/:connectorProviderClassName');
}

/** 4.3 asks the integration service of a kind, which knows connectors of this kind alone. */
export function addServiceValidateCall(scope: FaceScope, face: DaemonFace, release: EgeriaRelease): void {
  addValidate(scope, face, release, '/:marker/users/:userId/validate-connector/:connectorProviderClassName');
}

function addValidate(scope: FaceScope, face: DaemonFace, release: EgeriaRelease, path: string): void {
  const config = { role: 'viewer', answer: 'ConnectorReportResponse', release } as const;
  scope.get(path, { config }, async (request, reply) => {
    const name = pathPart(request, 'connectorProviderClassName');
    const marker = pathPart(request, 'marker');
    const provider = await daemonOf(face, request).provider(name);
    if (marker !== '' && marker !== `${provider.kind}-integrator`) throw ofAnotherService(name, provider.kind, marker);
    return sendAnswer(request, reply, { connectorReport: toConnectorReport(provider, name) });
  });
}
