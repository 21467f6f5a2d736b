import { Type } from 'typebox';
import { freeForm, named, ref } from './vocabulary.js';

/** Plain form of an error inside an answer: why something is in its state. */
export const ErrorReportSchema = named(
  'ErrorReport',
  Type.Object(
    {
      code: Type.String({ description: 'code of the error catalogue; what scripts match' }),
      message: Type.String({ description: 'names the thing and the fault' }),
      next: Type.String({ description: 'what to do next' }),
      retryable: Type.Boolean({ description: 'whether it may go away without anybody changing anything' }),
      details: Type.Optional(freeForm<Readonly<Record<string, unknown>>>('facts')),
    },
    { description: 'Why something is as it is' },
  ),
);

/** Body of every answer with a status of 400 and above (RFC 9457, with `code` and `next`). */
export const ProblemSchema = named(
  'Problem',
  Type.Object(
    {
      title: Type.String({ description: 'meaning of the code' }),
      status: Type.Integer({ description: 'HTTP status' }),
      code: Type.String({ description: 'code of the error catalogue; what scripts match' }),
      message: Type.String({ description: 'names the thing and the fault' }),
      next: Type.String({ description: 'what to do next' }),
      retryable: Type.Boolean({ description: 'whether the same request may succeed later' }),
      details: Type.Optional(freeForm<Readonly<Record<string, unknown>>>('facts: field, allowed values and the like')),
    },
    { additionalProperties: true, description: 'An error (RFC 9457)' },
  ),
);

const meanings: Readonly<Record<number, string>> = {
  400: 'The request does not fit the call',
  401: 'The call needs the token of an account',
  403: 'The role of the account does not allow this',
  404: 'There is no such thing',
  409: 'It cannot be done in the present state',
  413: 'The request is larger than is accepted',
  415: 'Bodies are JSON only',
  500: 'An unexpected fault',
  502: 'The metadata access server or a source answered with a fault',
  503: 'Something that is needed does not answer',
};

/** The error answers of a route. Every route may answer 400, 401, 403 and 500 to 503; name the others. */
export function problems(...statuses: readonly (404 | 409 | 413 | 415)[]) {
  return Object.fromEntries(
    [400, 401, 403, ...statuses, 500, 502, 503].map((status) => [
      status,
      {
        description: meanings[status] ?? 'Error',
        content: { 'application/problem+json': { schema: ref(ProblemSchema) } },
      },
    ]),
  );
}
