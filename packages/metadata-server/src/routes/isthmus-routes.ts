import { randomUUID } from 'node:crypto';
import { IsthmusError, isAbort } from '@isthmus/kernel';
import { isthmusFace } from '@isthmus/model';
import { EgeriaError, egeriaAnswer, egeriaFailure, toProblem, waitSignal } from '@isthmus/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toEgeriaFailure } from '../failures.js';
import { Fields } from '../requests/fields.js';
import { grantOf } from '../requests/grant-header.js';
import { defined, noFields } from '../requests/query-options.js';
import { bytesOf } from '../requests/raw-body.js';
import { changeEvent } from '../views/change-view.js';
import { renderList } from '../views/render.js';
import type { StoreFace, StoreFaces } from './egeria-call.js';
import { addGroupMemberCalls } from './group-member-routes.js';
import { patternOf } from './path-pattern.js';

const batchLimitBytes = 16 * 1_048_576;
const mostChanges = 1_000;
const longestWaitMs = 60_000;

/** What this server offers beside Egeria's API; paths and shapes are `isthmusFace` of the model. */
export function addIsthmusCalls(scope: FastifyInstance, faces: StoreFaces): void {
  scope.setErrorHandler(answerFailure);
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    // a batch is read where it is written, beside this event loop
    async (_request: FastifyRequest, body: Buffer) => body,
  );
  const reader = { config: { role: 'viewer' } } as const;

  scope.get(patternOf(isthmusFace.capabilities(':serverName')), reader, async (request) => {
    const store = faces.of(request).store();
    return egeriaAnswer('IsthmusCapabilitiesResponse', {
      capabilities: store.capabilities(),
      identity: await store.identity(),
    });
  });
  scope.get(patternOf(isthmusFace.identity(':serverName')), reader, async (request) =>
    egeriaAnswer('IsthmusIdentityResponse', { identity: await faces.of(request).store().identity() }),
  );
  scope.get(patternOf(isthmusFace.changes(':serverName')), reader, async (request, reply) => {
    reply.type('application/json').header('cache-control', 'no-store');
    return answerChanges(faces.of(request), request, reply);
  });

  addGroupMemberCalls(scope, faces);

  const path = patternOf(isthmusFace.writeBatch(':serverName', ':userId'));
  const writer = { config: { role: 'operator' }, bodyLimit: batchLimitBytes } as const;
  scope.post(path, writer, async (request, reply) => {
    const userId = (Fields.of(request.params) ?? noFields).text('userId') ?? request.caller.name;
    const by = defined({ userId, grant: grantOf(request.headers) });
    const result = await faces.of(request).store().writeBatchText(by, bytesOf(request.body));
    reply.type('application/json');
    return `${JSON.stringify(egeriaAnswer('IsthmusBatchResponse')).slice(0, -1)},"result":${result}}`;
  });
}

/** Waits until there is something to tell, `waitMs` has passed, the client is gone or the server closes. */
async function answerChanges(face: StoreFace, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const query = Fields.of(request.query) ?? noFields;
  const after = bounded(query, 'after', 0, Number.MAX_SAFE_INTEGER, 0);
  const limit = bounded(query, 'limit', 1, mostChanges, 500);
  const waitMs = bounded(query, 'waitMs', 0, longestWaitMs, 0);
  const types = query.text('types')?.split(',');
  const ofTypes = types === undefined ? undefined : new Set(types);
  const store = face.store();
  const { changeSequence } = await store.identity();
  if (after > changeSequence)
    throw new IsthmusError('CHANGES_TOO_OLD', `the feed ends at ${changeSequence}: ${after} is of another store`, {
      details: { after, changeSequence },
    });
  let page = await store.changes(after, limit, ofTypes);
  const endsAt = performance.now() + waitMs;
  const signal = waitSignal(request, reply);
  for (let leftMs = waitMs; page.changes.length === 0 && leftMs > 0; leftMs = endsAt - performance.now()) {
    if (!(await hasMore(store.waitForChange(page.next, leftMs, signal)))) break;
    page = await store.changes(page.next, limit, ofTypes);
  }
  const text = await renderList('IsthmusChangesResponse', randomUUID(), 'events', page.changes, (change) =>
    changeEvent(face, change),
  );
  const events = page.changes.length === 0 ? ',"events":[]' : '';
  return `${text.slice(0, -1)}${events},"next":${page.next}}`;
}

/** The end of the wait is no fault: what there is then is answered. */
async function hasMore(wait: Promise<boolean>): Promise<boolean> {
  try {
    return await wait;
  } catch (error) {
    if (!isAbort(error) && !(IsthmusError.is(error) && error.code === 'SERVER_NOT_RUNNING')) throw error;
    return false;
  }
}

function bounded(query: Fields, name: string, least: number, most: number, absent: number): number {
  const value = query.integer(name) ?? absent;
  if (value >= least && value <= most) return value;
  throw new IsthmusError('REQUEST_INVALID', `${name} must lie between ${least} and ${most}`, {
    details: { field: name },
  });
}

/** Egeria's envelope with our code in it, and the HTTP status that it deserves. */
function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error);
  const told = error instanceof EgeriaError ? error.failure : undefined;
  // no 503: which server is asked for is the caller's choice; the code tells that it may come yet
  const notRunning = told?.messageId.startsWith('OMAG-MULTI-TENANT-404') === true;
  const status = told?.code ?? problem.status;
  if (status === 500) request.server.isthmusLogger.error('request failed', { route: request.place?.url, error });
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  const known = told ?? toEgeriaFailure(error, request);
  const failure = {
    messageId: known?.messageId ?? `ISTHMUS-STORE-${status}-001`,
    message: problem.message,
    exception: known?.exception ?? (status < 500 ? 'invalidParameter' : 'propertyServer'),
    code: status,
    isthmusCode: notRunning ? 'SERVER_NOT_RUNNING' : problem.code,
  } as const;
  const envelope = { ...egeriaFailure('FFDCResponseBase', failure), next: problem.next };
  return reply.code(status).type('application/json').send(JSON.stringify(envelope));
}
