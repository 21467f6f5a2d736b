import type { FastifyInstance } from 'fastify';

export interface PlatformDescription {
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  readonly organizationName?: string | undefined;
}

const reader = { config: { role: 'viewer', release: '6.1' } } as const;

/** Pages beside the services: how the platform is called, and where its health is told. */
export function addPlatformPages(
  http: FastifyInstance,
  { displayName, description, organizationName }: PlatformDescription,
): void {
  http.get('/api/public/app/info', { config: { role: 'public', release: '6.1' } }, async () => ({
    displayName: displayName ?? 'Isthmus',
    description,
    organizationName,
  }));
  http.get('/actuator', reader, async (request) => {
    const root = `${request.protocol}://${request.host}/actuator`;
    const link = (href: string, templated: boolean) => ({ href, templated });
    return {
      _links: {
        self: link(root, false),
        health: link(`${root}/health`, false),
        'health-path': link(`${root}/health/{*path}`, true),
      },
    };
  });
  http.get('/actuator/health', { config: { role: 'public', release: '6.1' } }, async () => ({ status: 'UP' }));
}
