import { Readable } from 'node:stream';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, errorCodes as fastifyErrors } from 'fastify';
import { type AddFaceRoutes, commonVerbs, FaceTable, type FaceTableOptions } from './face-table.js';
import { sendSpringError } from './spring-error.js';

export interface FaceOptions extends Omit<FaceTableOptions, 'maxParamLength'> {
  /** Largest body of its routes. Default: that of the process. */
  readonly bodyLimitBytes?: number;
  /** Gives the scope of the face its parsers and its error handler. */
  prepare(scope: FastifyInstance): void;
}

/**
 * Adds routes of a face of Egeria's to those below the same root. Paths that are not among them are unknown, as
 * anywhere else. Where it answers other verbs it does so as Egeria's web framework: OPTIONS names the verbs that there
 * are, the rest is 405.
 */
export function addFace(http: FastifyInstance, options: FaceOptions, add: AddFaceRoutes): void {
  const { root, answersOtherVerbs, bodyLimitBytes, prepare } = options;
  const known = http.faces.get(root);
  if (known !== undefined) {
    known.include(add);
    return;
  }
  const face = new FaceTable({ root, answersOtherVerbs, maxParamLength: http.maxParamLength });
  http.faces.set(root, face);
  face.include(add);
  http.register(async (scope) => {
    prepare(scope);
    scope.route({
      method: [...commonVerbs],
      url: `${root}/*`,
      ...(bodyLimitBytes === undefined ? {} : { bodyLimit: bodyLimitBytes }),
      config: { face },
      handler: answer,
    });
  });
}

/** Takes bodies of any kind as they are: most calls take none, and clients send any. */
export function takeAnyBody(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    // what only says that there is no such verb needs no more than any other call
    const limit = request.server.initialConfig.bodyLimit ?? body.length;
    if (request.place?.allow !== undefined && body.length > limit) throw new fastifyErrors.FST_ERR_CTP_BODY_TOO_LARGE();
    return body;
  });
}

function answer(request: FastifyRequest, reply: FastifyReply): unknown {
  const { place } = request;
  if (place?.handler !== undefined) return place.handler(request, reply);
  reply.header('allow', place?.allow);
  if (request.method === 'OPTIONS') return reply.code(200).send(Readable.from([]));
  return sendSpringError(request, reply, 405);
}
