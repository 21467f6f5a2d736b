import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@isthmus/kernel';
import { addAdminServices } from '../admin-services/index.js';
import { SqliteServerDocuments } from '../documents/sqlite-server-documents.js';
import type { EgeriaSetting } from '../egeria/egeria-manners.js';
import { createHttpHost } from '../http/http-host.js';
import { call, type TestAnswer } from './test-call.js';

/** The admin services alone, on a port of their own, as people call them. */
export interface AdminWorld extends AsyncDisposable {
  readonly documents: SqliteServerDocuments;
  readonly baseUrl: string;
  /** @param path - below `/open-metadata/admin-services` */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<TestAnswer>;
}

export async function adminWorld(release: EgeriaSetting = 'both'): Promise<AdminWorld> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'isthmus-admin-'));
  const documents = new SqliteServerDocuments({ dataDirectory, logger: silentLogger });
  const host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, release });
  addAdminServices(host.http, documents);
  const baseUrl = await host.listen();
  return {
    documents,
    baseUrl,
    ask(method, path, body, headers = {}) {
      const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const own =
        payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) };
      const options = { method, headers: { ...own, ...headers }, ...(payload === undefined ? {} : { payload }) };
      return call(`${baseUrl}/open-metadata/admin-services${path}`, options);
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      documents[Symbol.dispose]();
    },
  };
}
