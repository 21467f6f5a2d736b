import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Role } from '@isthmus/platform';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from './testing/test-api.js';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, unknown>> }>>;
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, { schema: object }>> };
  readonly 'x-isthmus-role': Role;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const audit = '/api/v1/audit';
let api: TestApi;
let document: Document;
let operations: readonly (Operation & { readonly method: string; readonly path: string })[];

beforeAll(async () => {
  api = await startTestApi({
    accounts: [
      { name: 'v', role: 'viewer', token: 'viewer' },
      { name: 'o', role: 'operator', token: 'operator' },
    ],
  });
  const answer = await api.call('GET', '/openapi.json', { headers: { authorization: 'Bearer viewer' } });
  document = answer.body as Document;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([member]) => member !== 'parameters')
      .map(([method, operation]) => ({ method, path, ...operation })),
  );
});
afterAll(async () => {
  await api.host[Symbol.asyncDispose]();
});

describe('the OpenAPI document', () => {
  it('names every operation once, with tag, summary, answer and errors', () => {
    expect(document.openapi).toMatch(/^3\.0\./);
    expect(operations.length).toBeGreaterThanOrEqual(20);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { tags, summary, responses } of operations) {
      expect(tags).toHaveLength(1);
      expect(summary).not.toBe('');
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '401', '403', '500', '503']));
      expect(Object.keys(responses).filter((status) => status.startsWith('2'))).toHaveLength(1);
      for (const [status, { content }] of Object.entries(responses))
        expect(Object.keys(content)).toEqual([status < '300' ? 'application/json' : 'application/problem+json']);
    }
  });

  it('closes every body against unknown fields, and asks for one only where a field is needed', () => {
    const bodies = operations.flatMap(({ operationId, requestBody }) =>
      requestBody === undefined ? [] : [{ operationId, requestBody }],
    );
    expect(bodies.length).toBeGreaterThanOrEqual(7);
    for (const { requestBody } of bodies)
      expect(requestBody.content['application/json']?.schema).toMatchObject({ additionalProperties: false });
    const required = bodies.filter(({ requestBody }) => requestBody.required).map(({ operationId }) => operationId);
    expect(required.sort()).toEqual([
      'addConnector',
      'createGroup',
      'moveConnector',
      'releaseConflicts',
      'resolveConflicts',
      'updateConnector',
    ]);
  });

  it('says the role of every operation: reads need viewer, the audit admin, all else operator', () => {
    for (const operation of operations) {
      const role = operation.path === audit ? 'admin' : operation.method === 'get' ? 'viewer' : 'operator';
      expect(operation['x-isthmus-role']).toBe(role);
    }
  });

  it('lets every call choose a daemon', () => {
    for (const item of Object.values(document.paths))
      expect(item.parameters).toMatchObject([{ name: 'server', in: 'query' }]);
  });
});

describe('roles', () => {
  it('are asked for on every operation', async () => {
    for (const { method, path } of operations) {
      const url = path.replace('/api/v1', '').replace(/\{\w+\}/g, 'x');
      const call = async (token?: string) => {
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const { status } = await api.call(method.toUpperCase() as 'GET', url, { headers });
        return status;
      };
      expect([url, await call()]).toEqual([url, 401]);
      const asViewer = await call('viewer');
      if (path === audit) {
        expect([asViewer, await call('operator')]).toEqual([403, 403]);
        continue;
      }
      if (method === 'get') expect([401, 403]).not.toContain(asViewer);
      else expect([url, asViewer]).toEqual([url, 403]);
      expect([401, 403]).not.toContain(await call('operator'));
    }
  });
});

describe('the generated client', () => {
  it('is what this document says', async () => {
    const generator = fileURLToPath(new URL('../../devtools/generate-admin-client.mjs', import.meta.url));
    await expect(promisify(execFile)(process.execPath, [generator, '--check'])).resolves.toMatchObject({ stderr: '' });
  });
});
