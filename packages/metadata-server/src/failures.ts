import { IsthmusError } from '@isthmus/kernel';
import { isPlainObject } from '@isthmus/model';
import type { EgeriaFailure } from '@isthmus/platform';
import type { FastifyRequest } from 'fastify';

const causes = 'org.odpi.openmetadata.repositoryservices.ffdc.exception';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Egeria's name of the parameter that holds the GUID of the route. Default `elementGUID`. */
    guidParameter?: string;
    /** Same, where Egeria names it otherwise in "not found". */
    unknownGuidParameter?: string;
  }
}

/**
 * Faults of the store in Egeria's words: message ids, exception classes and parameter names as recorded of a real 6.1.
 * Undefined: the common mapping.
 */
export function toEgeriaFailure(error: unknown, request: FastifyRequest): EgeriaFailure | undefined {
  if (!IsthmusError.is(error)) return undefined;
  const common = { message: error.message, exception: 'invalidParameter', isthmusCode: error.code } as const;
  const parameter = (parameterName: string) => ({ properties: { parameterName } });
  switch (error.code) {
    case 'ELEMENT_NOT_FOUND': {
      const asOf = isPlainObject(request.body) && request.body.asOfTime !== undefined;
      return {
        ...common,
        code: 404,
        messageId: asOf ? 'OMAG-REPOSITORY-HANDLER-404-005' : 'OMAG-REPOSITORY-HANDLER-404-007',
        causedBy: `${causes}.${asOf ? 'EntityProxyOnlyException' : 'EntityNotKnownException'}`,
        ...parameter(unknownGuidParameter(error, request)),
      };
    }
    case 'ELEMENT_ARCHIVED': {
      const guidParameter = request.place?.config.guidParameter;
      const messageId = 'OMAG-REPOSITORY-HANDLER-400-010';
      return { ...common, code: 400, messageId, ...parameter(guidParameter ?? 'elementGUID') };
    }
    case 'ELEMENT_EXISTS':
      return { ...common, code: 409, messageId: 'OMAG-COMMON-409-001', ...parameter('qualifiedName') };
    case 'ELEMENT_OWNED_ELSEWHERE':
      return {
        ...common,
        code: 400,
        messageId: 'OMAG-REPOSITORY-HANDLER-400-008',
        exception: 'notAuthorized',
        properties: { userId: userIdOf(request) },
      };
    case 'TYPE_UNKNOWN':
    case 'TYPE_UNSUITABLE':
      return { ...common, code: 400, ...typeFault(error, request) };
    case 'PROPERTY_UNKNOWN':
    case 'PROPERTY_TYPE_WRONG':
      return { ...common, code: 400, ...badProperties };
    case 'PARAMETER_MISSING':
      return { ...common, code: 400, messageId: 'OMAG-COMMON-400-006', ...parameter(parameterOf(error) ?? 'name') };
    case 'PARAMETER_INVALID':
      return {
        ...common,
        code: 400,
        messageId: 'OMAG-COMMON-400-016',
        ...parameter(parameterOf(error) ?? 'requestBody'),
      };
    default:
      return undefined;
  }
}

const badProperties = {
  messageId: 'OMAG-REPOSITORY-HANDLER-400-001',
  causedBy: `${causes}.PropertyErrorException`,
  properties: { parameterName: 'newProperties' },
} as const;

/** On a classification's path a wrong name counts as wrong properties; elsewhere it is the type that is wrong. */
function typeFault(error: IsthmusError, request: FastifyRequest) {
  if (request.place?.url.includes('/classifications/') === true) return badProperties;
  const messageId = error.code === 'TYPE_UNKNOWN' ? 'OMAG-COMMON-400-018' : 'OMAG-COMMON-400-019';
  return { messageId, properties: { parameterName: 'typeName' } };
}

function unknownGuidParameter(error: IsthmusError, request: FastifyRequest): string {
  const { unknownGuidParameter: unknown, guidParameter } = request.place?.config ?? {};
  const told = parameterOf(error);
  // The store calls the GUID that it is asked about `elementGUID`, whatever the call calls it.
  return told !== undefined && told !== 'elementGUID' ? told : (unknown ?? guidParameter ?? 'elementGUID');
}

function parameterOf(error: IsthmusError): string | undefined {
  const { parameter } = error.details;
  return typeof parameter === 'string' ? parameter : undefined;
}

function userIdOf(request: FastifyRequest): string {
  const { params } = request;
  if (typeof params !== 'object' || params === null || !('userId' in params)) return request.caller.name;
  return String(params.userId);
}
