import { IsthmusError } from '@isthmus/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EgeriaError, type EgeriaFailure, egeriaErrorHandler, egeriaFailure } from '../egeria/egeria-answer.js';

/** Egeria's message id for each member that a document or a group may have wrong, and its name for the parameter. */
const wrongMembers: Readonly<Record<string, { readonly id: string; readonly parameterName: string }>> = {
  localServerName: { id: 'OMAG-ADMIN-400-002', parameterName: 'localServerName' },
  maxPageSize: { id: 'OMAG-ADMIN-400-014', parameterName: 'maxPageSize' },
  versionId: { id: 'OMAG-ADMIN-400-023', parameterName: 'versionId' },
  integrationGroupQualifiedName: {
    id: 'OMAG-ADMIN-400-032',
    parameterName: 'integrationGroupConfig.integrationGroupQualifiedName',
  },
  integrationGroupConfig: { id: 'OMAG-ADMIN-400-038', parameterName: 'integrationGroupConfig' },
  omagserverPlatformRootURL: { id: 'OMAG-ADMIN-400-039', parameterName: 'omagServerServiceRootURL' },
  omagserverName: { id: 'OMAG-ADMIN-400-040', parameterName: 'omagServerName' },
};

/** Faults of stored documents in Egeria's words; a condition that does not hold is HTTP 412, as HTTP has it. */
export function adminErrorHandler() {
  const common = egeriaErrorHandler(documentFailure);
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (!IsthmusError.is(error) || error.code !== 'DOCUMENT_CHANGED') return common(error, request, reply);
    const className = request.place?.config.answer ?? 'VoidResponse';
    if (typeof error.details.etag === 'string') reply.header('etag', error.details.etag);
    const failure: EgeriaFailure = {
      code: 412,
      messageId: 'ISTHMUS-DOCUMENT-412-001',
      message: error.message,
      exception: 'adminInvalidParameter',
      properties: { parameterName: 'If-Match' },
      isthmusCode: error.code,
    };
    return reply
      .code(412)
      .type('application/json')
      .send(JSON.stringify(egeriaFailure(className, failure, request.manners)));
  };
}

function documentFailure(error: unknown): EgeriaFailure | undefined {
  if (!IsthmusError.is(error) || error.code !== 'DOCUMENT_INVALID') return undefined;
  const wrong = wrongMembers[String(error.details.field)];
  return {
    code: 400,
    messageId: wrong?.id ?? 'OMAG-ADMIN-400-009',
    message: error.message,
    exception: 'adminInvalidParameter',
    properties: { parameterName: wrong?.parameterName ?? String(error.details.field) },
    isthmusCode: error.code,
  };
}

/** A parameter that the admin services refuse. */
export function refused(messageId: string, message: string, parameterName: string, code = 400): EgeriaError {
  return new EgeriaError({
    code,
    messageId,
    message,
    exception: 'adminInvalidParameter',
    properties: { parameterName },
  });
}
