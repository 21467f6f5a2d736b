import type { Clock } from '@isthmus/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../accounts.js';
import { addPlatformFace, type PlatformFace } from '../admin-services/platform-face.js';
import type { ServerDocuments } from '../documents/server-documents.js';
import { egeriaAnswer } from '../egeria/egeria-answer.js';
import { type EgeriaRelease, egeriaReleases } from '../egeria/egeria-manners.js';
import type { FaceScope } from '../egeria/face-table.js';
import type { ServerRegistry } from '../servers/server-registry.js';
import type { PlatformDescription } from './platform-pages.js';

export interface PlatformServicesParts {
  readonly servers: ServerRegistry;
  readonly documents: ServerDocuments;
  /** Egeria's connector type of what runs for the class or provider of this name; undefined: nothing does. */
  readonly connectorType: (providerName: string) => Promise<object | undefined>;
  /** What `/api/public/app/info` tells. */
  readonly description?: PlatformDescription;
  /**
   * What is told of a running server of its own kind beside what all servers tell: a JSON object that has members.
   * Bytes, as it may be too long to be made in one go. Undefined: nothing.
   */
  readonly serverReport?: (serverName: string) => Promise<Buffer | undefined>;
  /** Ends the process; called after the answer has gone. */
  readonly shutDown: () => void;
  readonly clock: Clock;
}

/** One call of the platform services or server operations. */
export interface ServiceRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the root of its release. */
  readonly path: string;
  /** Class of the answer. */
  readonly answer: string;
  readonly role: Role | 'public';
  /** The only release that has it. Default: both. */
  readonly release?: EgeriaRelease;
  /** @returns the members of the answer; undefined when it was sent already */
  handle(request: FastifyRequest, reply: FastifyReply): Promise<Members> | Members;
}

export type Members = Readonly<Record<string, unknown>> | undefined;

/** Adds calls below the paths that each release has for them in a face. */
export function addServiceRoutes(
  http: FastifyInstance,
  face: PlatformFace,
  paths: Readonly<Partial<Record<EgeriaRelease, string>>>,
  routes: readonly ServiceRoute[],
): void {
  addPlatformFace(http, face, (scope) => {
    for (const release of egeriaReleases)
      for (const route of paths[release] === undefined ? [] : routes)
        if (route.release === undefined || route.release === release)
          addServiceRoute(scope, route, `${paths[release]}${route.path}`, release);
  });
}

export function addServiceRoute(scope: FaceScope, route: ServiceRoute, url: string, release: EgeriaRelease): void {
  const { method, role, answer } = route;
  scope.route({
    method,
    url,
    config: { role, answer, release },
    handler: async (request, reply) => {
      const members = await route.handle(request, reply);
      if (reply.sent) return reply;
      return reply.type('application/json').send(JSON.stringify(egeriaAnswer(answer, members, request.manners)));
    },
  });
}

export function pathText(request: FastifyRequest, name: string): string {
  const { params } = request;
  const value: unknown =
    typeof params === 'object' && params !== null ? Object.getOwnPropertyDescriptor(params, name)?.value : undefined;
  return typeof value === 'string' ? value : '';
}
