import { refused } from './admin-failures.js';
import { type AdminCall, type AdminRoute, parameter, queryParameter } from './admin-route.js';
import { shownDocument } from './new-document.js';

const path = '/configuration/revisions';
const usualLines = 1_000;
const mostLines = 10_000;

/** What is beyond Egeria: every stored change is a revision that can be listed, read and restored. */
export const documentHistoryRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path,
    answer: 'ServerConfigRevisionsResponse',
    handle: ({ documents, serverName }) => ({
      revisions: documents.revisions(serverName).map(({ at, ...revision }) => ({ ...revision, at: isoTime(at) })),
    }),
  },
  {
    method: 'GET',
    path: `${path}/:revision`,
    answer: 'OMAGServerConfigResponse',
    handle: (call) => {
      const { revision, at, document } = call.documents.revision(call.serverName, revisionOf(call));
      return { revision, at: isoTime(at), omagserverConfig: shownDocument(document, call.manners) };
    },
  },
  {
    method: 'POST',
    path: `${path}/:revision/restore`,
    async handle(call) {
      const revision = revisionOf(call);
      const change = call.change(`restored revision ${revision} of the configuration.`);
      call.tag(await call.documents.restore(call.serverName, revision, change));
      return undefined;
    },
  },
  {
    method: 'GET',
    path: '/configuration/audit',
    answer: 'ServerConfigAuditResponse',
    handle: auditLines,
  },
];

/** The newest lines of a server, or of the platform itself. */
export function auditLines({ documents, serverName, request }: AdminCall): Readonly<Record<string, unknown>> {
  const limit = Number(queryParameter(request, 'limit') ?? usualLines);
  if (!Number.isInteger(limit) || limit < 1)
    throw refused('OMAG-ADMIN-400-014', 'limit has to be a whole number from 1', 'limit');
  const lines = documents.audit(serverName, Math.min(limit, mostLines));
  return { auditLines: lines.map(({ at, ...line }) => ({ ...line, at: isoTime(at) })) };
}

function revisionOf({ request }: AdminCall): number {
  const revision = Number(parameter(request, 'revision'));
  if (Number.isSafeInteger(revision) && revision > 0) return revision;
  throw refused('OMAG-ADMIN-400-014', 'a revision is a whole number from 1', 'revision');
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
