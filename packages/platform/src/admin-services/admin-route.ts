import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../accounts.js';
import type { DocumentChange, ServerDocuments, StoredDocument } from '../documents/server-documents.js';
import { egeriaAnswer } from '../egeria/egeria-answer.js';
import { type EgeriaManners, type EgeriaRelease, egeriaReleases } from '../egeria/egeria-manners.js';
import type { FaceScope } from '../egeria/face-table.js';
import { sendPathRefused } from '../egeria/path-manners.js';
import { addressOf } from '../http/address.js';
import type { ServerDocument } from '../server-kind.js';
import { refused } from './admin-failures.js';
import { hideSecrets, withStoredSecrets } from './document-secrets.js';
import { newDocument } from './new-document.js';
import { addPlatformFace } from './platform-face.js';

/** One call of the admin services, as its handler sees it. */
export interface AdminCall {
  readonly documents: ServerDocuments;
  readonly serverName: string;
  readonly manners: EgeriaManners;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** The stored document, or a new one that is not stored. */
  document(): ServerDocument;
  /** Changes the stored document, or a new one; `what` goes into the audit trail. */
  edit(what: string | readonly string[], edit: (document: ServerDocument) => ServerDocument): Promise<void>;
  /** Who makes a change, from where and under which condition; for calls that `edit` does not fit. */
  change(what: string | readonly string[]): DocumentChange;
  /** Tells the caller which revision this is. */
  tag(stored: StoredDocument): void;
}

export interface AdminRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the server's root, e.g. `/integration-groups/configuration`. */
  readonly path: string;
  /** Class of the answer. Default `VoidResponse`. */
  readonly answer?: string;
  /** The only release that has the call. Default: both. */
  readonly release?: EgeriaRelease;
  /** Below the root of the admin services, without a server. */
  readonly platform?: boolean;
  /** Default: `viewer` reads, `admin` changes. */
  readonly role?: Role;
  /** @returns the members of the answer; the reply itself when it has been sent already */
  handle(call: AdminCall): Promise<AnswerMembers | FastifyReply> | AnswerMembers | FastifyReply;
}

export type AnswerMembers = Readonly<Record<string, unknown>> | undefined;

const pathsTo: Readonly<Record<EgeriaRelease, string>> = { '4.3': '/users/:userId', '6.1': '' };
const longestServerName = 256;

/** Adds the calls in both path forms, and what Egeria's framework answers to other verbs on the same paths. */
export function addAdminRoutes(http: FastifyInstance, documents: ServerDocuments, routes: readonly AdminRoute[]): void {
  addPlatformFace(http, 'admin-services', (scope) => {
    for (const route of routes)
      for (const release of route.release === undefined ? egeriaReleases : [route.release])
        addRoute(scope, documents, route, release);
  });
}

function addRoute(scope: FaceScope, documents: ServerDocuments, route: AdminRoute, release: EgeriaRelease): void {
  const answer = route.answer ?? 'VoidResponse';
  const url = `${pathsTo[release]}${route.platform === true ? '' : '/servers/:serverName'}${route.path}`;
  scope.route({
    method: route.method,
    url,
    config: { answer, release, role: route.role ?? (route.method === 'GET' ? 'viewer' : 'admin') },
    handler: async (request, reply) => {
      if (!acceptsJson(request)) return refuseMedia(request, reply);
      const serverName = parameter(request, 'serverName');
      if (route.platform !== true && /[/\\]/.test(serverName))
        return sendPathRefused(reply, 'a slash or backslash in the name of a server');
      if (route.platform !== true) checkServerName(serverName);
      const members = await route.handle(adminCall(documents, serverName, request, reply));
      if (isReply(members, reply)) return reply;
      const shown = members === undefined ? undefined : hideSecrets(members);
      return reply.type('application/json').send(JSON.stringify(egeriaAnswer(answer, shown, request.manners)));
    },
  });
}

function isReply(members: AnswerMembers | FastifyReply, reply: FastifyReply): members is FastifyReply {
  return members === reply;
}

function adminCall(
  documents: ServerDocuments,
  serverName: string,
  request: FastifyRequest,
  reply: FastifyReply,
): AdminCall {
  const { manners } = request;
  const change = (what: string | readonly string[]): DocumentChange => ({
    by: request.actingFor === undefined ? request.caller.name : `${request.caller.name} for ${request.actingFor}`,
    from: addressOf(request),
    what,
    ifMatch: request.headers['if-match'],
    ifNoneMatch: request.headers['if-none-match'],
  });
  const tag = ({ etag }: StoredDocument): void => {
    reply.header('etag', etag);
  };
  return {
    documents,
    serverName,
    manners,
    request,
    reply,
    change,
    tag,
    document: () => documents.get(serverName)?.document ?? newDocument(serverName, manners),
    async edit(what, edit) {
      const make = (stored: ServerDocument | undefined) => {
        const document = stored ?? newDocument(serverName, manners);
        return withStoredSecrets(edit(document), document);
      };
      const stored = await documents.update(serverName, make, change(what));
      if (stored !== undefined) tag(stored);
    },
  };
}

export function parameter(request: FastifyRequest, name: string): string {
  return ownText(request.params, name) ?? '';
}

/** A parameter of the query; of several the first. */
export function queryParameter(request: FastifyRequest, name: string): string | undefined {
  return ownText(request.query, name);
}

function ownText(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  const first: unknown = Array.isArray(found) ? found[0] : found;
  return typeof first === 'string' ? first : undefined;
}

/** Names become part of paths elsewhere: no control characters. Slashes were refused before. @throws -400-001 */
function checkServerName(name: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (name.length > 0 && name.length <= longestServerName && !/[\u0000-\u001f\u007f]/.test(name)) return;
  const fault = name.length > longestServerName ? `is longer than ${longestServerName} characters` : undefined;
  throw refused('OMAG-ADMIN-400-001', `the name of the server ${fault ?? 'holds control characters'}`, 'serverName');
}

function acceptsJson({ headers }: FastifyRequest): boolean {
  const { accept } = headers;
  return (
    accept === undefined || accept.trim() === '' || /application\/(?:\*|json\b|[a-z.-]+\+json)|\*\/\*/i.test(accept)
  );
}

function refuseMedia(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.code(406);
  if (!/text\/(?:html|\*)/i.test(request.headers.accept ?? '')) return reply.send();
  return reply.type('text/html;charset=utf-8').send('<!doctype html><title>406 Not Acceptable</title>');
}
