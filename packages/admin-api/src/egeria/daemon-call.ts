import { type Clock, IsthmusError } from '@isthmus/kernel';
import { bodyMissing, type EgeriaRelease, egeriaAnswer, type FaceScope } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What the routes of Egeria's daemon services need. */
export interface DaemonFace {
  /**
   * The daemon of this server, asked at each call.
   *
   * @throws OMAG-MULTI-TENANT-404-001 when no such server runs, -404-002 when it runs and is no integration daemon
   */
  readonly daemonOf: (serverName: string) => IntegrationDaemon;
  readonly clock: Clock;
}

export type AddCalls = (scope: FaceScope, face: DaemonFace, release: EgeriaRelease) => void;
export type AddReceiver = (http: FastifyInstance, face: DaemonFace, release: EgeriaRelease) => void;

type Fields = Readonly<Record<string, unknown>>;

/** A part of the path; empty when the route has none of this name. */
export function pathPart(request: FastifyRequest, name: string): string {
  const value = isFields(request.params) ? request.params[name] : undefined;
  return typeof value === 'string' ? value : '';
}

export function daemonOf(face: DaemonFace, request: FastifyRequest): IntegrationDaemon {
  return face.daemonOf(pathPart(request, 'serverName'));
}

/**
 * A body that may be left out: none and `null` say nothing.
 *
 * @throws REQUEST_INVALID when it is no object
 */
export function optionalBody({ body }: FastifyRequest): Fields {
  if (body === undefined || body === null) return {};
  if (isFields(body)) return body;
  throw new IsthmusError('REQUEST_INVALID', 'the body is no object', { details: { fault: 'shape' } });
}

/** @throws REQUEST_INVALID when there is none, or it is no object */
export function requiredBody(request: FastifyRequest): Fields {
  if (request.body === undefined || request.body === null) throw bodyMissing();
  return optionalBody(request);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Numbers and booleans count as texts, as Jackson has it; `null` is no text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** @param members - of the answer beside the envelope */
export function sendAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  members: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  const className = request.place?.config.answer ?? 'VoidResponse';
  return reply.type('application/json').send(JSON.stringify(egeriaAnswer(className, members, request.manners)));
}
