import type { FastifyInstance } from 'fastify';
import { addFace, takeAnyBody } from '../egeria/face.js';
import type { AddFaceRoutes } from '../egeria/face-table.js';
import { adminErrorHandler } from './admin-failures.js';

export type PlatformFace = 'admin-services' | 'platform-services' | 'server-operations';

/** Documents bring their audit trail with them. */
const largestBodyBytes = 4 * 1_048_576;

/** Adds routes below `/open-metadata/<face>`, with what Egeria's framework answers to other verbs. */
export function addPlatformFace(http: FastifyInstance, face: PlatformFace, add: AddFaceRoutes): void {
  const prepare = (scope: FastifyInstance) => {
    takeAnyBody(scope);
    scope.setErrorHandler(adminErrorHandler());
  };
  const root = `/open-metadata/${face}`;
  addFace(http, { root, answersOtherVerbs: true, bodyLimitBytes: largestBodyBytes, prepare }, add);
}
