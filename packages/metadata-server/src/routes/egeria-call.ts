import { randomUUID } from 'node:crypto';
import type { TypeSystem } from '@isthmus/model';
import {
  bodyMissing,
  EgeriaError,
  type EgeriaRelease,
  egeriaAnswer,
  type FaceScope,
  type Role,
} from '@isthmus/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GroupBeans } from '../groups/registered-connectors.js';
import type { OlderFace } from '../older/older-face.js';
import type { OutTopicConfiguration } from '../out-topic/out-topic-configuration.js';
import { Fields } from '../requests/fields.js';
import { grantOf } from '../requests/grant-header.js';
import { defined, noFields } from '../requests/query-options.js';
import type { ElementStore, Writer } from '../store/element-store.js';
import type { BeanViews } from '../views/bean-view.js';
import type { ElementViews } from '../views/element-view.js';

/** What calls need of the metadata server that they name. */
export interface StoreFace {
  readonly serverName: string;
  readonly types: TypeSystem;
  readonly views: ElementViews;
  readonly beans: BeanViews;
  /** The same in the words of 4.3. */
  readonly older: OlderFace;
  readonly maxPageSize: number;
  /** Zones that `publish` adds. */
  readonly publishZones: readonly string[];
  /** Where changes are told; absent: nowhere. */
  readonly outTopic?: OutTopicConfiguration;
  /** @throws while the server is not running */
  store(): ElementStore;
}

/** What the routes of all metadata servers of the process share. */
export interface StoreFaces {
  readonly types: TypeSystem;
  /**
   * Of the server that the path names.
   *
   * @throws OMAG-MULTI-TENANT-404-001, -404-002
   */
  of(request: FastifyRequest): StoreFace;
}

export interface CallDefinition {
  readonly method: 'GET' | 'POST';
  /** Below the root of the service. */
  readonly path: string;
  /** Class of the answer. */
  readonly answer: string;
  readonly role: Role;
  /** The release whose call this is. Default 6.1. */
  readonly release?: EgeriaRelease;
  /**
   * `needed`: without a body the framework answers 400, as Spring does; `expected`: Egeria's own complaint; `text`: a
   * JSON string, which the handler takes from the request; else a call without a body has no fields. Default `optional`.
   */
  readonly body?: 'needed' | 'expected' | 'text' | 'optional';
  readonly guidParameter?: string;
  readonly unknownGuidParameter?: string;
}

/** A request, read. */
export interface Call {
  readonly face: StoreFace;
  readonly store: ElementStore;
  readonly path: Fields;
  readonly query: Fields;
  readonly body: Fields;
  readonly userId: string;
  /** The caller's, else a new one; recorded with what is written. */
  readonly requestId: string;
  /** The same where the answer carries it: 4.3 knows none. */
  readonly toldRequestId: string | undefined;
  /** Groups, connectors and connections in the JSON of the release whose call this is. */
  readonly beans: GroupBeans;
  readonly writer: Writer;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Members of the answer, or the whole answer as JSON text. */
export type CallAnswer = Readonly<Record<string, unknown>> | string;
export type CallHandler = (call: Call) => Promise<CallAnswer>;

/** Adds one of Egeria's calls to a scope whose errors are told in Egeria's words. */
export function addCall(scope: FaceScope, faces: StoreFaces, definition: CallDefinition, handle: CallHandler): void {
  const { method, path, answer, role, release = '6.1', guidParameter, unknownGuidParameter } = definition;
  scope.route({
    method,
    url: path,
    config: { role, answer, release, ...defined({ guidParameter, unknownGuidParameter }) },
    handler: async (request, reply) => {
      const call = readCall(faces.of(request), definition, request, reply);
      if (role === 'operator' && call.writer.grant !== undefined) await call.store.checkGrant(call.writer.grant);
      const result = await handle(call);
      if (reply.sent) return reply;
      reply.type('application/json');
      if (typeof result === 'string') return result;
      return JSON.stringify(
        egeriaAnswer(
          answer,
          { ...(call.toldRequestId === undefined ? {} : { requestId: call.toldRequestId }), ...result },
          request.manners,
        ),
      );
    },
  });
}

function readCall(face: StoreFace, definition: CallDefinition, request: FastifyRequest, reply: FastifyReply): Call {
  const store = face.store();
  const path = Fields.of(request.params) ?? noFields;
  const body = readBody(definition, request);
  const userId = path.text('userId') ?? request.caller.name;
  const requestId = body.text('requestId')?.slice(0, 100) ?? randomUUID();
  return {
    face,
    store,
    path,
    query: Fields.of(request.query) ?? noFields,
    body,
    userId,
    requestId,
    toldRequestId: request.manners.tellsRequestId ? requestId : undefined,
    beans: request.manners.release === '4.3' ? face.older.beans : face.beans,
    writer: writerOf(request, body, userId, requestId),
    request,
    reply,
  };
}

function readBody(definition: CallDefinition, request: FastifyRequest): Fields {
  if (definition.body === 'text') {
    if (typeof request.body !== 'string') throw bodyMissing();
    return noFields;
  }
  const body = Fields.of(request.body);
  if (body !== undefined) return body;
  if (definition.body === 'needed') throw bodyMissing();
  if (definition.body === 'expected')
    throw new EgeriaError({
      code: 400,
      messageId: 'OMAG-COMMON-400-017',
      message: 'the call needs a request body',
      exception: 'invalidParameter',
      properties: { parameterName: 'requestBody' },
      isthmusCode: 'PARAMETER_MISSING',
    });
  return noFields;
}

function writerOf(request: FastifyRequest, body: Fields, userId: string, requestId: string): Writer {
  const guid = body.text('externalSourceGUID');
  const name = body.text('externalSourceName');
  return defined({
    userId,
    externalSource: guid !== undefined && name !== undefined ? { guid, name } : undefined,
    requestId,
    grant: grantOf(request.headers),
  });
}

/** Egeria's complaint about a name that is needed. */
export function nameMissing(parameterName: string): EgeriaError {
  return new EgeriaError({
    code: 400,
    messageId: 'OMAG-COMMON-400-006',
    message: `${parameterName} is missing`,
    exception: 'invalidParameter',
    properties: { parameterName },
    isthmusCode: 'PARAMETER_MISSING',
  });
}

/** @throws the complaint above for none and for an empty one */
export function needText(fields: Fields, name: string, parameterName = name): string {
  const text = fields.text(name);
  if (text === undefined || text === '') throw nameMissing(parameterName);
  return text;
}
