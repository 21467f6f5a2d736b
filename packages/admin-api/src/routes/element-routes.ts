import { IsthmusError } from '@isthmus/kernel';
import { waitSignal } from '@isthmus/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AdminApi, AdminHttp } from '../admin-api.js';
import {
  ElementPageSchema,
  ElementWithRelatedSchema,
  elementListQuery,
  elementParameters,
  elementQuery,
} from '../schemas/element.js';
import { ExplanationSchema } from '../schemas/explanation.js';
import { problems } from '../schemas/problem.js';
import { ref } from '../schemas/vocabulary.js';
import { toElement, toElementWithRelated } from '../views/element-view.js';
import { toExplanation } from '../views/explanation-view.js';

const defaultPageSize = 50;
/** The metadata access server has to answer within this, else the caller hears that it did not. */
const deadlineMs = 30_000;

export function addElementRoutes(http: AdminHttp, api: AdminApi): void {
  addSearch(http, api);
  addByName(http, api);
  addExplain(http, api);
}

function addSearch(http: AdminHttp, { daemon }: AdminApi): void {
  http.get(
    '/elements',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'findElements',
        tags: ['elements'],
        summary: 'Search what was catalogued',
        querystring: elementListQuery,
        response: { 200: ref(ElementPageSchema), ...problems() },
      },
    },
    async (request, reply) => {
      const { search = '', type, startFrom = 0, pageSize = defaultPageSize } = request.query;
      // One more than asked for tells whether there is a next page.
      const options = { startFrom, pageSize: pageSize + 1, ...(type === undefined ? {} : { typeName: type }) };
      const found = await ask(request, reply, (signal) => daemon.findElements(search, options, signal));
      const more = found.length > pageSize ? { nextStartFrom: startFrom + pageSize } : {};
      return { items: found.slice(0, pageSize).map(toElement), startFrom, pageSize, ...more };
    },
  );
}

function addExplain(http: AdminHttp, { daemon }: AdminApi): void {
  http.get(
    '/elements/explanation',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'explainElement',
        tags: ['elements'],
        summary: 'Which connector and which run wrote an element, and where its fields are from',
        querystring: elementQuery,
        response: { 200: ref(ExplanationSchema), ...problems(404) },
      },
    },
    async (request, reply) =>
      toExplanation(await ask(request, reply, (signal) => daemon.explain(request.query.qualifiedName, signal))),
  );
}

function addByName(http: AdminHttp, { daemon }: AdminApi): void {
  const schema = { tags: ['elements'], response: { 200: ref(ElementWithRelatedSchema), ...problems(404) } };

  http.get(
    '/elements/by-name',
    {
      config: { role: 'viewer' },
      schema: {
        ...schema,
        operationId: 'getElement',
        summary: 'One element by its qualified name, with what it is related to',
        querystring: elementQuery,
      },
    },
    async (request, reply) =>
      toElementWithRelated(
        await ask(request, reply, (signal) => daemon.showElement(request.query.qualifiedName, signal)),
      ),
  );

  http.get(
    '/elements/by-name/:qualifiedName',
    {
      config: { role: 'viewer' },
      schema: {
        ...schema,
        operationId: 'getElementByPath',
        summary: 'One element by its qualified name, percent-encoded as one segment of the path',
        params: elementParameters,
      },
    },
    async (request, reply) =>
      toElementWithRelated(
        await ask(request, reply, (signal) => daemon.showElement(request.params.qualifiedName, signal)),
      ),
  );
}

/** Waits for the metadata access server until the deadline, the client's leaving or the end of the process. */
async function ask<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  read: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return await read(AbortSignal.any([waitSignal(request, reply), deadline]));
  } catch (error) {
    if (!deadline.aborted || IsthmusError.is(error)) throw error;
    throw new IsthmusError('STORE_UNREACHABLE', `the metadata access server did not answer in ${deadlineMs / 1000} s`, {
      cause: error,
    });
  }
}
